"""Insulation that grows worse: residual current that creeps up over weeks, beyond what load and damp explain."""

from __future__ import annotations

import numpy as np

from rules.rule import Parameter
from rules.slow.covariates import take_off
from rules.slow.daily_growth import Kind, judge_growth
from rules.slow.days import Days
from rules.slow.slow_rule import SlowJudgement, SlowRule, SlowView
from schemas.domain import Quantity, Severity, SignalClass

# What leaks through a resistance adds to what leaks through capacitors at right angles: little at first.
CREEP = Kind(least_noise=1.5, wander_share=0.15, powers=(1.0, 4.0), slope_doubt=0.35, peak_doubt=0.9)

HELD_SHARE = 0.5
"""Of what the highest reading of an hour usually exceeds its mean by, so much lasts for as long as an alarm needs.

The highest itself may be a motor that starts, for less than a second.
"""


def _judge(view: SlowView) -> SlowJudgement:
    damp = view.companion(Quantity.HUMIDITY)
    # Surface leakage grows faster the damper it is, so that a line alone would leave the wettest days over.
    covariates = view.companion(Quantity.CURRENT), damp, np.exp(damp / 20.0)
    adjusted = take_off(view.history.mean, covariates)
    days = Days.of(view.history)
    peak, peak_at = days.most(view.history.mean)
    held = peak + HELD_SHARE * days.middle(view.history.most - view.history.mean)
    return judge_growth(view.history, view.now, view.parameter, adjusted, (held, peak_at), CREEP)


RESIDUAL_CURRENT_CREEP = SlowRule(
    id="residual_current_creep",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="剩余电流持续爬升",
    title_en="Residual current creeps up",
    advice_zh="绝缘正在变差：在预计越限日期之前，由电工分段查找漏电点并处理。",
    advice_en="Insulation grows worse: have an electrician find what leaks, section by section, before the date given.",
    source_zh="设计值：比六周之初多 15 mA，并将在 60 天内达到 300 mA",
    source_en="design value: 15 mA more than in the first of six weeks, and 300 mA to be reached within 60 days",
    parameters=(
        Parameter("limit", 300.0, "mA", 20.0, 1000.0),
        Parameter("growth", 15.0, "mA", 2.0, 300.0),
        Parameter("slope", 0.5, "mA/d", 0.05, 100.0),
        Parameter("within_days", 60.0, "d", 1.0, 120.0),
    ),
    quantity=Quantity.RESIDUAL_CURRENT,
    unit="mA",
    bucket_seconds=3600.0,
    n_buckets=42 * 24,
    every_seconds=6 * 3600.0,
    judge=_judge,
    hazard="creeping_residual_current",
)
