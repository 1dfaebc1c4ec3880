"""Smoke and heat together."""

from __future__ import annotations

from rules.likelihood import Total
from rules.rule import Parameter
from rules.zone_watch import ZoneRule
from schemas.domain import Severity, SignalClass


def _score(total: Total) -> float:
    """The weaker of the two, as a share of what is enough."""
    return min(total.smoke / 0.15, total.heat / 10.0)


FIRE_CONFIRMED_SMOKE_HEAT = ZoneRule(
    id="fire_confirmed_smoke_heat",
    signal_class=SignalClass.FIRE,
    severity=Severity.RED,
    latching=True,
    title_zh="烟温复合确认火警",
    title_en="Fire confirmed by smoke and heat",
    advice_zh="按真实火警处置：立即出动，通知疏散。",
    advice_en="Treat it as a real fire: turn out, have the building evacuated.",
    source_zh="设计值：两分钟内 0.15 dB/m 且 10 K；NIST TN 1455 中首次报警时的中位数为 11 K",
    source_en=(
        "design value: 0.15 dB/m with 10 K within two minutes; 11 K is the median at the "
        "first alarm, NIST TN 1455"
    ),
    parameters=(
        Parameter("limit", 1.0, "", 0.5, 30.0),
        Parameter("sensitivity", 1.0, "", 0.25, 4.0),
        Parameter("clears_below", 0.3, "", 0.1, 30.0),
        Parameter("off_seconds", 300.0, "s", 30.0, 3600.0),
    ),
    score=_score,
    unit="",
)
