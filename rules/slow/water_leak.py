"""A leak that grows, days before the jockey pump can no longer make up for it.

Whatever leaks is made up through the meter at the tank, by the jockey pump or by the tank itself: the mean flow of a
quarter of a day is the leak, however the pump cuts it up. It is compared with what was usual for the same system, and
its growth tells when it will be all that the pump delivers, which is the most that the meter shows while it runs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.rule import Parameter
from rules.slow.bucket_times import DAY_US
from rules.slow.doubling import fit_growth, foretell_days
from rules.slow.slow_rule import Forecast, SlowJudgement, SlowRule, SlowView
from schemas.domain import Quantity, Severity, SignalClass

Floats = NDArray[np.float64]

RECENT = 3
"""The median of so many buckets is what flows now: a test of a hydrant is in one of them at most."""
LEAST_USUAL = 12
"""Fewer buckets before those say nothing of what is usual."""
USUAL_QUANTILE = 0.3
CYCLES = 1.6
"""A pump that runs now and then shows so much more than the mean while it does."""
NOISE, STRAYS = 0.10, 0.06
"""A quarter of a day holds some ten strokes of the pump, one more or less; what is above the usual strays by itself."""


def _judge(view: SlowView) -> SlowJudgement:
    flows, value = view.history.mean, view.parameter
    recent = np.median(flows[:, -RECENT:], axis=1)
    usual = find_usual(flows)
    grown = np.fmax(value("grown_by"), (value("grown_to") - 1.0) * usual)
    above = flows[:, -RECENT:].min(axis=1) - usual
    holds = (recent >= usual + grown) & (above >= grown / 2)
    clears = recent < usual + grown / 3
    return SlowJudgement(holds, clears, recent, _foretell(view, usual, holds))


def find_usual(flows: Floats) -> Floats:
    """What flowed before (n,): a low quantile, for what is more comes and goes; NaN while too little is known."""
    before = np.sort(flows[:, :-RECENT], axis=1)
    count = np.isfinite(before).sum(axis=1)
    place = np.minimum((USUAL_QUANTILE * count).astype(np.intp), before.shape[1] - 1)
    return np.where(count >= LEAST_USUAL, before[np.arange(len(before)), place], np.nan)


def find_delivery(view: SlowView) -> Floats:
    """What makes up for leaks at most (n,) [L/s]: what the meter shows while the pump runs, else what is set.

    Where neither is known, NaN: then nothing is foretold.
    """
    most, mean = view.history.most[:, -8:], view.history.mean[:, -8:]
    known = np.isfinite(most).all(axis=1)
    with np.errstate(invalid="ignore"):
        runs = np.median(most, axis=1)
        cycles = known & (runs >= CYCLES * np.median(mean, axis=1))
    set_here = view.parameter("delivers")
    return np.where(cycles, runs, np.where(set_here > 0.0, set_here, np.nan))


def _foretell(view: SlowView, usual: Floats, holds: NDArray[np.bool_]) -> Forecast:
    at, earliest, latest = (np.full(len(usual), np.nan) for _ in range(3))
    rows = np.flatnonzero(holds)
    if len(rows):
        history = view.history
        flows = history.mean[rows]
        days = (history.starts + history.bucket_us / 2 - view.now) / DAY_US
        sigma = NOISE * usual[rows, None] + STRAYS * np.abs(flows - usual[rows, None])
        # A hydrant test stands out from its neighbours by more than any leak.
        flows = np.where(_stands_out(flows), np.nan, flows)
        ahead = foretell_days(fit_growth(days, flows, sigma), find_delivery(view)[rows])
        earliest[rows], at[rows], latest[rows] = (view.now + ahead * DAY_US).T
    return Forecast(at, earliest, latest)


def _stands_out(flows: Floats) -> NDArray[np.bool_]:
    before, after = np.roll(flows, 1, axis=1), np.roll(flows, -1, axis=1)
    before[:, 0], after[:, -1] = flows[:, 1], flows[:, -2]
    return flows > 1.3 * np.fmax(before, after)


WATER_LEAK = SlowRule(
    id="water_leak",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="消防管网漏水加剧",
    title_en="A leak grows",
    advice_zh="夜间关闭分段阀门逐段查漏；在预测的时间之前修复，否则稳压泵将无法维持压力。",
    advice_en="Find it section by section at night; mend it before the time foretold, when the jockey pump can no "
    "longer hold the pressure.",
    source_zh="设计值：同一水表两周内平常用量的 1.4 倍，且多出 0.03 L/s",
    source_en="design value: 1.4 times what was usual for the same meter in two weeks, and 0.03 L/s more",
    parameters=(
        Parameter("grown_to", 1.4, "", 1.1, 10.0),
        Parameter("grown_by", 0.03, "L/s", 0.005, 5.0),
        Parameter("delivers", 0.0, "L/s", 0.0, 20.0),
    ),
    quantity=Quantity.FLOW,
    unit="L/s",
    bucket_seconds=21_600.0,
    n_buckets=56,
    every_seconds=21_600.0,
    limit="grown_by",
    judge=_judge,
    hazard="leaking_riser",
)
