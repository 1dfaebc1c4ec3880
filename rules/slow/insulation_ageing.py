"""A cable that runs hotter than its insulation was made for, and so uses up its life too fast."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.rule import Parameter
from rules.slow.slow_rule import SlowJudgement, SlowRule, SlowView
from schemas.domain import Quantity, Severity, SignalClass

Floats = NDArray[np.float64]

DOUBLES_EVERY_KELVIN = 8.0
LEAST_HOURS = 7 * 24


def age(celsius: Floats, rated: Floats) -> Floats:
    """How many times as fast as at its rated temperature insulation ages: twice for each 8 K more (Montsinger 1930)."""
    return np.exp2((celsius - rated) / DOUBLES_EVERY_KELVIN)


def _judge(view: SlowView) -> SlowJudgement:
    rates = age(view.history.mean, view.parameter("rated")[:, None])
    known = ~np.isnan(rates)
    hours = known.sum(axis=1)
    mean = np.where(known, rates, 0.0).sum(axis=1) / np.maximum(hours, 1)
    enough = hours >= LEAST_HOURS
    return SlowJudgement(
        enough & (mean >= view.parameter("limit")), enough & (mean < view.parameter("clears_below")), mean
    )


INSULATION_AGEING = SlowRule(
    id="insulation_ageing",
    signal_class=SignalClass.WARNING,
    severity=Severity.BLUE,
    latching=False,
    title_zh="电缆绝缘加速老化",
    title_en="Insulation ages too fast",
    advice_zh="降低该回路负荷或改善散热；安排绝缘电阻测试。",
    advice_en="Take load off the circuit or have it cooled better; have the insulation resistance measured.",
    source_zh="设计值：六周内的老化速度达到长期允许温度下的一半；温度每高 8 K，速度加倍",
    source_en="design value: over six weeks half as fast as at what it bears for good, twice for each 8 K more",
    parameters=(
        Parameter("rated", 70.0, "°C", 45.0, 140.0),
        Parameter("limit", 0.5, "× rated", 0.01, 10.0),
        Parameter("clears_below", 0.4, "× rated", 0.01, 10.0),
    ),
    quantity=Quantity.CABLE_TEMPERATURE,
    unit="× rated",
    bucket_seconds=3600.0,
    n_buckets=42 * 24,
    every_seconds=86_400.0,
    judge=_judge,
    hazard="hot_cable",
)
