"""Ordinary operation of water and wiring: whose alerts are counted as what, and beside which limits."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from schemas.domain import Severity, SignalClass
from simulators.acceptance.operation.calls import Call, Calls, Part, cut_days
from simulators.acceptance.operation.electrical import ask_engine
from simulators.acceptance.operation.water import SideBySide, mix
from simulators.electrical.circuits import RESIDUAL, Boards, draw_circuits
from simulators.electrical.failures import no_failures
from simulators.trials.alerts import Alert
from simulators.water.course import Course, Day
from simulators.water.plant import build_plants
from simulators.water.troubles import Trouble, make_troubles

RULE = "hydrant_pressure_low"
NEVER = np.iinfo(np.int64).max // 2


def alert(severity: Severity, before: Severity | None = None) -> Alert:
    return Alert(0, RULE, SignalClass.SUPERVISORY, severity, before, 1, None, None)


def test_the_same_buildings_side_by_side_are_told_alike() -> None:
    rng = np.random.default_rng(7)
    plants = build_plants(3, rng, jockey_share=1.0)
    bursts = make_troubles(Trouble.BURST, plants, np.array([NEVER, 20, NEVER]), rng)
    (day,) = Course(plants, bursts, rng).live(1)
    found = SideBySide(plants, 2).watch(first_hour(mix([day, day], 0)))
    assert {(alert.rule_id, building % 3) for alert, building, _ in found if building >= 3} == {
        (alert.rule_id, building % 3) for alert, building, _ in found if building < 3
    }
    assert {building for _, building, after_test in found if not after_test} == {1, 4}


def first_hour(day: Day) -> Day:
    columns = {field.name: getattr(day, field.name) for field in fields(Day) if field.name != "first_minute"}
    return replace(day, **{name: column[:60] for name, column in columns.items()})


def test_an_earth_fault_is_counted_for_its_building_once_it_is_no_longer_the_time_for_learning() -> None:
    rng = np.random.default_rng(7)
    circuits = draw_circuits(rng, 4)
    usual, leaking = (Boards(circuits, no_failures(4), rng).run(0.0, 60) for _ in range(2))
    leaking[:, 3, RESIDUAL] = 400.0
    calls = Calls(Part.ELECTRICAL, 2, 1)
    heard: list[float] = []
    ask_engine(circuits, [usual, leaking], calls, heard.append)
    alarm = "residual_current_alarm"
    assert [calls.total(Call.ABOVE_BLUE, alarm, building) for building in (0, 1)] == [0, 1]
    assert heard == [0.5, 1.0]
    learning = Calls(Part.ELECTRICAL, 2, 1)
    ask_engine(circuits, [leaking, usual], learning, heard.append)
    assert learning.total(Call.ABOVE_BLUE, alarm) == 0


def test_what_turns_red_counts_once_as_red_and_once_as_above_blue() -> None:
    calls = Calls(Part.WATER, 2, 30)
    calls.add(alert(Severity.BLUE), 0)
    calls.add(alert(Severity.YELLOW, before=Severity.BLUE), 0)
    calls.add(alert(Severity.RED, before=Severity.YELLOW), 0)
    calls.add(alert(Severity.RED), 1)
    totals = {call: (calls.total(call, building=0), calls.total(call, building=1)) for call in Call}
    assert totals == {
        Call.RED: (1, 1),
        Call.ABOVE_BLUE: (1, 1),
        Call.NOTE: (1, 0),
        Call.AFTER_TEST: (0, 0),
    }
    assert not calls.keeps_limits


def test_what_is_told_after_a_test_is_counted_apart_and_against_no_limit() -> None:
    calls = Calls(Part.WATER, 20, 30)
    calls.add(alert(Severity.RED), 3, after_test=True)
    calls.add(alert(Severity.ORANGE, before=Severity.YELLOW), 3, after_test=True)
    assert calls.total(Call.AFTER_TEST, RULE) == calls.counts.total() == 1
    assert calls.keeps_limits


def test_one_false_alert_a_building_and_year_is_the_most() -> None:
    month = Calls(Part.ELECTRICAL, 20, 30)
    month.add(alert(Severity.YELLOW), 0)
    assert month.keeps_limits
    month.add(alert(Severity.YELLOW), 1)
    assert month.false_a_building_year == pytest.approx(1.2175)
    assert not month.keeps_limits


def test_stretches_are_equal_and_no_longer_than_is_asked() -> None:
    assert [cut_days(days, 5) for days in (30, 7, 4, 1, 11)] == [5, 1, 4, 1, 1]
