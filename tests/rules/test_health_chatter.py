"""Conditions that come and go: one episode is held, its device marked, and nothing is hidden."""

from __future__ import annotations

from rules.changes import KnownCondition
from schemas.columns import Batch
from schemas.domain import DeviceEventKind, Quality, Quantity, SubjectKind
from tests.rules.premises import Premises, stamp

FAULT = DeviceEventKind.FAULT


def flip(premises: Premises, times: int, apart: float, first: float = 0.0) -> list[str]:
    """A declared fault comes and goes; `times` counts both."""
    told: list[str] = []
    for number in range(times):
        told += premises.declare(first + number * apart, 1, FAULT, active=number % 2 == 0)
    return told


def make_premises() -> Premises:
    """Nobody is expected to report, so that nobody is silent."""
    premises = Premises(1)
    premises.roster.devices["interval_us"] = 0
    premises.engine.adopt(premises.roster)
    return premises


def test_the_sixth_change_within_half_an_hour_is_held_and_the_device_marked() -> None:
    told = flip(make_premises(), 6, 300)
    assert told[:5] == [
        "raise device_fault_state 101 at 0",
        "clear device_fault_state 101 at 300",
        "raise device_fault_state 101 at 600",
        "clear device_fault_state 101 at 900",
        "raise device_fault_state 101 at 1200",
    ]
    assert told[5:] == ["raise device_chatter 101 at 1500"]


def test_six_changes_over_more_than_half_an_hour_are_told_as_they_come() -> None:
    told = flip(make_premises(), 12, 361)
    assert len(told) == 12
    assert not any("chatter" in line for line in told)


def test_what_is_held_ends_once_it_has_been_calm_for_half_an_hour() -> None:
    premises = make_premises()
    flip(premises, 6, 60)
    assert flip(premises, 20, 60, first=360) == []
    # The last of them, a return, came at 1500 s.
    assert premises.wait(3290) == []
    assert premises.wait(3300) == [
        "clear device_fault_state 101 at 3300",
        "clear device_chatter 101 at 3300",
    ]
    assert flip(premises, 2, 60, first=4000) == [
        "raise device_fault_state 101 at 4000",
        "clear device_fault_state 101 at 4060",
    ]


def test_what_is_still_there_after_it_has_calmed_down_stays() -> None:
    premises = make_premises()
    flip(premises, 7, 60)
    assert premises.wait(2160) == ["clear device_chatter 101 at 2160"]
    assert premises.wait(9000) == []
    assert premises.declare(9001, 1, FAULT, active=False) == ["clear device_fault_state 101 at 9001"]


def test_a_device_that_falls_silent_over_and_over_is_one_episode() -> None:
    premises = Premises(1)
    told: list[str] = []
    for at in range(0, 3000, 150):
        told += premises.report([at], [1])
        told += premises.wait(at + 140)
    assert [line.split()[:2] for line in told] == [
        *([["raise", "device_silent"], ["clear", "device_silent"]] * 2),
        ["raise", "device_silent"],
        ["raise", "device_chatter"],
    ]


def test_the_mark_says_what_flutters() -> None:
    premises = make_premises()
    flip(premises, 5, 60)
    quiet = premises.readings(300, [])
    assert len(quiet) == 0
    premises.engine.evaluate(Batch.empty(), stamp(299))
    changes = premises.engine.evaluate(
        Batch(quiet, (premises.event(300, 1, FAULT, active=False),)), stamp(300)
    )
    assert [change.note for change in changes] == ["device_fault_state of device 101: 6 changes in 30 min"]


def test_a_colour_that_changes_while_its_end_is_held_is_told() -> None:
    premises = Premises(1, (Quantity.BATTERY,))

    def report(at: float, percent: float) -> list[str]:
        return premises.report([at, at + 10], [1], {(1, Quantity.BATTERY): percent})

    told = [
        line
        for number in range(3)
        for percent in (20, 90)
        for line in report(number * 40 + (percent > 50) * 20, percent)
    ]
    assert told[-1].startswith("raise device_chatter")
    assert [line.split()[:2] for line in report(120, 20)] == []
    assert [line.split()[:2] for line in report(140, 9)] == [["severity", "battery_low"]]
    assert report(160, 90) == []
    assert [line.split()[:2] for line in report(180, 20)] == [["severity", "battery_low"]]


def test_fires_that_flutter_still_confirm_each_other() -> None:
    premises = Premises(2, zone_of={1: 0, 2: 0})
    for number in range(8):
        premises.declare(number * 30, 1, DeviceEventKind.FIRE, active=number % 2 == 0)
    premises.declare(300, 1, DeviceEventKind.FIRE, active=True)
    told = premises.declare(310, 2, DeviceEventKind.FIRE, active=True)
    assert "raise fire_confirmed_two_devices 10 at 310" in told


def test_a_device_known_as_marked_is_so_until_it_has_been_calm() -> None:
    premises = make_premises()
    premises.engine.restore([KnownCondition("device_chatter", SubjectKind.DEVICE, 101, True, stamp(0))])
    assert premises.wait(1790) == []
    assert premises.wait(1800) == ["clear device_chatter 101 at 1800"]


def test_bad_readings_that_come_and_go_are_one_fault() -> None:
    premises = Premises(1, (Quantity.TEMPERATURE,))
    told: list[str] = []
    for start in range(0, 1000, 100):
        told += premises.report((start, start + 10), [1], quality=Quality.BAD)
        told += premises.report(range(start + 20, start + 100, 10), [1])
    assert [line.split()[1] for line in told] == ["reading_invalid"] * 5 + ["device_chatter"]
