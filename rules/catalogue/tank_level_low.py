"""Less water in the tank than a fire needs."""

from __future__ import annotations

from rules.judges import at_most
from rules.rule import Level, Parameter, ReadingRule, calm_above
from schemas.domain import Quantity, Severity, SignalClass

TANK_LEVEL_LOW = ReadingRule(
    id="tank_level_low",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="消防水箱水位低",
    title_en="Tank level is low",
    advice_zh="检查补水阀和浮球阀，确认有无漏水；尽快补水。",
    advice_en="Check the float and filling valves and look for a leak; have it filled.",
    source_zh="设计值：1.5 m 和 1.0 m，按水深两米的水池",
    source_en="design value: 1.5 m and 1.0 m, of a tank two metres deep",
    parameters=(
        Parameter("limit", 1.5, "m", 0.1, 20.0),
        Parameter("half", 1.0, "m", 0.05, 20.0),
        Parameter("clears_from", 1.56, "m", 0.1, 20.0),
        Parameter("on_seconds", 120.0, "s", 10.0, 3600.0),
        Parameter("off_seconds", 300.0, "s", 30.0, 3600.0),
    ),
    quantity=Quantity.LEVEL,
    unit="m",
    levels=(
        Level(Severity.YELLOW, at_most("limit"), "limit"),
        Level(Severity.ORANGE, at_most("half"), "half"),
    ),
    calm=calm_above("limit"),
)
