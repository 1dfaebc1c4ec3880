"""The rules on single sensors of circuits: limits and a hair less, times, insulation, night, and motors that start."""

from __future__ import annotations

import pytest

from rules.catalogue import CATALOGUE
from rules.parameters import Parameters
from schemas.domain import INSULATIONS, Insulation, ZoneUse
from tests.rules.electrical.circuit import Circuit

HOUR = 3600.0


def hold(circuit: Circuit, name: str, value: float, seconds: float, begin: float = 600.0) -> list[str]:
    """Ten usual minutes, then one value for so long, every ten seconds."""
    told = [circuit.report(begin - 600.0 + 10.0 * i) for i in range(60)]
    told += [circuit.report(begin + 10.0 * i, {name: value}) for i in range(round(seconds / 10) + 1)]
    return [word for words in told for word in words]


@pytest.mark.parametrize(
    ("rule", "name", "value", "less", "seconds"),
    [
        ("residual_current_prealarm", "residual_current", 240.0, 239.9, 30),
        ("residual_current_alarm", "residual_current", 300.0, 299.9, 10),
        ("cable_temp_prealarm", "cable_temperature/B", 60.0, 59.9, 60),
        ("cable_temp_alarm", "cable_temperature/B", 70.0, 69.9, 30),
        ("current_overload", "current", 110.0, 109.9, 900),
        ("voltage_high", "voltage/A", 235.4, 235.3, 300),
        ("voltage_low", "voltage/C", 198.0, 198.1, 300),
    ],
)
def test_a_limit_held_for_its_time_raises_and_a_hair_or_a_sample_less_does_not(
    rule: str, name: str, value: float, less: float, seconds: int
) -> None:
    raised = f"raise {rule} {name}"
    assert raised in hold(Circuit(interval=10), name, value, seconds)
    assert raised not in hold(Circuit(interval=10), name, less, seconds)
    assert raised not in hold(Circuit(interval=10), name, value, seconds - 10)


def test_graver_colours_come_with_higher_limits() -> None:
    circuit = Circuit(interval=10)
    told = hold(circuit, "cable_temperature/A", 100.0, 30)
    assert told.count("raise cable_temp_alarm cable_temperature/A") == 1
    assert "severity current_overload current" in [
        *hold(circuit, "current", 120.0, 900, 2000.0),
        *(word for i in range(8) for word in circuit.report(2910.0 + 10 * i, {"current": 145.0})),
    ]


def test_a_motor_that_starts_is_no_overload() -> None:
    circuit = Circuit(interval=10)
    told = [
        word for i in range(12) for word in circuit.report(60.0 * i, {"current": 600.0 if i % 2 else 80.0})
    ]
    assert told == []


def test_nothing_is_an_overload_where_no_current_is_rated_and_a_city_may_rate_it() -> None:
    unrated = Circuit(interval=10)
    unrated.roster.sensors["rated_current_a"] = 0.0
    unrated.engine.adopt(unrated.roster)
    assert hold(unrated, "current", 5000.0, 1000) == []
    rated = Parameters.built_in(CATALOGUE).set_everywhere({("current_overload", "rated"): 16.0})
    assert "raise current_overload current" in hold(
        Circuit(interval=10, parameters=rated), "current", 50.0, 60
    )


def test_without_any_voltage_there_is_no_supply_and_no_low_voltage() -> None:
    assert "raise voltage_low voltage/A" not in hold(Circuit(interval=10), "voltage/A", 0.0, 600)


def test_xlpe_bears_what_pvc_does_not() -> None:
    pvc, xlpe = (
        hold(Circuit(interval=10, insulation=INSULATIONS.index(kind)), "cable_temperature/A", 75.0, 60)
        for kind in (Insulation.PVC, Insulation.XLPE)
    )
    assert "raise cable_temp_alarm cable_temperature/A" in pvc
    assert not any("cable_temp_alarm" in word or "cable_temp_prealarm" in word for word in xlpe)


@pytest.mark.parametrize(
    ("count", "rules"), [(9, []), (10, ["arc_suspected"]), (14, ["arc_fault", "arc_suspected"])]
)
def test_arcs_are_told_from_switches_by_their_number_in_one_second(count: int, rules: list[str]) -> None:
    circuit = Circuit()
    circuit.report(0.0)
    assert circuit.report(60.0, {"arc": float(count)}) == [f"raise {rule} arc" for rule in rules]


def test_some_arcs_are_forgotten_after_a_day_without() -> None:
    circuit = Circuit()
    circuit.report(0.0, {"arc": 11.0})
    told = [(minute, word) for minute in range(1, 1450) for word in circuit.report(60.0 * minute)]
    assert told == [(1441, "clear arc_suspected arc")]


def warm_up(use: ZoneUse, begin: float, kelvin_per_minute: float) -> list[str]:
    """A quarter of an hour at 32 °C, then ten minutes of steady growth."""
    circuit, name = Circuit(use, interval=30), "cable_temperature/A"
    told = [word for i in range(30) for word in circuit.report(begin + 30.0 * i, {name: 32.0})]
    for i in range(20):
        told += circuit.report(begin + 900.0 + 30.0 * i, {name: 32.0 + kelvin_per_minute * 0.5 * i})
    return told


def test_fast_warming_is_judged_more_strictly_where_batteries_charge_and_most_at_night() -> None:
    raised, night = "raise cable_temp_rise cable_temperature/A", 9 * HOUR  # one in the morning
    assert raised in warm_up(ZoneUse.ELECTRICAL_ROOM, 0.0, 6.0)
    assert raised not in warm_up(ZoneUse.ELECTRICAL_ROOM, night, 4.0)
    assert raised in warm_up(ZoneUse.CHARGING, 0.0, 4.0)
    assert raised not in warm_up(ZoneUse.CHARGING, 0.0, 2.0)
    assert raised in warm_up(ZoneUse.CHARGING, night, 2.0)
