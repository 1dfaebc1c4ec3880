"""A tank that is filled beyond its brim: a float valve that does not close."""

from __future__ import annotations

from rules.judges import at_least
from rules.rule import Level, Parameter, ReadingRule, calm_below
from schemas.domain import Quantity, Severity, SignalClass

TANK_OVERFLOW = ReadingRule(
    id="tank_overflow",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.BLUE,
    latching=False,
    title_zh="消防水箱溢流",
    title_en="Tank overflows",
    advice_zh="检查浮球阀和补水阀是否关不严；注意溢流水损。",
    advice_en="See why the float or filling valve does not close; mind the water that runs off.",
    source_zh="设计值：2.0 m，按水深两米的水池",
    source_en="design value: 2.0 m, of a tank two metres deep",
    parameters=(
        Parameter("limit", 2.0, "m", 0.1, 20.0),
        Parameter("clears_below", 1.94, "m", 0.1, 20.0),
        Parameter("on_seconds", 120.0, "s", 10.0, 3600.0),
        Parameter("off_seconds", 300.0, "s", 30.0, 3600.0),
    ),
    quantity=Quantity.LEVEL,
    unit="m",
    levels=(Level(Severity.BLUE, at_least(), "limit"),),
    calm=calm_below("limit"),
)
