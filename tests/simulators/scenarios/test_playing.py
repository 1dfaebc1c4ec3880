"""Scenarios in virtual time: what they bring is what they must bring, and wrong rules do not pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from rules.catalogue import CATALOGUE
from schemas.domain import Severity
from simulators.scenarios.mutations import Mutant, list_mutants, lower_sees_less, try_mutant
from simulators.scenarios.playing import play, prepare
from simulators.scenarios.scenario import Scenario
from simulators.scenarios.scenario_file import read_library
from simulators.scenarios.verdict import judge

LIBRARY = {scenario.name: scenario for scenario in read_library()}
QUICK = (
    "fire_fast",
    "fire_told_twice",
    "fire_out_of_order",
    "no_water_is_not_no_value",
    "declared_test",
    "voltage_dips",
    "device_silent",
    "phase_lost",
    "leak_grows",
)


@pytest.mark.parametrize("name", QUICK)
def test_what_must_come_comes_and_nothing_else(name: str) -> None:
    scenario = LIBRARY[name]
    assert judge(scenario, play(scenario).told).problems == []


def test_the_same_scenario_gives_the_same_alerts() -> None:
    first, second = (play(LIBRARY["fire_in_the_kitchen"]).told for _ in range(2))
    assert first == second


def test_every_scenario_fails_if_its_rules_say_nothing() -> None:
    for scenario in LIBRARY.values():
        assert judge(scenario, []).passed == (not scenario.expect)


def test_with_any_rule_off_some_scenario_fails() -> None:
    for rule in CATALOGUE:
        assert any(rule.id in scenario.rules for scenario in LIBRARY.values()), rule.id


@pytest.mark.parametrize(
    ("rule", "parameter"),
    [
        ("smoke_level_alarm", "thick"),
        ("gas_leak", "limit"),
        ("hydrant_pressure_low", "tall_limit"),
        ("manual_call_point", None),
        ("water_leak", "grown_to"),
    ],
)
def test_a_number_that_is_a_fifth_off_does_not_pass(rule: str, parameter: str | None) -> None:
    mutant = next(one for one in list_mutants() if (one.rule_id, one.parameter) == (rule, parameter))
    outcome = try_mutant(mutant, list(LIBRARY.values()))
    assert outcome.killed_by in LIBRARY, outcome


def test_numbers_move_to_the_side_on_which_less_is_seen() -> None:
    assert lower_sees_less("voltage_low", "limit")
    assert not lower_sees_less("voltage_high", "limit")
    assert not lower_sees_less("smoke_prealarm", "on_seconds")
    assert lower_sees_less("smoke_prealarm", "off_seconds")
    assert list(Mutant("gas_leak", "limit", 12.0).changed.items()) == [(("gas_leak", "limit"), 12.0)]


def test_too_late_too_early_too_mild_and_unexpected_are_each_told() -> None:
    scenario = LIBRARY["gas_leaks"]
    (gas,) = play(scenario).told
    late = replace(gas, raised_at=gas.raised_at + 100.0)
    mild = replace(gas, graver=[(gas.raised_at, Severity.ORANGE)])
    stray = replace(gas, about="D301")
    assert "must come by" in judge(scenario, [late]).problems[0]
    assert "must come to red" in judge(scenario, [mild]).problems[0]
    assert judge(scenario, [gas, stray]).problems == [
        f"gas_leak about D301 at {gas.raised_at:g} s: not expected"
    ]
    assert judge(scenario, []).problems == ["gas_leak about GAS/gas: did not come"]
    unending = replace(gas, cleared_at=None)
    assert "did not end" in judge(scenario, [unending]).problems[0]


def deliver(name: str, incidents: list[dict[str, object]]) -> Scenario:
    return Scenario.model_validate(
        {
            **LIBRARY[name].model_dump(exclude={"incident", "expect", "forbid", "past"}),
            "incident": incidents,
            "forbid": [{"why": "only what is delivered matters"}],
        }
    )


def arrivals(incident: dict[str, object], device: str) -> Iterator[tuple[float, float, int]]:
    """Second sent, second received and number of each message of a device."""
    stage, mail = prepare(deliver("device_silent", [incident]))
    (slot,) = stage.site.find_devices([device])
    mine = mail.pick(mail.device == slot)
    for row in np.unique(np.stack([mine.observed, mine.received, mine.seq]), axis=1).T:
        yield float(row[0]), float(row[1]), int(row[2])


def test_a_buffered_burst_comes_at_the_end_in_its_order() -> None:
    burst = [
        (sent, received)
        for sent, received, _ in arrivals(
            {"kind": "buffer", "at": 100.0, "lasts": 200.0, "within": 5.0, "devices": ["D101"]}, "D101"
        )
        if 100.0 <= sent < 300.0
    ]
    assert len(burst) == 20
    assert all(300.0 <= received <= 305.5 for _, received in burst)
    assert burst == sorted(burst, key=lambda message: message[1])


def test_duplicates_have_the_number_of_the_first() -> None:
    numbers = [
        number for _, _, number in arrivals({"kind": "duplicate", "at": 0.0, "devices": ["D101"]}, "D101")
    ]
    assert sorted(numbers) == sorted([*set(numbers)] * 2)


def test_messages_that_overtake_each_other_keep_their_own_times() -> None:
    sent, received, numbers = zip(
        *arrivals({"kind": "shuffle", "at": 0.0, "up_to": 45.0, "devices": ["D101"]}, "D101"), strict=True
    )
    assert all(b - a <= 45.5 for a, b in zip(sent, received, strict=True))
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    by_arrival = [number for _, number in sorted(zip(received, numbers, strict=True))]
    assert by_arrival != sorted(by_arrival)


def test_what_is_lost_leaves_a_gap_and_what_is_never_sent_leaves_none() -> None:
    span = {"at": 100.0, "lasts": 100.0, "devices": ["D101"]}
    lost = {number for _, _, number in arrivals({"kind": "lose", **span}, "D101")}
    silent = {number for _, _, number in arrivals({"kind": "silence", **span}, "D101")}
    assert len(set(range(1, max(lost) + 1)) - lost) == 10
    assert silent == set(range(1, max(silent) + 1))


@pytest.mark.parametrize(
    ("incident", "holds"),
    [
        ({"kind": "stick"}, lambda values: np.ptp(values) == 0.0),
        ({"kind": "quantise", "step": 0.5}, lambda values: bool((np.mod(values, 0.5) == 0.0).all())),
        ({"kind": "noise", "sigma": 2.0}, lambda values: 1.0 < np.std(values) < 3.0),
        ({"kind": "drift", "per_day": 864.0}, lambda values: values[-1] - values[0] > 8.0),
        ({"kind": "missing"}, lambda values: len(values) == 0),
    ],
)
def test_a_sensor_misbehaves_in_its_span_alone(incident: dict[str, object], holds: object) -> None:
    stage, _ = prepare(
        deliver("device_silent", [{**incident, "at": 0.0, "lasts": 1100.0, "where": ["D101/temperature"]}])
    )
    (sensor,) = stage.site.find_sensors(["D101/temperature"])
    column = stage.values[stage.seconds < 1100.0, sensor]
    assert callable(holds)
    assert holds(column[np.isfinite(column)])
    after = stage.values[stage.seconds >= 1100.0, sensor]
    assert np.isfinite(after).any()
    assert abs(np.nanmean(after) - 22.0) < 0.3
