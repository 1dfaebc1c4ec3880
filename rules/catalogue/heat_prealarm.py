"""A detector close to its alarm temperature."""

from __future__ import annotations

from rules.judges import at_least_until_lower
from rules.rule import Level, Parameter, ReadingRule, calm_below
from schemas.domain import Quantity, Severity, SignalClass

HEAT_PREALARM = ReadingRule(
    id="heat_prealarm",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="高温预警",
    title_en="Hot, close to fire level",
    advice_zh="电话核实热源；若为日晒或设备发热，检查通风与探测器选型。",
    advice_en="Call the building about the source of heat; if it is sun or plant, look at airing and class.",
    source_zh="设计值：报警温度减 10 K",
    source_en="design value: alarm temperature less 10 K",
    parameters=(
        Parameter("limit", 47.0, "°C", 30.0, 150.0),
        Parameter("falls_by", 3.0, "K", 0.5, 30.0),
        Parameter("on_seconds", 30.0, "s", 0.0, 600.0),
        Parameter("off_seconds", 120.0, "s", 30.0, 3600.0),
    ),
    quantity=Quantity.TEMPERATURE,
    unit="°C",
    levels=(Level(Severity.YELLOW, at_least_until_lower(), "limit"),),
    calm=calm_below("limit"),
)
