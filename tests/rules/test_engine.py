"""What raises, what clears, and what must not: each rule at its limits, late and bad readings, silence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rules.changes import KnownCondition
from rules.engine import Engine
from schemas.columns import MICROSECONDS, Batch, DeviceEvent
from schemas.domain import DeviceEventKind, Quality, Quantity, SubjectKind
from tests.rules.conftest import SLOT, START, describe, make_readings, make_roster, run

SMOKE, HEAT, PRESSURE = Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.PRESSURE
FLOW, RESIDUAL, CABLE = Quantity.FLOW, Quantity.RESIDUAL_CURRENT, Quantity.CABLE_TEMPERATURE

FIRE = DeviceEventKind.FIRE
QUIET = {SMOKE: 0.02, HEAT: 22.0, PRESSURE: 0.4, FLOW: 0.0, RESIDUAL: 120.0, CABLE: 35.0}


def level(quantity: Quantity, value: float, *seconds: float) -> list[tuple[Quantity, float, float]]:
    return [(quantity, at, value) for at in seconds]


def of(rule: str, changes: list[str]) -> list[str]:
    return [change for change in changes if change.split()[1] == rule]


@pytest.mark.parametrize(
    ("quantity", "limit", "below", "rule", "at"),
    [
        (SMOKE, 1.20, 1.1999, "smoke_level_alarm", 10),
        (SMOKE, 0.30, 0.2999, "smoke_level_alarm", 210),
        (SMOKE, 0.15, 0.1499, "smoke_prealarm", 30),
        (HEAT, 57.0, 56.99, "heat_fixed_alarm", 10),
        (HEAT, 47.0, 46.99, "heat_prealarm", 30),
        (PRESSURE, 0.02, 0.0201, "hydrant_pressure_zero", 30),
        (FLOW, 0.63, 0.6299, "sprinkler_water_flow", 20),
        (RESIDUAL, 300.0, 299.9, "residual_current_alarm", 10),
        (CABLE, 70.0, 69.9, "cable_temp_alarm", 30),
    ],
)
def test_a_limit_held_for_its_time_raises_and_a_hair_less_does_not(
    quantity: Quantity, limit: float, below: float, rule: str, at: float
) -> None:
    until = at + 5
    for value, expected in ((limit, [f"raise {rule} {at}"]), (below, [])):
        engine = Engine()
        engine.adopt(make_roster())
        run(engine, level(quantity, QUIET[quantity], *range(-900, 0, 10)))
        changes = run(engine, level(quantity, value, *range(0, round(until), 10)))
        assert of(rule, changes) == expected


def test_a_single_spike_raises_nothing(engine: Engine) -> None:
    assert run(engine, [*level(HEAT, 25, 0, 10), *level(HEAT, 90, 20), *level(HEAT, 25, 30, 40)]) == []


def test_thick_smoke_raises_on_two_of_three_samples(engine: Engine) -> None:
    assert run(engine, [(SMOKE, 0, 1.3), (SMOKE, 10, 0.05), (SMOKE, 20, 1.3)]) == [
        "raise smoke_level_alarm 20"
    ]


def test_smoke_alone_at_its_limit_waits_even_if_every_third_sample_is_below(engine: Engine) -> None:
    rows = [(SMOKE, at, 0.25 if at % 30 == 10 else 0.4) for at in range(0, 310, 10)]
    assert of("smoke_level_alarm", run(engine, rows)) == ["raise smoke_level_alarm 210"]


def test_two_low_samples_among_three_begin_the_wait_anew(engine: Engine) -> None:
    rows = [(SMOKE, 0, 1.3), (SMOKE, 10, 0.05), (SMOKE, 20, 0.05), (SMOKE, 30, 1.3)]
    assert run(engine, rows) == []


def test_a_gap_of_more_than_three_intervals_begins_the_wait_anew(engine: Engine) -> None:
    assert run(engine, level(HEAT, 90, 0, 31)) == []
    assert of("heat_fixed_alarm", run(engine, level(HEAT, 90, 61))) == ["raise heat_fixed_alarm 61"]


def test_fast_sampling_still_waits_the_whole_time(engine: Engine) -> None:
    assert run(engine, level(HEAT, 90, 0, 1, 2, 3, 9.9)) == []
    assert run(engine, level(HEAT, 90, 10)) == ["raise heat_fixed_alarm 10"]


def test_a_condition_clears_only_after_its_whole_time_below_the_deadband(engine: Engine) -> None:
    run(engine, level(HEAT, 60, 0, 10))
    assert of("heat_fixed_alarm", run(engine, level(HEAT, 50, *range(20, 400, 10)))) == []
    assert of("heat_fixed_alarm", run(engine, level(HEAT, 40, *range(400, 700, 10)))) == []
    assert run(engine, level(HEAT, 40, 700)) == ["clear heat_fixed_alarm 700"]


def test_a_condition_that_comes_back_after_clearing_raises_again(engine: Engine) -> None:
    run(engine, [*level(HEAT, 60, 0, 10), *level(HEAT, 20, *range(20, 330, 10))])
    assert run(engine, level(HEAT, 60, 400, 410)) == ["raise heat_fixed_alarm 410"]


def test_rising_smoke_warns_before_the_level_is_reached(engine: Engine) -> None:
    # 0.015 dB/m a minute, as a smouldering fire grows: 0.10 dB/m after 320 s, and five minutes of it until it is told.
    run(engine, level(SMOKE, 0.02, *range(-900, 0, 10)))
    rows = [(SMOKE, at, 0.02 + at * 0.00025) for at in range(0, 700, 10)]
    changes = run(engine, rows)
    assert of("smoke_rise", changes) == ["raise smoke_rise 620"]
    assert of("smoke_level_alarm", changes) == []


def test_a_late_fire_raises_and_says_that_it_is_late(engine: Engine) -> None:
    run(engine, level(HEAT, 25, 1000))
    assert run(engine, level(HEAT, 80, 0, 10, 20)) == ["raise heat_fixed_alarm 10 late"]


def test_a_late_normal_reading_never_clears_a_fire(engine: Engine) -> None:
    run(engine, level(HEAT, 90, 1000, 1010))
    assert run(engine, level(HEAT, 20, *range(0, 990, 10))) == []


def test_repeated_readings_change_nothing(engine: Engine) -> None:
    run(engine, level(HEAT, 25, 0, 10, 20, 30))
    assert run(engine, level(HEAT, 90, 10, 10, 20, 20)) == []


def test_readings_of_bad_quality_neither_raise_nor_clear(engine: Engine) -> None:
    assert of("heat_fixed_alarm", run(engine, level(HEAT, 90, 0, 10, 20), Quality.BAD)) == []
    run(engine, level(HEAT, 90, 30, 40))
    cooled = run(engine, level(HEAT, 20, *range(50, 500, 10)), Quality.OUT_OF_RANGE)
    assert of("heat_fixed_alarm", cooled) == []


def test_a_late_reading_from_before_the_last_episode_does_not_raise_it_again(engine: Engine) -> None:
    engine.restore([KnownCondition("heat_fixed_alarm", SubjectKind.SENSOR, 1000 + SLOT[HEAT], False, START)])
    assert run(engine, level(HEAT, 90, -30, -20, -10)) == []


def test_a_condition_known_as_active_is_not_raised_again_and_clears(engine: Engine) -> None:
    engine.restore([KnownCondition("heat_fixed_alarm", SubjectKind.SENSOR, 1000 + SLOT[HEAT], True, START)])
    assert of("heat_fixed_alarm", run(engine, level(HEAT, 90, 0, 10))) == []
    cooled = run(engine, level(HEAT, 20, *range(20, 330, 10)))
    assert of("heat_fixed_alarm", cooled) == ["clear heat_fixed_alarm 320"]


def declare(
    engine: Engine, event: DeviceEventKind, at: float, active: bool, channel: int | None = None
) -> list[str]:
    stamp = START + round(at * MICROSECONDS)
    events = (DeviceEvent(0, channel, stamp, stamp, event, active, None, None, 0),)
    return describe(engine.evaluate(Batch(make_readings([]), events), stamp))


def test_a_declared_fire_raises_once_and_an_older_return_does_not_clear_it(engine: Engine) -> None:
    assert declare(engine, DeviceEventKind.FIRE, 10, True) == ["raise detector_fire_state 10"]
    assert declare(engine, DeviceEventKind.FIRE, 12, True) == []
    assert declare(engine, DeviceEventKind.FIRE, 11, False) == []
    assert declare(engine, DeviceEventKind.FIRE, 13, False) == ["clear detector_fire_state 13"]
    assert declare(engine, DeviceEventKind.FIRE, 12, True) == []


def test_a_fire_that_two_channels_declare_lasts_until_both_say_it_is_over(engine: Engine) -> None:
    smoke, heat = SLOT[SMOKE], SLOT[HEAT]
    assert declare(engine, FIRE, 10, True, smoke) == ["raise detector_fire_state 10"]
    assert declare(engine, FIRE, 11, True, heat) == []
    assert declare(engine, FIRE, 12, False, heat) == []
    assert declare(engine, FIRE, 9, False, smoke) == []
    assert declare(engine, FIRE, 13, False, smoke) == ["clear detector_fire_state 13"]


def test_a_device_as_a_whole_and_a_channel_that_declared_nothing_speak_for_the_device(engine: Engine) -> None:
    declare(engine, FIRE, 10, True, SLOT[SMOKE])
    declare(engine, FIRE, 11, True, SLOT[HEAT])
    assert declare(engine, FIRE, 12, False) == ["clear detector_fire_state 12"]
    declare(engine, FIRE, 13, True)
    assert declare(engine, FIRE, 14, False, SLOT[HEAT]) == ["clear detector_fire_state 14"]


def test_a_restart_knows_which_channels_declare_a_fire(engine: Engine) -> None:
    at = START + 11 * MICROSECONDS
    voices = ((1000 + SLOT[SMOKE], at), (1000 + SLOT[HEAT], at))
    engine.restore([KnownCondition("detector_fire_state", SubjectKind.DEVICE, 100, True, at, voices=voices)])
    assert declare(engine, FIRE, 12, False, SLOT[HEAT]) == []
    assert declare(engine, FIRE, 13, False, SLOT[SMOKE]) == ["clear detector_fire_state 13"]


def time_passes(engine: Engine, seconds: float) -> list[str]:
    now = START + round(seconds * MICROSECONDS)
    return describe(engine.evaluate(Batch.empty(), now))


def test_a_device_that_stops_is_silent_and_comes_back(engine: Engine) -> None:
    engine.listen_from(START)
    run(engine, level(HEAT, 20, 60))
    # Silence is looked at whenever a full ten seconds have passed.
    assert time_passes(engine, 99.9) == []
    assert len(time_passes(engine, 101)) == len(SLOT) - 1
    assert time_passes(engine, 159.9) == []
    assert time_passes(engine, 160) == ["raise device_silent 160"]
    assert run(engine, level(HEAT, 20, 165)) == ["clear device_silent 165"]


def test_devices_are_not_silent_while_nobody_could_hear_them(engine: Engine) -> None:
    engine.listen_from(START)
    engine.listen_from(START + 1000 * MICROSECONDS)
    assert time_passes(engine, 1099) == []
    assert len(time_passes(engine, 1100)) == len(SLOT)


def test_silence_is_not_judged_before_anybody_listens(engine: Engine) -> None:
    assert time_passes(engine, 10_000) == []


def test_sensors_registered_later_keep_the_state_of_the_earlier_ones(engine: Engine) -> None:
    run(engine, level(HEAT, 90, 0))
    roster = make_roster()
    wider = np.concatenate([roster.sensors, roster.sensors[:1]])
    engine.adopt(
        type(roster)(2, wider, roster.devices, roster.codes, {}, roster.sensor_slots, roster.device_slots)
    )
    assert run(engine, level(HEAT, 90, 10)) == ["raise heat_fixed_alarm 10"]


def serve(engine: Engine, version: int, *, served: bool) -> None:
    """The building leaves this share, or comes to it."""
    roster = make_roster()
    roster.devices["served"] = served
    engine.adopt(replace(roster, version=version))


def test_the_silence_of_a_building_is_for_the_share_that_serves_it(engine: Engine) -> None:
    engine.listen_from(START)
    assert len(time_passes(engine, 100)) == len(SLOT)
    serve(engine, 2, served=False)
    # What was silent is not told to be back, and what goes on to say nothing is not told either.
    assert time_passes(engine, 300) == []
    engine.restore([KnownCondition("device_silent", SubjectKind.DEVICE, 100, True, START)])
    assert time_passes(engine, 310) == []
    serve(engine, 3, served=True)
    engine.restore([KnownCondition("device_silent", SubjectKind.DEVICE, 100, True, START)])
    # The others get their full time anew, from the last look on.
    assert time_passes(engine, 399) == []
    assert len(time_passes(engine, 410)) == len(SLOT) - 1


def test_what_another_share_has_cleared_raises_again_here(engine: Engine) -> None:
    run(engine, level(HEAT, 90, 0, 10))
    ended = START + 400 * MICROSECONDS
    engine.restore([KnownCondition("heat_fixed_alarm", SubjectKind.SENSOR, 1000 + SLOT[HEAT], False, ended)])
    assert run(engine, level(HEAT, 90, 410, 420)) == ["raise heat_fixed_alarm 420"]


def test_a_declared_fire_that_another_share_saw_end_is_not_active_here(engine: Engine) -> None:
    assert declare(engine, DeviceEventKind.FIRE, 10, True) == ["raise detector_fire_state 10"]
    ended = START + 20 * MICROSECONDS
    engine.restore([KnownCondition("detector_fire_state", SubjectKind.DEVICE, 100, False, ended)])
    assert declare(engine, DeviceEventKind.FIRE, 30, True) == ["raise detector_fire_state 30"]
