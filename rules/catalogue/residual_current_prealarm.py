"""Residual current near the alarm level."""

from __future__ import annotations

from rules.judges import at_least
from rules.rule import Level, Parameter, ReadingRule, calm_below
from schemas.domain import Quantity, Severity, SignalClass

RESIDUAL_CURRENT_PREALARM = ReadingRule(
    id="residual_current_prealarm",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="剩余电流预警",
    title_en="Residual current near alarm level",
    advice_zh="通知电工排查该回路的漏电点；潮湿天气后复查。",
    advice_en="Have an electrician look for what leaks on the circuit; look again after wet weather.",
    source_zh="设计值：报警值 300 mA 的 80 %，降到 70 % 以下为止",
    source_en="design value: 80 % of the alarm at 300 mA, until below 70 %",
    parameters=(
        Parameter("limit", 240.0, "mA", 16.0, 1000.0),
        Parameter("clears_below", 210.0, "mA", 10.0, 900.0),
        Parameter("on_seconds", 30.0, "s", 0.0, 600.0),
        Parameter("off_seconds", 300.0, "s", 10.0, 3600.0),
    ),
    quantity=Quantity.RESIDUAL_CURRENT,
    unit="mA",
    levels=(Level(Severity.YELLOW, at_least(), "limit"),),
    calm=calm_below("limit"),
)
