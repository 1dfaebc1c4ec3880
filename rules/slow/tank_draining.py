"""A tank that is no longer filled: its level sinks below where it was always filled again, hours before it is empty."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.rule import Parameter
from rules.slow.normal import Z80
from rules.slow.slow_rule import Forecast, SlowJudgement, SlowRule, SlowView
from schemas.domain import Quantity, Severity, SignalClass

Floats = NDArray[np.float64]

LATEST = 12
"""Hours that say nothing of what is usual."""
LEAST_USUAL = 12
FALLING = 3
"""In each of so many hours the level must have fallen: after a test it rises again within the hour."""
LINE_HOURS = 2
"""What it fell before, it fell for other reasons."""
STRAYS = 0.30
"""A day's use and a night's differ: by so much (of its logarithm) a rate of few hours errs."""


def _judge(view: SlowView) -> SlowJudgement:
    levels, value = view.history.mean, view.parameter
    usual = _find_usual(levels)
    now = levels[:, -1]
    steps = np.diff(levels[:, -FALLING - 1 :], axis=1)
    holds = (now < usual - value("below")) & (steps < -value("falls")[:, None]).all(axis=1)
    clears = now >= usual - value("below") / 2
    return SlowJudgement(holds, clears, now, _foretell(view, holds, value("limit")))


def _find_usual(levels: Floats) -> Floats:
    """Where it was filled again (n,): a low quantile of the days before; NaN while too little is known."""
    before = np.sort(levels[:, :-LATEST], axis=1)
    count = np.isfinite(before).sum(axis=1)
    place = np.minimum((0.05 * count).astype(np.intp), before.shape[1] - 1)
    return np.where(count >= LEAST_USUAL, before[np.arange(len(before)), place], np.nan)


def _foretell(view: SlowView, holds: NDArray[np.bool_], limit: Floats) -> Forecast:
    """By the mean fall of the last hours that it has fallen in without a break."""
    levels = view.history.mean[:, -LINE_HOURS - 1 :]
    falls = np.diff(levels, axis=1)[:, ::-1] < 0.0
    # The hour in which it began to fall is not whole.
    count = np.clip(np.where(falls.all(axis=1), falls.shape[1], falls.argmin(axis=1)) - 1, 1, LINE_HOURS)
    first = levels[np.arange(len(levels)), levels.shape[1] - 1 - count]
    rate = (first - levels[:, -1]) / count
    with np.errstate(divide="ignore", invalid="ignore"):
        hours = (levels[:, -1] - limit) / rate - 0.5
    sure = holds & (rate > 0.0) & (hours > 0.0)
    at, earliest, latest = (
        np.where(sure, view.now + hours * factor * view.history.bucket_us, np.nan)
        for factor in (1.0, np.exp(-Z80 * STRAYS), np.exp(Z80 * STRAYS))
    )
    return Forecast(at, earliest, latest)


TANK_DRAINING = SlowRule(
    id="tank_draining",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="消防水箱持续下降",
    title_en="Tank sinks and is not filled",
    advice_zh="检查补水阀、浮球阀和市政供水；在预测的时间之前恢复补水。",
    advice_en="Check filling valve, float and mains; have it filled before the time foretold.",
    source_zh="设计值：比以往总会补满的水位低 0.04 m，并连续下降三小时",
    source_en="design value: 0.04 m below where it was always filled again, and falling for three hours",
    parameters=(
        Parameter("limit", 1.0, "m", 0.05, 20.0),
        Parameter("below", 0.04, "m", 0.01, 2.0),
        Parameter("falls", 0.001, "m/h", 0.0, 1.0),
    ),
    quantity=Quantity.LEVEL,
    unit="m",
    bucket_seconds=3600.0,
    n_buckets=72,
    every_seconds=3600.0,
    judge=_judge,
    hazard="empty_tank",
)
