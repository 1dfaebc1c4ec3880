"""What rules do beside each other: confirmation, declared windows, and what is no fire."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from rules.changes import Change, ChangeKind, KnownCondition
from rules.engine import Engine
from schemas.columns import MICROSECONDS, READING, Batch, DeviceEvent
from schemas.domain import DeviceEventKind, Quality, Quantity, Severity, SubjectKind
from schemas.roster import UNKNOWN
from tests.rules.conftest import START
from tests.rules.estate import CHANNELS, make_estate
from tests.rules.streams import make_stream

SMOKE, HEAT, FLOW = Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.FLOW
HOUR = 3600
DRILL = (7, 0, 0, 0, UNKNOWN, START - MICROSECONDS, START + HOUR * MICROSECONDS)
"""A drill in the first zone, for an hour."""


def slot_of(device: int, quantity: Quantity) -> int:
    return CHANNELS.index((device, quantity))


def make_engine(*scopes: tuple[int, int, int, int, int, int, int]) -> Engine:
    engine = Engine()
    engine.adopt(make_estate(scopes))
    return engine


def send(engine: Engine, slot: int, values: Iterable[tuple[float, float]]) -> list[Change]:
    """Readings of one sensor from (second, value), each in a batch of its own."""
    changes = []
    for second, value in values:
        readings = make_stream([(slot, second, second, value, Quality.GOOD)])
        changes += engine.evaluate(Batch(readings), int(readings["received_at"][0]))
    return changes


def hold(value: float, seconds: Iterable[int]) -> list[tuple[float, float]]:
    return [(float(second), value) for second in seconds]


def declare(
    engine: Engine,
    device: int,
    second: float,
    kind: DeviceEventKind = DeviceEventKind.FIRE,
    active: bool = True,
) -> list[Change]:
    at = START + round(second * MICROSECONDS)
    event = DeviceEvent(device, None, at, at, kind, active, None, None, 0)
    return engine.evaluate(Batch(np.empty(0, READING), (event,)), at)


def rules_of(changes: Iterable[Change]) -> list[str]:
    return [f"{change.kind} {change.rule.id}" for change in changes]


def test_a_group_raises_beside_the_single_fires_and_closes_none_of_them() -> None:
    engine = make_engine()
    assert rules_of(declare(engine, 0, 0)) == ["raise detector_fire_state"]
    both = declare(engine, 1, 170)
    assert rules_of(both) == ["raise detector_fire_state", "raise fire_confirmed_two_devices"]
    assert both[1].severity is Severity.RED
    # The group goes on for as long as one of them does.
    assert rules_of(declare(engine, 0, 200, active=False)) == ["clear detector_fire_state"]
    ended = declare(engine, 1, 201, active=False)
    assert rules_of(ended) == ["clear detector_fire_state", "clear fire_confirmed_two_devices"]


@pytest.mark.parametrize(("seconds", "confirmed"), [(180, True), (181, False)])
def test_two_devices_confirm_each_other_within_three_minutes(seconds: int, confirmed: bool) -> None:
    engine = make_engine()
    declare(engine, 0, 0)
    found = declare(engine, 1, seconds, DeviceEventKind.MANUAL_ALARM)
    assert ("raise fire_confirmed_two_devices" in rules_of(found)) is confirmed


def test_one_device_confirms_no_fire_of_its_own() -> None:
    engine = make_engine()
    declare(engine, 0, 0)
    assert rules_of(declare(engine, 0, 5, DeviceEventKind.MANUAL_ALARM)) == ["raise manual_call_point"]


def test_fires_in_two_zones_and_on_two_floors_are_one_group_each_of_the_building() -> None:
    engine = make_engine()
    declare(engine, 3, 0)
    # The zone of device 4 lies on the same floor, that of device 0 in the basement.
    assert rules_of(declare(engine, 4, 1)) == ["raise detector_fire_state", "raise fire_two_zones"]
    assert rules_of(declare(engine, 0, 2)) == ["raise detector_fire_state", "raise fire_multi_floor"]


def test_water_and_smoke_in_one_zone_confirm_each_other() -> None:
    engine = make_engine()
    declare(engine, 0, 0)
    found = send(engine, slot_of(2, FLOW), hold(1.0, range(0, 30, 10)))
    assert "raise fire_confirmed_smoke_flow" in rules_of(found)


def test_in_a_drill_a_fire_is_told_as_of_the_drill_and_so_is_what_confirms_it() -> None:
    engine = make_engine(DRILL)
    alone, both = declare(engine, 0, 0), declare(engine, 1, 10)
    assert [change.scope_id for change in alone + both] == [7, 7, 7]


def test_a_second_fire_outside_the_drill_breaks_through() -> None:
    engine = make_engine(DRILL)
    assert [change.scope_id for change in declare(engine, 0, 0)] == [7]
    outside = declare(engine, 3, 10)
    assert rules_of(outside)[:2] == ["raise detector_fire_state", "raise fire_two_zones"]
    assert {change.scope_id for change in outside} == {None}


def test_after_its_end_a_drill_excuses_nothing() -> None:
    engine = make_engine(DRILL)
    assert [change.scope_id for change in declare(engine, 0, HOUR)] == [None]


def wait(engine: Engine, second: float) -> list[Change]:
    return [
        change
        for change in engine.evaluate(Batch.empty(), START + round(second * MICROSECONDS))
        if change.rule.id != "device_silent"
    ]


def test_a_fire_that_outlasts_its_drill_by_a_minute_is_one_without_a_further_word() -> None:
    engine = make_engine(DRILL)
    declare(engine, 0, HOUR - 10)
    assert wait(engine, HOUR + 50) == []
    (told,) = wait(engine, HOUR + 60)
    assert (told.kind, told.rule.id, told.scope_id) == (ChangeKind.SEVERITY, "detector_fire_state", None)
    assert wait(engine, HOUR + 600) == []


def test_what_ends_with_its_drill_or_soon_after_stays_a_test() -> None:
    engine = make_engine(DRILL)
    declare(engine, 0, HOUR - 10)
    assert [change.kind for change in declare(engine, 0, HOUR + 40, active=False)] == [ChangeKind.CLEAR]
    assert wait(engine, HOUR + 600) == []


def test_a_drill_that_is_followed_by_another_goes_on() -> None:
    longer = (8, *DRILL[1:5], DRILL[6] - MICROSECONDS, DRILL[6] + HOUR * MICROSECONDS)
    engine = make_engine(DRILL, longer)
    declare(engine, 0, HOUR - 10)
    assert wait(engine, HOUR + 600) == []
    assert len(wait(engine, 2 * HOUR + 60)) == 1


def test_a_group_of_fires_in_one_zone_is_none_while_the_drill_there_lasts() -> None:
    engine = make_engine(DRILL)
    declare(engine, 0, 0)
    assert "raise fire_confirmed_two_devices" in rules_of(declare(engine, 1, 10))
    assert wait(engine, HOUR - 10) == []
    assert {change.rule.id for change in wait(engine, HOUR + 60)} == {
        "detector_fire_state",
        "fire_confirmed_two_devices",
    }


def test_after_a_restart_a_fire_still_outlasts_its_drill() -> None:
    engine = make_engine()
    known = KnownCondition(
        "detector_fire_state", SubjectKind.DEVICE, 100, True, START, Severity.ORANGE, scope_id=7
    )
    engine.restore([known])
    assert [change.rule.id for change in wait(engine, 10)] == ["detector_fire_state"]


@pytest.mark.parametrize("first", [DeviceEventKind.TEST, DeviceEventKind.FIRE])
def test_a_fire_is_a_fire_whatever_the_test_bit_says(first: DeviceEventKind) -> None:
    engine = make_engine()
    second = DeviceEventKind.FIRE if first is DeviceEventKind.TEST else DeviceEventKind.TEST
    found = declare(engine, 0, 0, first) + declare(engine, 0, 1, second)
    fires = [change for change in found if change.rule.id == "detector_fire_state"]
    assert [(change.kind.value, change.scope_id) for change in fires] == [("raise", None)]


def heat_up(engine: Engine, until: int) -> list[Change]:
    """A quarter of an hour at 22 °C, then half a kelvin warmer every second."""
    heat = slot_of(0, HEAT)
    send(engine, heat, hold(22.0, range(-900, 0, 5)))
    return send(engine, heat, [(second, 22.0 + second * 0.5) for second in range(0, until, 5)])


def test_what_is_hot_and_rises_fast_is_one_alarm_that_ends_with_the_last_of_both() -> None:
    engine = make_engine()
    told = rules_of(heat_up(engine, 120))
    assert told.count("raise heat_rate_of_rise") == told.count("raise heat_prealarm") == 1
    assert "raise heat_fixed_alarm" not in told
    # It rises no more, but is still hot; then it cools.
    heat = slot_of(0, HEAT)
    still_hot = rules_of(send(engine, heat, hold(81.5, range(120, 1200, 5))))
    assert not [line for line in still_hot if line.startswith("clear heat")]
    cool = rules_of(send(engine, heat, hold(30.0, range(1200, 2400, 5))))
    assert "clear heat_rate_of_rise" in cool
    assert "clear heat_fixed_alarm" not in cool


@pytest.mark.parametrize(("interval_seconds", "is_seen"), [(15, True), (20, True), (21, False)])
def test_heat_that_rises_is_seen_by_the_slowest_sensor_that_is_quick_enough(
    interval_seconds: int, is_seen: bool
) -> None:
    engine, estate, heat = Engine(), make_estate(), slot_of(0, HEAT)
    estate.sensors["interval_us"][heat] = interval_seconds * MICROSECONDS
    engine.adopt(estate)
    send(engine, heat, hold(22.0, range(-900, 0, interval_seconds)))
    # Nobody keeps time to the second.
    warmer = [(second + second % 3 * 0.2, 22.0 + second * 0.25) for second in range(0, 130, interval_seconds)]
    assert ("raise heat_rate_of_rise" in rules_of(send(engine, heat, warmer))) is is_seen


def test_an_alarm_that_two_rules_share_is_one_after_a_restart_too() -> None:
    engine = make_engine()
    found, heat = heat_up(engine, 120), slot_of(0, HEAT)
    raised = next(change for change in found if change.rule.id == "heat_rate_of_rise")
    send(engine, heat, hold(81.5, range(120, 400, 5)))
    again, building = make_engine(), 0
    known = KnownCondition(
        raised.rule.id, raised.subject.kind, raised.subject.id, True, raised.at, raised.severity
    )
    again.restore([known])
    again.restore_snapshot(building, engine.snapshot(building))
    again.rebuild(np.empty(0, READING))
    assert not [
        line for line in rules_of(send(again, heat, hold(81.5, range(400, 1500, 5)))) if "heat" in line
    ]
    cool = rules_of(send(again, heat, hold(30.0, range(1500, 2700, 5))))
    assert [line for line in cool if line.startswith("clear heat_") and "prealarm" not in line] == [
        "clear heat_rate_of_rise"
    ]


def steam(engine: Engine) -> list[Change]:
    """Fifteen minutes of quiet, then ten of 0.5 dB/m with one kelvin."""
    found = []
    for second in range(-900, 600, 10):
        smoke, warm = (0.5, 23.0) if second >= 0 else (0.02, 22.0)
        found += send(engine, slot_of(0, SMOKE), [(second, smoke)])
        found += send(engine, slot_of(0, HEAT), [(second, warm)])
    return found


def test_steam_is_an_orange_smoke_alarm_after_its_wait_and_never_confirmed_by_heat() -> None:
    found = steam(make_engine())
    alarms = [change for change in found if change.rule.id == "smoke_level_alarm"]
    assert [(change.at, change.severity) for change in alarms] == [
        (START + 210 * MICROSECONDS, Severity.ORANGE)
    ]
    assert not [change for change in found if change.severity is Severity.RED]
    assert not [change for change in found if change.rule.id == "zone_fire_likelihood"]


RAMPS: list[tuple[str, Callable[[float], float], int]] = [
    ("a roof in the sun, from 25 to 50 °C within three hours", lambda s: 25 + 25 * s / (3 * HOUR), 4 * HOUR),
    ("2 K a minute for a quarter of an hour, to 55 °C", lambda s: 25 + 2 * s / 60, HOUR),
]


@pytest.mark.parametrize(("what", "ramp", "until"), RAMPS)
def test_slow_heat_is_a_prealarm_and_never_a_fire(
    what: str, ramp: Callable[[float], float], until: int
) -> None:
    engine = make_engine()
    heat = slot_of(0, HEAT)
    send(engine, heat, hold(25.0, range(-900, 0, 10)))
    rises_for = 3 * HOUR if "sun" in what else 900
    found = send(engine, heat, [(s, ramp(min(s, rises_for))) for s in range(0, until, 10)])
    told = rules_of(found)
    assert told.count("raise heat_prealarm") == 1
    assert not [line for line in told if "heat_rate" in line or "heat_fixed" in line or "likelihood" in line]
    assert not [line for line in told if "confirmed" in line]
