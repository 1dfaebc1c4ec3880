"""No water in the tank."""

from __future__ import annotations

from rules.judges import at_most
from rules.rule import Level, Parameter, ReadingRule, calm_above
from schemas.domain import Quantity, Severity, SignalClass

TANK_EMPTY = ReadingRule(
    id="tank_empty",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.RED,
    latching=True,
    title_zh="消防水箱无水",
    title_en="Tank is empty",
    advice_zh="立即补水并查明原因；恢复前按无水建筑部署力量。",
    advice_en="Have it filled at once and find out why; until then, plan for a building without water.",
    source_zh="设计值：0.1 m，为水深两米的水池的二十分之一",
    source_en="design value: 0.1 m, a twentieth of a tank two metres deep",
    parameters=(
        Parameter("limit", 0.1, "m", 0.0, 5.0),
        Parameter("clears_from", 1.0, "m", 0.05, 20.0),
        Parameter("on_seconds", 120.0, "s", 10.0, 3600.0),
        Parameter("off_seconds", 300.0, "s", 30.0, 3600.0),
    ),
    quantity=Quantity.LEVEL,
    unit="m",
    levels=(Level(Severity.RED, at_most(), "limit"),),
    calm=calm_above("limit"),
)
