"""A joint whose contact grows worse: a cable that warms up more from week to week at the same load."""

from __future__ import annotations

import numpy as np

from rules.rule import Parameter
from rules.slow.covariates import take_off
from rules.slow.daily_growth import Kind, judge_growth
from rules.slow.days import Days, middle
from rules.slow.slow_rule import SlowJudgement, SlowRule, SlowView
from schemas.domain import Quantity, Severity, SignalClass

JOINT = Kind(least_noise=0.3, wander_share=0.15, powers=(1.3, 3.0), slope_doubt=0.25, peak_doubt=2.0)


def _judge(view: SlowView) -> SlowJudgement:
    heat, board = np.square(view.companion(Quantity.CURRENT)), view.companion(Quantity.TEMPERATURE)
    adjusted = take_off(view.history.mean, (heat, board))
    # A worse contact shows under load: what counts is its heat at the day's peak, as seen through all loaded hours.
    unknown = np.isnan(heat).all(axis=1, keepdims=True)
    weights = np.where(unknown, 1.0, heat)
    days = Days.of(view.history)
    peak, _ = days.most(weights)
    gain = middle(peak / days.mean(weights, weights))
    adjusted, highest = gain[:, None] * adjusted, days.most(view.history.most)
    return judge_growth(view.history, view.now, view.parameter, adjusted, highest, JOINT, weights)


CABLE_JOINT_TREND = SlowRule(
    id="cable_joint_trend",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="电缆接头发热逐日加重",
    title_en="A cable joint grows hotter",
    advice_zh="在预计越限日期之前停电紧固或更换接头，并用热像仪复核。",
    advice_en="Tighten or replace the joint, without voltage, before the date given; check with a thermal camera.",
    source_zh="设计值：同样负荷下比六周之初高 4 K，并将在 60 天内达到限值",
    source_en="design value: 4 K more at the same load than in the first of six weeks, and its limit within 60 days",
    parameters=(
        Parameter("limit", 70.0, "°C", 45.0, 140.0),
        Parameter("growth", 4.0, "K", 1.0, 60.0),
        Parameter("slope", 0.1, "K/d", 0.01, 20.0),
        Parameter("within_days", 60.0, "d", 1.0, 120.0),
    ),
    quantity=Quantity.CABLE_TEMPERATURE,
    unit="°C",
    bucket_seconds=3600.0,
    n_buckets=42 * 24,
    every_seconds=6 * 3600.0,
    judge=_judge,
    hazard="hot_cable",
)
