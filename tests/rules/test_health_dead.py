"""A detector that sees nothing among others that stand in smoke."""

from __future__ import annotations

import pytest

from rules.changes import KnownCondition
from schemas.columns import Batch
from schemas.domain import Quality, Quantity, SubjectKind
from tests.rules.premises import Premises, stamp

SMOKE, HEAT = Quantity.SMOKE, Quantity.TEMPERATURE
ONE_ZONE = {1: 0, 2: 0, 3: 0}


def of_dead(told: list[str]) -> list[str]:
    return [line for line in told if "detector_dead" in line]


def fill(premises: Premises, *smoky: int, smoke: float = 1.0, until: float = 200.0) -> list[str]:
    """Ten quiet minutes, then thick smoke at some of three devices from 0 s on."""
    premises.report(range(-600, 0, 10), (1, 2, 3))
    values = {(device, SMOKE): smoke for device in smoky}
    return of_dead(premises.report(range(0, int(until), 10), (1, 2, 3), values))


def test_a_detector_that_sees_nothing_for_a_minute_while_others_of_its_zone_do_is_dead() -> None:
    premises = Premises(3, zone_of=ONE_ZONE)
    assert fill(premises, 1, 2) == ["raise detector_dead 1004 at 80"]


def test_the_reason_says_what_the_others_see() -> None:
    premises = Premises(3, zone_of=ONE_ZONE)
    fill(premises, 1, 2, until=80)
    readings = premises.readings(80, (1, 2, 3), {(1, SMOKE): 1.0, (2, SMOKE): 1.0})
    changes = premises.engine.evaluate(Batch(readings), stamp(80))
    notes = [change.note for change in changes if change.rule.id == "detector_dead"]
    assert notes == ["1.0 dB/m at another detector of the zone"]


def test_thin_smoke_and_smoke_that_all_see_say_nothing_of_a_detector() -> None:
    assert fill(Premises(3, zone_of=ONE_ZONE), 1, 2, smoke=0.4) == []
    assert fill(Premises(3, zone_of=ONE_ZONE), 1, 2, 3) == []


def test_smoke_of_less_than_a_minute_says_nothing() -> None:
    premises = Premises(3, zone_of=ONE_ZONE)
    assert fill(premises, 1, 2, until=60) == []
    assert of_dead(premises.report(range(60, 300, 10), (1, 2, 3))) == []


def test_smoke_in_one_linked_zone_says_nothing_and_very_thick_smoke_in_two_does() -> None:
    assert fill(Premises(3), 1, smoke=2.0) == []
    assert fill(Premises(3), 1, 3, smoke=0.9) == []
    assert fill(Premises(3), 1, 3, smoke=2.0) == ["raise detector_dead 1002 at 80"]


def test_the_channels_of_one_device_do_not_bear_witness_against_each_other() -> None:
    premises = Premises(1, (SMOKE, SMOKE))
    premises.report(range(-600, 0, 10), [1])
    readings = premises.readings(0, [1])
    told = []
    for at in range(0, 300, 10):
        readings["received_at"] = readings["observed_at"] = stamp(at)
        readings["value"] = (1.0, 0.02)
        told += premises.judge(readings)
    assert of_dead(told) == []


def test_cold_smoke_says_nothing_of_a_heat_detector_and_heat_does() -> None:
    premises = Premises(2, (HEAT,), zone_of=ONE_ZONE)
    premises.report(range(-600, 0, 10), (1, 2))
    told: list[str] = []
    for at in range(0, 200, 10):
        told += premises.report([at], (1, 2), {(1, HEAT): 22.0 + at * 0.5})
    assert len(of_dead(told)) == 1
    assert of_dead(told)[0].startswith("raise detector_dead 1001 at")


@pytest.mark.parametrize("quality", [None, Quality.BAD])
def test_a_detector_that_does_not_report_or_is_not_believed_is_another_fault(quality: Quality | None) -> None:
    premises = Premises(3, zone_of=ONE_ZONE)
    premises.report(range(-600, 0, 10), (1, 2, 3))
    told = []
    for at in range(0, 200, 10):
        told += premises.report([at], (1, 2), {(1, SMOKE): 1.0, (2, SMOKE): 1.0})
        if quality is not None:
            told += premises.report([at], [3], quality=quality)
    assert of_dead(told) == []
    assert any("device_silent 103" in line or "reading_invalid 1004" in line for line in told)


def test_a_dead_detector_is_well_again_once_it_shows_smoke_and_not_before() -> None:
    premises = Premises(3, zone_of=ONE_ZONE)
    fill(premises, 1, 2)
    assert of_dead(premises.report(range(200, 3000, 10), (1, 2, 3))) == []
    told = of_dead(premises.report(range(3000, 3040, 10), (1, 2, 3), {(3, SMOKE): 0.5}))
    assert told == ["clear detector_dead 1004 at 3020"]


def test_a_detector_that_was_never_heard_is_not_dead() -> None:
    premises = Premises(3, zone_of=ONE_ZONE)
    premises.report(range(-600, 0, 10), (1, 2))
    values = {(1, SMOKE): 1.0, (2, SMOKE): 1.0}
    assert of_dead(premises.report(range(0, 300, 10), (1, 2), values)) == []


def test_a_detector_known_as_dead_is_not_told_again() -> None:
    premises = Premises(3, zone_of=ONE_ZONE)
    premises.engine.restore([KnownCondition("detector_dead", SubjectKind.SENSOR, 1004, True, stamp(-9000))])
    assert fill(premises, 1, 2) == []
