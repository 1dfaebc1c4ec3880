"""A supply voltage too high for what is connected; far too high it is where the neutral is lost."""

from __future__ import annotations

from rules.judges import at_least
from rules.rule import Level, Parameter, ReadingRule, calm_below
from schemas.domain import Quantity, Severity, SignalClass

VOLTAGE_HIGH = ReadingRule(
    id="voltage_high",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="电压过高",
    title_en="Voltage too high",
    advice_zh="通知电工检查中性线和供电；橙色时多为断零，立即断开无人看管的用电设备。",
    advice_en="Have neutral and supply looked at; orange is mostly a lost neutral: switch off what nobody watches.",
    source_zh="设计值：220 V +7 %，为 GB/T 12325 所允许；264 V 即高出 20 %，为零线断开",
    source_en="design value: 220 V +7 % as GB/T 12325 allows; 264 V, 20 % more, is a lost neutral",
    parameters=(
        Parameter("limit", 235.4, "V", 24.0, 15_000.0),
        Parameter("clears_below", 233.0, "V", 24.0, 15_000.0),
        Parameter("on_seconds", 300.0, "s", 0.0, 3600.0),
        Parameter("high", 264.0, "V", 24.0, 15_000.0),
        Parameter("high_seconds", 10.0, "s", 0.0, 600.0),
        Parameter("off_seconds", 300.0, "s", 10.0, 3600.0),
    ),
    quantity=Quantity.VOLTAGE,
    unit="V",
    levels=(
        Level(Severity.YELLOW, at_least(), "limit"),
        Level(Severity.ORANGE, at_least("high"), "high", "high_seconds"),
    ),
    calm=calm_below("limit"),
)
