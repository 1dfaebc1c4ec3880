"""Who is silent: a sensor, a device, or the gateway that all of them speak through."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rules.changes import KnownCondition
from schemas.columns import Batch
from schemas.domain import Quality, Quantity, SubjectKind
from tests.rules.premises import GATEWAY, Premises, describe, stamp

SMOKE, HEAT, PRESSURE = Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.PRESSURE
ALL = (1, 2, 3)


def test_a_silent_gateway_is_one_fault_and_its_devices_are_unknown() -> None:
    premises = Premises()
    assert premises.report(range(5, 65, 10), ALL) == []
    assert [premises.wait(at) for at in range(60, 150, 10)] == [[]] * 9
    changes = premises.engine.evaluate(Batch.empty(), stamp(150))
    assert describe(changes) == ["raise gateway_silent 100 at 150"]
    assert changes[0].note == "3 devices unknown"
    assert premises.wait(4000) == []


def test_devices_that_were_last_heard_one_after_the_other_are_one_silent_gateway_too() -> None:
    premises = Premises()
    for device in ALL:
        premises.report([device * 3], [device])
    told = [line for at in range(20, 300, 10) for line in premises.wait(at)]
    assert told == ["raise gateway_silent 100 at 100"]


def test_a_device_that_is_silent_beneath_a_gateway_that_speaks_is_told_itself() -> None:
    premises = Premises()
    premises.report([5], ALL)
    told = premises.report(range(15, 200, 10), (1, 2))
    assert told == ["raise device_silent 103 at 100"]


def test_what_was_silent_before_its_gateway_stays_so_and_the_others_get_their_full_time_after_it() -> None:
    premises = Premises()
    premises.report([5], ALL)
    premises.report(range(15, 200, 10), (1, 2))
    assert [premises.wait(at) for at in (280, 290)] == [[], ["raise gateway_silent 100 at 290"]]
    # One comes back, and with it the gateway; the second comes in time, the third never does.
    assert premises.report([500], [1]) == ["clear gateway_silent 100 at 500"]
    assert premises.report(range(510, 590, 10), [1]) == []
    assert premises.report(range(590, 700, 10), [1, 2]) == []


def test_a_device_that_does_not_come_back_after_its_gateway_is_silent_in_its_own_right() -> None:
    premises = Premises()
    premises.report([5], ALL)
    premises.wait(100)
    assert premises.report([500], [1, 2]) == ["clear gateway_silent 100 at 500"]
    told = premises.report(range(510, 700, 10), [1, 2])
    assert told == ["raise device_silent 103 at 600"]


def test_a_fire_from_beneath_a_silent_gateway_still_raises() -> None:
    premises = Premises()
    premises.report([5], ALL)
    assert premises.wait(100) == ["raise gateway_silent 100 at 100"]
    hot = {(2, HEAT): 80.0}
    told = premises.report((200, 210), [2], hot)
    assert told[0] == "clear gateway_silent 100 at 200"
    assert "raise heat_fixed_alarm 1003 at 210" in told


def test_late_readings_of_a_fire_beneath_a_gateway_that_was_silent_raise_the_fire() -> None:
    premises = Premises()
    premises.report([5], ALL)
    premises.wait(100)
    backlog = np.concatenate(
        [premises.readings(200, [2], {(2, HEAT): 80.0}, ahead=-back) for back in (60, 50)]
    )
    assert "raise heat_fixed_alarm 1003 at 150" in premises.judge(backlog)


def test_the_only_device_of_a_gateway_is_told_itself() -> None:
    premises = Premises(1)
    premises.report([5], [1])
    assert [premises.wait(at) for at in (90, 100)] == [[], ["raise device_silent 101 at 100"]]


def test_devices_without_a_gateway_are_told_one_by_one() -> None:
    premises = Premises(has_gateway=False)
    premises.report([5], ALL)
    assert len(premises.wait(100)) == 3


def test_a_gateway_known_as_silent_is_not_told_again_and_comes_back() -> None:
    premises = Premises()
    premises.engine.restore([KnownCondition("gateway_silent", SubjectKind.DEVICE, 100, True, stamp(-100))])
    assert premises.wait(1000) == []
    assert premises.report([1005], [1]) == ["clear gateway_silent 100 at 1005"]


def test_a_gateway_whose_devices_are_retired_is_silent_no_more() -> None:
    premises = Premises()
    premises.report([5], ALL)
    premises.wait(100)
    premises.roster.devices["retired"][1:] = True
    premises.engine.adopt(replace(premises.roster, version=2))
    assert premises.wait(110) == [f"clear gateway_silent {GATEWAY + 100} at 110"]


def test_a_sensor_of_a_device_that_goes_on_reporting_is_silent_after_three_intervals() -> None:
    premises = Premises(1)
    premises.report([5], [1])
    told = premises.report(range(15, 200, 10), [1], without=[(1, HEAT)])
    assert told == ["raise metric_silent 1001 at 100"]
    assert premises.report([201], [1], quality=Quality.BAD) == []
    assert premises.report([205], [1]) == ["clear metric_silent 1001 at 205"]


def test_a_slow_sensor_is_given_three_of_its_own_intervals() -> None:
    premises = Premises(1)
    premises.roster.sensors["interval_us"][1] *= 6
    premises.engine.adopt(replace(premises.roster, version=2))
    premises.report([5], [1])
    assert premises.report(range(15, 190, 10), [1], without=[(1, HEAT)]) == []
    assert premises.report([195], [1], without=[(1, HEAT)]) == ["raise metric_silent 1001 at 190"]


def test_nothing_is_told_of_the_sensors_of_a_silent_device() -> None:
    premises = Premises(1)
    premises.report([5], [1])
    told = [line for at in range(10, 400, 10) for line in premises.wait(at)]
    assert told == ["raise device_silent 101 at 100"]
    # What comes back with the device has its full time to say something.
    assert premises.report([500], [1], without=[(1, HEAT)]) == ["clear device_silent 101 at 500"]
    assert premises.report(range(510, 600, 10), [1], without=[(1, HEAT)]) == []
    assert premises.report([605], [1], without=[(1, HEAT)]) == ["raise metric_silent 1001 at 600"]


def test_pressure_of_nought_is_an_emergency_and_pressure_that_does_not_come_is_a_fault() -> None:
    premises = Premises(1, (SMOKE, PRESSURE))
    dry = {(1, PRESSURE): 0.0}
    assert premises.report(range(5, 45, 10), [1], dry) == ["raise hydrant_pressure_zero 1001 at 35"]
    absent = Premises(1, (SMOKE, PRESSURE))
    absent.report([5], [1])
    told = absent.report(range(15, 200, 10), [1], without=[(1, PRESSURE)])
    assert told == ["raise metric_silent 1001 at 100"]


def test_silence_is_the_same_however_the_stream_is_cut() -> None:
    rng = np.random.default_rng(3)
    rows = [
        Premises().readings(at, [device])
        for at in range(5, 900, 10)
        for device in ALL
        if not (200 < at < 500) and rng.random() < 0.8 and (device != 2 or at < 600)
    ]
    stream = np.concatenate([*rows, Premises().readings(905, [1, 3])])
    whole = Premises().judge(stream)
    assert any("gateway_silent" in line for line in whole)
    for n_cuts in (1, 7, 60):
        cuts = np.sort(rng.integers(0, len(stream), n_cuts))
        premises = Premises()
        pieces = [piece for piece in np.split(stream, cuts) if len(piece)]
        assert [line for piece in pieces for line in premises.judge(piece)] == whole
