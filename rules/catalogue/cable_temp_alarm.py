"""A cable too hot."""

from __future__ import annotations

from rules.judges import at_least
from rules.rule import Level, Parameter, ReadingRule, calm_below
from schemas.domain import Quantity, Severity, SignalClass

CABLE_TEMP_ALARM = ReadingRule(
    id="cable_temp_alarm",
    signal_class=SignalClass.WARNING,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="电缆超温报警",
    title_en="Cable too hot",
    advice_zh="检查该回路负荷和接头；必要时减载，由电工到场处理。",
    advice_en="Check the circuit's load and joints; shed load if need be and send an electrician.",
    source_zh="设计值：绝缘的长期允许温度，PVC 70 °C，XLPE 90 °C；再高 30 K 为红色",
    source_en="design value: what the insulation bears, PVC 70 °C, XLPE 90 °C; red 30 K above",
    parameters=(
        Parameter("limit", 70.0, "°C", 45.0, 140.0),
        Parameter("high", 100.0, "°C", 45.0, 200.0),
        Parameter("clears_below", 60.0, "°C", 30.0, 130.0),
        Parameter("on_seconds", 30.0, "s", 0.0, 600.0),
        Parameter("off_seconds", 600.0, "s", 10.0, 3600.0),
    ),
    quantity=Quantity.CABLE_TEMPERATURE,
    unit="°C",
    levels=(
        Level(Severity.ORANGE, at_least(), "limit"),
        Level(Severity.RED, at_least("high"), "high"),
    ),
    calm=calm_below("limit"),
)
