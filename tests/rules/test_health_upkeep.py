"""Sensors that are stuck or noisy: what is usual for them, looked at every ten minutes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from rules.changes import KnownCondition
from schemas.domain import Quantity, SubjectKind
from tests.rules.premises import Premises, stamp

SMOKE, HEAT, FLOW = Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.FLOW
MINUTE, HOUR, DAY = 60, 3600, 86_400


def play(premises: Premises, times: range, values: NDArray[np.float64]) -> list[str]:
    """One sensor's values (n,) at these times, judged as one stream."""
    readings = np.repeat(premises.readings(0, [1]), len(times))
    readings["received_at"] = readings["observed_at"] = [stamp(at) for at in times]
    readings["value"] = values
    return premises.judge(readings)


def make_noise(count: int, mean: float, spread: float) -> NDArray[np.float64]:
    return np.random.default_rng(11).normal(mean, spread, count)


def test_a_sensor_that_says_the_same_for_a_day_is_stuck_until_it_moves() -> None:
    premises = Premises(1, (HEAT,))
    times = range(0, DAY + 11 * MINUTE, MINUTE)
    told = play(premises, times, np.full(len(times), 21.5))
    assert told == [f"raise reading_stuck 1000 at {DAY + 10 * MINUTE}"]
    told = premises.report(range(DAY + 660, DAY + 1260, 60), [1], {(1, HEAT): 21.6})
    assert told == [f"clear reading_stuck 1000 at {DAY + 1200}"]


def test_a_sensor_that_moved_once_within_the_day_is_not_stuck() -> None:
    premises = Premises(1, (HEAT,))
    times = range(0, DAY + HOUR, MINUTE)
    values = np.full(len(times), 21.5)
    values[200] = 21.6
    assert play(premises, times, values) == []


def test_a_sensor_that_said_little_in_a_day_is_not_stuck() -> None:
    premises = Premises(1, (HEAT,))
    premises.roster.sensors["interval_us"] = premises.roster.devices["interval_us"][1:] = 5 * HOUR * 1_000_000
    premises.engine.adopt(premises.roster)
    times = range(0, 19 * 5 * HOUR, 5 * HOUR)
    assert play(premises, times, np.full(len(times), 21.5)) == []
    assert play(premises, range(100 * HOUR, 111 * HOUR, 5 * HOUR), np.full(3, 21.5))[0].startswith(
        "raise reading_stuck"
    )


@pytest.mark.parametrize(("quantity", "value"), [(SMOKE, 0.0), (FLOW, 0.0), (FLOW, 1.0)])
def test_clean_air_and_water_at_rest_are_not_stuck(quantity: Quantity, value: float) -> None:
    premises = Premises(1, (quantity,))
    times = range(0, DAY + HOUR, 2 * MINUTE)
    told = play(premises, times, np.full(len(times), value))
    assert not any("reading_stuck" in line for line in told)


def test_a_sensor_that_jumps_for_hours_is_noisy_and_one_that_is_at_rest_again_is_not() -> None:
    premises = Premises(1, (HEAT,))
    times = range(0, 6 * HOUR, MINUTE)
    told = [line for line in play(premises, times, make_noise(len(times), 22.0, 2.0)) if "noisy" in line]
    assert len(told) == 1
    assert told[0].startswith("raise reading_noisy 1000")
    times = range(6 * HOUR, 12 * HOUR, MINUTE)
    told = [line for line in play(premises, times, make_noise(len(times), 22.0, 0.1)) if "noisy" in line]
    assert len(told) == 1
    assert told[0].startswith("clear reading_noisy 1000")


@pytest.mark.parametrize(("quantity", "mean", "spread"), [(SMOKE, 0.03, 0.01), (HEAT, 22.0, 0.2)])
def test_the_noise_that_such_sensors_have_is_not_noisy(
    quantity: Quantity, mean: float, spread: float
) -> None:
    premises = Premises(1, (quantity,))
    times = range(0, DAY, MINUTE)
    assert play(premises, times, make_noise(len(times), mean, spread)) == []


def test_an_hour_in_the_kitchen_does_not_make_a_detector_noisy() -> None:
    premises = Premises(1, (SMOKE,))
    times = range(0, 8 * HOUR, MINUTE)
    values = make_noise(len(times), 0.03, 0.01)
    values[240:300] += np.abs(make_noise(60, 0.0, 0.08))
    assert not any("noisy" in line for line in play(premises, times, values))


def test_what_is_known_to_be_stuck_is_not_told_again() -> None:
    premises = Premises(1, (HEAT,))
    premises.engine.restore([KnownCondition("reading_stuck", SubjectKind.SENSOR, 1000, True, stamp(-DAY))])
    assert premises.report(range(0, 1300, 60), [1]) == []
    told = premises.report(range(1320, 1860, 60), [1], {(1, HEAT): 22.1})
    assert told == ["clear reading_stuck 1000 at 1800"]
