"""Ordinary operation of water and wiring: what is counted, beside which limits, and that days of it are quiet."""

from __future__ import annotations

import pytest

from schemas.domain import Severity, SignalClass
from simulators.acceptance.operation.calls import Call, Calls, Operation, Part, cut_days
from simulators.acceptance.operation.operating import operate
from simulators.trials.alerts import Alert

RULE = "hydrant_pressure_low"


def alert(severity: Severity, before: Severity | None = None) -> Alert:
    return Alert(0, RULE, SignalClass.SUPERVISORY, severity, before, 1, None, None)


@pytest.mark.parametrize("part", Part)
def test_days_in_which_nothing_fails_raise_nothing_red_and_keep_the_limits(part: Part) -> None:
    heard: list[float] = []
    calls = operate(Operation(part, 2, 1, 7), heard.append)
    assert calls.keeps_limits
    assert calls.readings > 2 * 1440
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


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
