"""Lines through histories and the forecasts they make: right as often as they say, silent where they know nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from rules.slow.bucket_times import DAY_US, HOUR_US, floor_time
from rules.slow.robust_line import fit_line, foretell

Floats = NDArray[np.float64]


def make_noise(rng: np.random.Generator, shape: tuple[int, int], spread: float, alike: float) -> Floats:
    """Normal noise whose neighbours are alike by a correlation."""
    noise = rng.normal(0.0, spread, shape)
    for day in range(1, shape[1]):
        noise[:, day] = alike * noise[:, day - 1] + np.sqrt(1 - alike**2) * noise[:, day]
    return noise


def test_a_line_is_found_through_odd_days_and_gaps() -> None:
    days = np.arange(28) + 0.5
    values = np.stack([0.03 + 0.002 * days, np.full(28, 0.05)])
    values[0, [3, 20]] = 0.5
    values[1, 5:12] = np.nan
    trend = fit_line(values, 10)
    assert trend.slope == pytest.approx([0.002, 0.0], abs=1e-9)
    assert trend.level == pytest.approx([0.03 + 0.002 * 28, 0.05])


def test_too_few_days_say_nothing() -> None:
    values = np.full((1, 28), np.nan)
    values[0, -9:] = np.linspace(0.05, 0.08, 9)
    trend = fit_line(values, 10)
    assert np.isnan(trend.slope).all()
    forecast = foretell(trend, np.array([0.1]), 0, DAY_US)
    assert np.isnan([forecast.at, forecast.earliest, forecast.latest]).all()


@pytest.mark.parametrize("alike", [0.0, 0.5])
def test_four_in_five_forecasts_hold_the_time(alike: float) -> None:
    rng = np.random.default_rng(5)
    n, now = 2000, 28 * DAY_US
    slope = rng.uniform(0.02, 0.05, n) / 30.0
    level = rng.uniform(0.05, 0.08, n)
    days = np.arange(28) + 0.5
    # The rate of dust varies by a tenth from what it was.
    ahead = slope * rng.normal(1.0, 0.1, n)
    truth = now + (0.10 - level) / ahead * DAY_US
    values = level[:, None] + slope[:, None] * (days - 28) + make_noise(rng, (n, 28), 0.002, alike)
    forecast = foretell(fit_line(values, 10), np.full(n, 0.10), now, DAY_US)
    said = np.isfinite(forecast.at)
    held = (forecast.earliest <= truth) & (truth <= forecast.latest)
    assert said.mean() > 0.95
    assert 0.7 <= held[said].mean() <= 0.9


def test_a_level_that_stays_has_no_forecast_but_seldom() -> None:
    rng = np.random.default_rng(6)
    values = 0.05 + make_noise(rng, (2000, 28), 0.002, 0.5)
    forecast = foretell(fit_line(values, 10), np.full(2000, 0.10), 28 * DAY_US, DAY_US)
    soon = forecast.at < 58 * DAY_US
    assert soon.mean() < 0.001


def test_no_forecast_is_without_its_interval() -> None:
    rng = np.random.default_rng(7)
    values = rng.uniform(0.0, 0.12, (500, 28)) + np.linspace(0, 0.05, 28)
    forecast = foretell(fit_line(values, 10), np.full(500, 0.10), 0, DAY_US)
    known = np.isfinite([forecast.at, forecast.earliest, forecast.latest])
    assert (known.all(axis=0) | ~known.any(axis=0)).all()
    said = known.all(axis=0)
    assert (forecast.earliest[said] <= forecast.at[said]).all()
    assert (forecast.at[said] <= forecast.latest[said]).all()


def test_days_begin_at_midnight_in_china_and_hours_on_the_hour() -> None:
    noon = 1_795_420_800_000_000
    assert floor_time(noon + 1, HOUR_US) == noon
    assert (floor_time(noon, DAY_US) // HOUR_US) % 24 == 16
    assert floor_time(floor_time(noon, DAY_US), DAY_US) == floor_time(noon, DAY_US)
