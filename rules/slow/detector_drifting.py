"""A smoke detector that comes to show smoke in clean air: dust in its chamber, seen coming over weeks.

Each day's quietest hour says what it shows in clean air: cooking and smoking do not last all day. A line through four
weeks of them tells when the dust will be too much; a cleaning shows as a fall and ends the alert within three days.
"""

from __future__ import annotations

import numpy as np

from rules.rule import Parameter
from rules.slow.bucket_times import DAY_US
from rules.slow.robust_line import fit_line, foretell
from rules.slow.slow_rule import SlowJudgement, SlowRule, SlowView
from schemas.domain import Quantity, Severity, SignalClass

RECENT_DAYS = 3
"""The median of so many days is what a detector shows now."""
LEAST_DAYS = 10
"""Fewer say nothing of a trend."""


def _judge(view: SlowView) -> SlowJudgement:
    quiet = view.history.quiet
    recent = quiet[:, -RECENT_DAYS:]
    level = np.where(np.isfinite(recent).all(axis=1), np.median(recent, axis=1), np.nan)
    limit = view.parameter("limit")
    forecast = foretell(fit_line(quiet, LEAST_DAYS), limit, view.now, view.history.bucket_us)
    days_left = (forecast.at - view.now) / DAY_US
    dusty, soon = level >= limit, days_left <= view.parameter("within_days")
    # After a cleaning the line still rises for some days: what is shown now counts.
    clean = (level < view.parameter("clears_below")) & ~(
        soon & (level >= view.parameter("worth_foretelling"))
    )
    holds = dusty | (soon & (level >= view.parameter("worth_foretelling")))
    return SlowJudgement(holds, clean & ~holds, level, forecast)


DETECTOR_DRIFTING = SlowRule(
    id="detector_drifting",
    signal_class=SignalClass.FAULT,
    severity=Severity.BLUE,
    latching=False,
    title_zh="探测器需要清洁",
    title_en="Detector needs cleaning",
    advice_zh="探测器积尘，基线升高，易误报。在预测的时间之前安排清洗或更换。",
    advice_en="Dust raises what the detector shows in clean air; it will raise false alarms. "
    "Have it cleaned before the time foretold.",
    source_zh="设计值 0.10 dB/m：积尘每月增加 0.02～0.05 dB/m，最多只扣除这么多",
    source_en="design value 0.10 dB/m: dust adds 0.02 to 0.05 dB/m a month, and no more than this is taken off",
    parameters=(
        Parameter("limit", 0.10, "dB/m", 0.03, 0.10),
        Parameter("clears_below", 0.08, "dB/m", 0.01, 0.10),
        Parameter("worth_foretelling", 0.06, "dB/m", 0.01, 0.10),
        Parameter("within_days", 30.0, "d", 0.0, 180.0),
    ),
    quantity=Quantity.SMOKE,
    unit="dB/m",
    bucket_seconds=86_400.0,
    n_buckets=28,
    every_seconds=86_400.0,
    judge=_judge,
    hazard="dirty_detector",
)
