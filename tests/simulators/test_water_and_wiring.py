"""Formulas of water and of cables against closed forms (design basis)."""

from __future__ import annotations

import numpy as np
import pytest

from simulators.electrical.leakage import with_load
from simulators.electrical.load import plain_day
from simulators.electrical.supply import terminal_voltage
from simulators.electrical.warmth import cable_rise
from simulators.water import hydraulics as water


def test_a_hundred_metres_of_water_weigh_0_98_mpa() -> None:
    foot = water.pressure_at_height(np.array([0.15]), np.array([100.0]), np.array([0.0]))
    assert foot[0] == pytest.approx(0.15 + 0.981)


@pytest.mark.parametrize(("pressure", "litres_a_minute"), [(0.05, 57), (0.10, 80)])
def test_one_open_head_passes_what_its_k_factor_says(pressure: float, litres_a_minute: float) -> None:
    assert water.sprinkler_flow(np.array([pressure]))[0] * 60 == pytest.approx(litres_a_minute, abs=0.5)


def test_no_pressure_gives_no_flow() -> None:
    assert water.sprinkler_flow(np.array([0.0, -0.01])).tolist() == [0, 0]


def test_the_jockey_pump_keeps_the_pressure_within_its_span_and_starts_once_a_period() -> None:
    seconds = np.arange(0.0, 3600.0)
    teeth = np.array(
        [water.jockey_pressure(t, np.array([900.0]), np.array([0.3]), 0.055)[0] for t in seconds]
    )
    assert teeth.min() >= 0
    assert teeth.max() <= 0.055
    rising = np.diff(teeth) > 0
    assert np.count_nonzero(rising[1:] & ~rising[:-1]) == 4


def test_a_cable_is_four_times_warmer_at_twice_the_current() -> None:
    rise = cable_rise(np.array([0.5, 1.0]), np.array([20.0, 20.0]))
    assert rise.tolist() == [5.0, 20.0]


def test_load_peaks_at_its_hour_and_rests_twelve_hours_later() -> None:
    load = [plain_day(hour * 3600.0, np.array([14.0]))[0] for hour in (14, 2)]
    assert load == pytest.approx([0.75, 0.25])


def test_healthy_circuits_stay_within_the_limits_of_supply_and_of_natural_leakage() -> None:
    load = np.linspace(0.25, 0.75, 11)
    voltage = terminal_voltage(load)
    assert np.all((voltage > 220 * 0.90) & (voltage < 220 * 1.07))
    assert with_load(np.array([150.0]), load).max() == pytest.approx(195)
