"""The slow rules on circuits over histories whose course is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from rules.slow.bucket_times import DAY_US
from rules.slow.cable_joint_trend import CABLE_JOINT_TREND
from rules.slow.history import History
from rules.slow.insulation_ageing import INSULATION_AGEING, age
from rules.slow.residual_current_creep import RESIDUAL_CURRENT_CREEP
from rules.slow.slow_rule import SlowJudgement, SlowRule, SlowView
from schemas.domain import Quantity

Floats = NDArray[np.float64]

NOW = 1_795_420_800_000_000
HOURS = 42 * 24
DAY = np.arange(HOURS) / 24.0
LOAD = 60.0 + 30.0 * np.cos(2 * np.pi * (DAY - 0.8))
RNG = np.random.default_rng(8)
DAMP = 60.0 + np.convolve(RNG.standard_normal(HOURS + 47), np.ones(48) / 48, "valid") * 60.0


def judge(
    rule: SlowRule, values: Floats, companions: Mapping[Quantity, Floats], **numbers: float
) -> SlowJudgement:
    """One sensor; what is not among its companions is unknown."""
    row = values[None, :]
    starts = NOW - DAY_US // 24 * np.arange(len(values), 0, -1)
    count = np.where(np.isnan(row), 0, 60).astype(np.int32)
    history = History(np.zeros(1, np.int32), starts, DAY_US // 24, row, row, row + 10.0, count)
    parameters = {parameter.name: parameter.default for parameter in rule.parameters} | numbers
    unknown = np.full_like(row, np.nan)
    return rule.judge(
        SlowView(
            history,
            NOW,
            lambda quantity: companions[quantity][None, :] if quantity in companions else unknown,
            lambda name: np.array([parameters[name]]),
        )
    )


AROUND = {Quantity.CURRENT: LOAD, Quantity.HUMIDITY: DAMP}


def residual(creeps: Floats | float = 0.0) -> Floats:
    noise = np.random.default_rng(9).standard_normal(HOURS)
    return 60.0 + 0.5 * LOAD + 15.0 * np.expm1(DAMP / 60.0) + creeps + noise


def test_ordinary_weeks_with_load_and_rain_raise_nothing() -> None:
    judged = judge(RESIDUAL_CURRENT_CREEP, residual(), AROUND)
    assert not judged.holds[0]
    assert judged.clears[0]
    assert np.isnan(judged.forecast.at[0]) if judged.forecast else False


def test_weeks_that_grow_wetter_are_not_taken_for_creep() -> None:
    wetter = {Quantity.CURRENT: LOAD, Quantity.HUMIDITY: DAMP + 0.6 * DAY}
    values = 60.0 + 0.5 * LOAD + 1.2 * wetter[Quantity.HUMIDITY] + RNG.standard_normal(HOURS)
    assert not judge(RESIDUAL_CURRENT_CREEP, values, wetter).holds[0]
    # Without a humidity sensor nobody can tell.
    assert judge(RESIDUAL_CURRENT_CREEP, values, {Quantity.CURRENT: LOAD}).clears[0] in (True, False)


def test_creep_is_told_weeks_before_the_limit_with_its_interval() -> None:
    creeps = np.maximum(DAY - 25.0, 0.0) * 3.0
    judged = judge(RESIDUAL_CURRENT_CREEP, residual(creeps), AROUND)
    assert judged.holds[0]
    assert judged.forecast is not None
    earliest, at, latest = (
        (each[0] - NOW) / DAY_US
        for each in (judged.forecast.earliest, judged.forecast.at, judged.forecast.latest)
    )
    # At the end it peaks at some 175 mA: 40 more days if it goes on as it does, fewer if it grows ever faster.
    assert 7.0 < earliest < at < latest < 60.0


def test_what_has_been_mended_ends() -> None:
    creeps = np.where(DAY < 36, np.maximum(DAY - 15.0, 0.0) * 5.0, 0.0)
    judged = judge(RESIDUAL_CURRENT_CREEP, residual(creeps), AROUND)
    assert judged.clears[0]
    assert not judged.holds[0]


def test_a_history_of_a_few_days_says_nothing_either_way() -> None:
    values = residual(5.0 * DAY)
    values[: -10 * 24] = np.nan
    judged = judge(RESIDUAL_CURRENT_CREEP, values, AROUND)
    assert not judged.holds[0]
    assert not judged.clears[0]


def test_a_gap_of_a_week_does_not_hide_creep() -> None:
    values = residual(np.maximum(DAY - 20.0, 0.0) * 4.0)
    values[22 * 24 : 29 * 24] = np.nan
    assert judge(RESIDUAL_CURRENT_CREEP, values, AROUND).holds[0]


def test_a_joint_is_told_by_what_it_adds_at_the_same_load() -> None:
    board = 25.0 + 2.0 * np.cos(2 * np.pi * (DAY - 0.6))
    around = {Quantity.CURRENT: LOAD, Quantity.TEMPERATURE: board}
    sound = board + 15.0 * (LOAD / 100.0) ** 2 + 0.2 * RNG.standard_normal(HOURS)
    assert not judge(CABLE_JOINT_TREND, sound, around).holds[0]
    loose = sound + np.maximum(DAY - 25.0, 0.0) * (LOAD / 100.0) ** 2
    judged = judge(CABLE_JOINT_TREND, loose, around)
    assert judged.holds[0]
    assert judged.forecast is not None
    assert judged.forecast.earliest[0] <= judged.forecast.at[0] <= judged.forecast.latest[0]


def test_a_load_that_grows_is_no_joint() -> None:
    load = LOAD * (1.0 + DAY / 120.0)
    values = 25.0 + 15.0 * (load / 100.0) ** 2 + 0.2 * RNG.standard_normal(HOURS)
    assert not judge(CABLE_JOINT_TREND, values, {Quantity.CURRENT: load}).holds[0]


def test_insulation_ages_twice_as_fast_for_each_eight_kelvin() -> None:
    assert age(np.array([70.0, 78.0, 54.0]), np.array(70.0)) == pytest.approx([1.0, 2.0, 0.25])
    assert judge(INSULATION_AGEING, np.full(HOURS, 63.0), {}).holds[0]
    assert judge(INSULATION_AGEING, np.full(HOURS, 55.0), {}).clears[0]
    assert judge(INSULATION_AGEING, np.full(HOURS, 63.0), {}, rated=90.0).clears[0]
    short = np.full(HOURS, np.nan)
    short[-100:] = 80.0
    assert not judge(INSULATION_AGEING, short, {}).holds[0]
