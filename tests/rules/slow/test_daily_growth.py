"""Trends, what load and damp explain, and when a limit will be passed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.slow import breach
from rules.slow.breach import HORIZON_DAYS, Growth, forecast
from rules.slow.bucket_times import DAY_US
from rules.slow.covariates import take_off
from rules.slow.days import Days, middle
from rules.slow.history import History
from rules.slow.trend import Trend, follow

NOW = 1_795_420_800_000_000
HOUR_US = DAY_US // 24


def make_history(values: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> History:
    n, m = values.shape
    starts = NOW - HOUR_US * np.arange(m, 0, -1)
    count = np.where(np.isnan(values), 0, 60).astype(np.int32)
    return History(np.arange(n, dtype=np.int32), starts, HOUR_US, values, values, values, count)


def test_days_end_at_the_look_and_one_with_less_than_half_its_hours_says_nothing() -> None:
    values = np.arange(60.0)[None, :]
    values[0, 12:26] = np.nan
    days = Days.of(make_history(values))
    assert days.n_days == 2
    # The first twelve hours are over; of the next day ten hours are left.
    assert np.isnan(days.mean(values)[0, 0])
    assert days.mean(values)[0, 1] == 47.5
    most, at = days.most(values)
    assert (most[0, 1], at[0, 1]) == (59.0, 1.0)


def test_weights_count_and_a_day_without_any_says_nothing() -> None:
    values, weights = np.tile([1.0, 3.0], (1, 24)), np.tile([3.0, 1.0], (1, 24))
    weights[0, :24] = 0.0
    means = Days.of(make_history(values)).mean(values, weights)
    assert np.isnan(means[0, 0])
    assert means[0, 1] == 1.5


def test_the_median_is_of_what_is_known() -> None:
    assert middle(np.array([[3.0, np.nan, 1.0, 2.0]])).tolist() == [2.0]
    assert np.isnan(middle(np.full((1, 3), np.nan))).all()


def test_a_trend_finds_the_slope_of_a_line_and_does_not_mind_days_without_a_figure() -> None:
    figures = 100.0 + 3.0 * np.arange(40.0)[None, :]
    figures[0, [5, 20, 21]] = np.nan
    trend = follow(figures, 1.0, 0.1)
    assert trend.level[0] == pytest.approx(figures[0, -1], abs=0.01)
    assert trend.slope[0] == pytest.approx(3.0, abs=0.01)
    assert trend.days[0] == 37


def test_noise_is_told_from_growth() -> None:
    rng = np.random.default_rng(1)
    figures = 5.0 * np.arange(42.0) + 4.0 * rng.standard_normal((200, 42))
    trend = follow(figures, 0.1, 0.1)
    assert np.median(trend.noise) == pytest.approx(4.0, rel=0.15)
    # Nine in ten of 80 % intervals of the slope would be too many, seven in ten too few.
    off = np.abs(trend.slope - 5.0) / np.sqrt(trend.slope_variance)
    assert 0.7 < np.mean(off < 1.28) < 1.0


@given(st.floats(-50, 50), st.floats(-50, 50))
@settings(max_examples=20, deadline=None)
def test_whatever_goes_with_a_covariate_is_taken_off_and_growth_is_left(load: float, damp: float) -> None:
    rng = np.random.default_rng(2)
    covariates = rng.standard_normal((2, 3, 600))
    grows = np.linspace(0.0, 40.0, 600)
    plain = 100.0 + grows + rng.standard_normal((3, 600))
    owed = load * covariates[0] + damp * covariates[1]
    # What a covariate comes to on the whole stays: it is taken off about its mean.
    changed = take_off(plain + owed, covariates) - take_off(plain, covariates)
    assert np.ptp(changed, axis=1).max() < 0.05
    left = take_off(plain, covariates)
    assert left[:, -100:].mean() - left[:, :100].mean() == pytest.approx(33.3, abs=0.5)


def test_a_covariate_that_grows_in_the_same_weeks_is_not_credited_with_all_the_growth() -> None:
    hours = np.arange(1000.0)
    load = np.cos(hours * 2 * np.pi / 24) + hours / 500.0
    values = (10.0 * np.cos(hours * 2 * np.pi / 24) + hours / 25.0)[None, :]
    left = take_off(values, [load[None, :]])
    assert left[0, -24:].mean() - left[0, :24].mean() > 15.0


def test_a_covariate_that_is_not_known_takes_nothing_off() -> None:
    values = np.random.default_rng(3).standard_normal((2, 100))
    assert take_off(values, [np.full((2, 100), np.nan)]) == pytest.approx(values)


def make_growth(level: float, slope: float, sure: bool = True) -> Growth:
    deviation = 0.0 if sure else 0.1
    one = np.ones(1)
    trend = Trend(
        level * one,
        slope * one,
        (deviation * level) ** 2 * one,
        (deviation * slope) ** 2 * one,
        0.0 * one,
        one,
        np.array([42]),
    )
    return Growth(trend, 0.5 * level * one, (1.0, 1.0 if sure else 3.0))


def days_until(growth: Growth, limit: float) -> tuple[float, float, float]:
    found = forecast(growth, np.zeros((1, 21)), np.full((1, 21), 0.5), np.array([limit]), NOW)
    return tuple(float((each[0] - NOW) / DAY_US) for each in (found.earliest, found.at, found.latest))  # type: ignore[return-value]


def test_a_steady_growth_that_is_sure_passes_its_limit_on_its_day() -> None:
    # 100 mA, five more a day: 200 are reached at the end of the twentieth day, whose peak is at noon.
    assert days_until(make_growth(100.0, 5.0), 200.0) == (19.5, 19.5, 19.5)


def test_what_stays_below_its_limit_has_no_forecast() -> None:
    assert np.isnan(days_until(make_growth(100.0, 0.1), 100.0 + 0.1 * HORIZON_DAYS + 1)).all()


@given(st.floats(50, 250), st.floats(1, 20), st.floats(1, 100))
@settings(max_examples=40, deadline=None)
def test_an_interval_holds_its_likeliest_time_and_a_higher_limit_is_passed_no_sooner(
    level: float, slope: float, higher: float
) -> None:
    growth = make_growth(level, slope, sure=False)
    earliest, at, latest = days_until(growth, 300.0)
    if not np.isnan(at):
        assert 0 <= earliest <= at <= latest
        later = days_until(growth, 300.0 + higher)
        assert all(np.isnan(b) or a <= b for a, b in zip((earliest, at, latest), later, strict=True))


def test_trajectories_are_the_same_every_time_and_fill_their_space_evenly() -> None:
    uniform = breach._spread_evenly()
    assert (uniform == breach._spread_evenly()).all()
    counts = [np.histogram(column, bins=8, range=(0, 1))[0] for column in uniform.T]
    assert np.abs(np.array(counts) - breach.PATHS / 8).max() <= 4


def test_doubt_makes_an_interval_wider() -> None:
    growth = make_growth(150.0, 4.0)
    doubted = replace(growth, trend=growth.trend.doubt(0.5, np.array([10.0])))
    plain, wide = days_until(growth, 300.0), days_until(doubted, 300.0)
    assert wide[0] < plain[0] <= plain[2] < wide[2]
