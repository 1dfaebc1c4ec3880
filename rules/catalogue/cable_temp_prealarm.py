"""A cable nearly too hot."""

from __future__ import annotations

from rules.judges import at_least
from rules.rule import Level, Parameter, ReadingRule, calm_below
from schemas.domain import Quantity, Severity, SignalClass

CABLE_TEMP_PREALARM = ReadingRule(
    id="cable_temp_prealarm",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="电缆高温预警",
    title_en="Cable nearly too hot",
    advice_zh="查看该回路负荷与散热；安排电工紧固接头。",
    advice_en="Look at the circuit's load and how it is cooled; have its joints tightened.",
    source_zh="设计值：比绝缘的长期允许温度低 10 K",
    source_en="design value: 10 K below what the insulation bears",
    parameters=(
        Parameter("limit", 60.0, "°C", 35.0, 140.0),
        Parameter("clears_below", 55.0, "°C", 25.0, 130.0),
        Parameter("on_seconds", 60.0, "s", 0.0, 600.0),
        Parameter("off_seconds", 300.0, "s", 10.0, 3600.0),
    ),
    quantity=Quantity.CABLE_TEMPERATURE,
    unit="°C",
    levels=(Level(Severity.YELLOW, at_least(), "limit"),),
    calm=calm_below("limit"),
)
