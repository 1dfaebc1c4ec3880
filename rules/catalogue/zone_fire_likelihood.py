"""A fire in a zone: smoke, heat and CO, of its own and of its neighbours, say so together."""

from __future__ import annotations

from rules.rule import Parameter
from rules.zone_watch import ZoneRule
from schemas.domain import Severity, SignalClass

ZONE_FIRE_LIKELIHOOD = ZoneRule(
    id="zone_fire_likelihood",
    signal_class=SignalClass.FIRE,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="区域火警",
    title_en="Fire in the zone",
    advice_zh="立即派人到场核实；同时联系微型消防站和值班人员。",
    advice_en="Send somebody to look at once; call the building's fire post and its duty staff.",
    source_zh="设计值，以 NIST TN 1455 的实测火灾和模拟的日常情况调定",
    source_en="design value, tuned on the fires of NIST TN 1455 and on simulated ordinary life",
    parameters=(
        Parameter("limit", 9.0, "points", 0.5, 30.0),
        Parameter("certain", 16.0, "points", 0.5, 40.0),
        Parameter("sensitivity", 1.0, "", 0.25, 4.0),
        Parameter("clears_below", 3.0, "points", 0.1, 30.0),
        Parameter("off_seconds", 300.0, "s", 30.0, 3600.0),
    ),
    red_from="certain",
)
