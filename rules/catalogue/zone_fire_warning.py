"""Signs of fire in a zone, weak ones added up."""

from __future__ import annotations

from rules.rule import Parameter
from rules.zone_watch import ZoneRule
from schemas.domain import Severity, SignalClass

ZONE_FIRE_WARNING = ZoneRule(
    id="zone_fire_warning",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="区域火灾预警",
    title_en="Signs of fire in the zone",
    advice_zh="电话核实现场；留意该区域和相邻区域的变化。",
    advice_en="Call the building to look; watch this zone and its neighbours.",
    source_zh="设计值，以 NIST TN 1455 的实测火灾和模拟的日常情况调定",
    source_en="design value, tuned on the fires of NIST TN 1455 and on simulated ordinary life",
    parameters=(
        Parameter("limit", 5.5, "points", 0.5, 30.0),
        Parameter("sensitivity", 1.0, "", 0.25, 4.0),
        Parameter("clears_below", 2.5, "points", 0.1, 30.0),
        Parameter("off_seconds", 120.0, "s", 30.0, 3600.0),
    ),
)
