"""Leaks and tanks over days: what raises, what does not, and when it will be too late."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.slow.doubling import DOUBLING_DAYS, fit_growth, foretell_days
from rules.slow.history import History
from rules.slow.normal import find_probability
from rules.slow.slow_rule import SlowJudgement, SlowRule, SlowView
from rules.slow.tank_draining import TANK_DRAINING
from rules.slow.water_leak import WATER_LEAK
from schemas.columns import MICROSECONDS
from simulators.optics import Floats

HOUR_US = 3600 * MICROSECONDS


def judge(rule: SlowRule, mean: Floats, most: Floats | None = None, **parameters: float) -> SlowJudgement:
    """What a rule says of histories (n, rule.n_buckets) that end now."""
    count, m = mean.shape
    assert m == rule.n_buckets
    bucket_us = round(rule.bucket_seconds) * MICROSECONDS
    starts = (np.arange(m, dtype=np.int64) - m) * bucket_us
    known = np.isfinite(mean)
    history = History(
        np.arange(count, dtype=np.int32),
        starts,
        bucket_us,
        mean,
        mean,
        mean if most is None else most,
        np.where(known, 60, 0).astype(np.int32),
    )
    values = {parameter.name: parameter.default for parameter in rule.parameters} | parameters
    return rule.judge(
        SlowView(history, 0, lambda _: mean * np.nan, lambda name: np.full(count, values[name]))
    )


def leak_days(doubling: float, usual: float = 0.06, now: float = 0.03) -> Floats:
    """A usual flow and a leak on top that is `now` at the end of two weeks (1, 56) [L/s]."""
    days = (np.arange(56) - 55.5) / 4.0
    return (usual + now * np.exp2(days / doubling))[None, :]


def pump(mean: Floats, delivers: float = 1.2) -> Floats:
    """The most a meter shows while a pump that delivers so much makes up for it."""
    return np.full_like(mean, delivers)


def test_what_always_flowed_is_no_leak_whatever_it_is() -> None:
    flows = np.tile(np.array([[0.02], [0.2], [0.9]]), (1, 56))
    assert not judge(WATER_LEAK, flows, pump(flows)).holds.any()


def test_a_leak_is_told_when_it_is_half_of_what_was_usual() -> None:
    assert judge(WATER_LEAK, leak_days(2.0, now=0.05)).holds.all()
    assert not judge(WATER_LEAK, leak_days(2.0, now=0.015)).holds.any()


def test_a_hydrant_test_in_one_bucket_is_no_leak() -> None:
    flows = np.full((1, 56), 0.06)
    flows[0, -2] += 0.08
    assert not judge(WATER_LEAK, flows).holds.any()


def test_a_leak_that_was_mended_ends() -> None:
    flows = leak_days(2.0, now=0.3)
    flows[0, -3:] = 0.062
    assert judge(WATER_LEAK, flows).clears.all()


def test_too_short_a_past_says_nothing() -> None:
    flows = leak_days(2.0, now=0.3)
    flows[0, :44] = np.nan
    said = judge(WATER_LEAK, flows)
    assert not (said.holds | said.clears).any()


@pytest.mark.parametrize("doubling", [1.0, 2.0, 4.0])
def test_a_leak_that_keeps_its_law_reaches_what_the_pump_delivers_within_the_interval(
    doubling: float,
) -> None:
    flows = leak_days(doubling, now=0.08)
    forecast = judge(WATER_LEAK, flows, pump(flows)).forecast
    assert forecast is not None
    truth = doubling * math.log2((1.2 - 0.06) / 0.08) * 24 * HOUR_US
    assert forecast.earliest[0] < truth < forecast.latest[0]


def test_where_nobody_knows_what_the_pump_delivers_nothing_is_foretold_unless_it_is_set() -> None:
    flows = leak_days(2.0, now=0.08)
    unknown, known = judge(WATER_LEAK, flows), judge(WATER_LEAK, flows, delivers=1.0)
    assert unknown.holds.all()
    assert unknown.forecast is not None
    assert known.forecast is not None
    assert np.isnan(unknown.forecast.at).all()
    assert np.isfinite(known.forecast.at).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.0, 5.0), min_size=56, max_size=56), st.floats(0.1, 5.0))
def test_no_forecast_without_its_interval(flows: list[float], delivers: float) -> None:
    mean = np.array([flows])
    forecast = judge(WATER_LEAK, mean, pump(mean, delivers)).forecast
    assert forecast is not None
    said = [float(times[0]) for times in (forecast.earliest, forecast.at, forecast.latest)]
    assert np.isnan(said).all() or said == sorted(said)


def test_of_several_doubling_times_the_true_one_is_the_likeliest() -> None:
    days = np.linspace(-14.0, 0.0, 56)
    doubling = float(DOUBLING_DAYS[8])
    values = (0.1 + 0.2 * np.exp2(days / doubling))[None, :]
    growth = fit_growth(days, values, np.full_like(values, 0.01))
    assert growth.likelihood[0].argmax() == 8
    assert growth.base[0, 8] == pytest.approx(0.1)
    assert growth.grown[0, 8] == pytest.approx(0.2)
    ahead = foretell_days(growth, np.array([0.9]))[0]
    assert ahead[1] == pytest.approx(doubling * 2.0, rel=0.1)


def refills(hours: int = 72, full: float = 1.85) -> Floats:
    """A float valve that lets the level fall by five centimetres in five hours, and fills it in one (1, hours) [m]."""
    return (full - 0.01 * np.mod(np.arange(hours), 6))[None, :]


def test_a_tank_that_is_filled_again_and_again_is_well() -> None:
    for shift in range(6):
        assert not judge(TANK_DRAINING, np.roll(refills(), shift, axis=1)).holds.any()


def test_a_tank_that_goes_on_falling_is_told_and_when_it_is_half_empty() -> None:
    levels = refills()
    levels[0, -8:] = 1.80 - 0.03 * np.arange(8)
    said = judge(TANK_DRAINING, levels)
    assert said.holds.all()
    assert said.forecast is not None
    truth = (levels[0, -1] - 1.0) / 0.03 * HOUR_US
    assert said.forecast.earliest[0] < truth < said.forecast.latest[0]


def test_a_tank_that_rises_again_after_a_test_is_not_told() -> None:
    levels = refills()
    levels[0, -3:] = (1.60, 1.65, 1.70)
    assert not judge(TANK_DRAINING, levels).holds.any()


@pytest.mark.parametrize("z", [-3.0, -1.2816, 0.0, 0.5, 2.0])
def test_the_normal_distribution_is_that_of_the_error_function(z: float) -> None:
    assert find_probability(np.array([z]))[0] == pytest.approx((1 + math.erf(z / math.sqrt(2))) / 2, abs=1e-6)
