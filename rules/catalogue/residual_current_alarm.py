"""Residual current at alarm level."""

from __future__ import annotations

from rules.judges import at_least
from rules.rule import Level, Parameter, ReadingRule, Standard, calm_below
from schemas.domain import Quantity, Severity, SignalClass

_GB_50116 = Standard("GB 50116", "9.2.3", "2013", "2014-05-01")

RESIDUAL_CURRENT_ALARM = ReadingRule(
    id="residual_current_alarm",
    signal_class=SignalClass.WARNING,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="剩余电流报警",
    title_en="Residual current at alarm level",
    advice_zh="通知电工查找漏电回路；不要自动切断供电。",
    advice_en="Have an electrician find the leaking circuit; do not cut the supply automatically.",
    source_zh="GB 50116-2013 第 9.2.3 条：300～500 mA；取 300 mA",
    source_en="GB 50116-2013 9.2.3: 300 to 500 mA; 300 mA taken",
    parameters=(
        Parameter("limit", 300.0, "mA", 20.0, 1000.0, _GB_50116),
        Parameter("clears_below", 240.0, "mA", 10.0, 900.0),
        Parameter("on_seconds", 10.0, "s", 0.0, 600.0),
        Parameter("off_seconds", 300.0, "s", 10.0, 3600.0),
    ),
    quantity=Quantity.RESIDUAL_CURRENT,
    unit="mA",
    levels=(Level(Severity.ORANGE, at_least(), "limit"),),
    calm=calm_below("limit"),
)
