"""Combustible gas."""

from __future__ import annotations

from rules.judges import at_least
from rules.rule import Level, Parameter, ReadingRule, calm_below
from schemas.domain import Quantity, Severity, SignalClass

GAS_LEAK = ReadingRule(
    id="gas_leak",
    signal_class=SignalClass.WARNING,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="可燃气体泄漏",
    title_en="Combustible gas",
    advice_zh="切勿开关电器；通知关闭燃气阀门、通风并撤离，联系燃气公司。",
    advice_en="Touch no switch; have the valve closed, the place aired and left; call the gas company.",
    source_zh="设计值 10 %LEL 和 25 %LEL",
    source_en="design value 10 and 25 %LEL",
    parameters=(
        Parameter("limit", 10.0, "%LEL", 2.0, 25.0),
        Parameter("high", 25.0, "%LEL", 5.0, 60.0),
        Parameter("on_seconds", 10.0, "s", 0.0, 300.0),
        Parameter("clears_below", 5.0, "%LEL", 0.5, 20.0),
        Parameter("off_seconds", 300.0, "s", 30.0, 3600.0),
    ),
    quantity=Quantity.GAS,
    unit="%LEL",
    levels=(
        Level(Severity.ORANGE, at_least("limit"), "limit"),
        Level(Severity.RED, at_least("high"), "high"),
    ),
    calm=calm_below("limit"),
)
