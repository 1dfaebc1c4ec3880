"""A detector declares fire, whatever its test bit says."""

from __future__ import annotations

from rules.rule import Rule
from schemas.domain import Severity, SignalClass

DETECTOR_FIRE_STATE = Rule(
    id="detector_fire_state",
    signal_class=SignalClass.FIRE,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="探测器火警",
    title_en="Detector declares fire",
    advice_zh="立即派人到场核实；同时联系微型消防站和值班人员。",
    advice_en="Send somebody to look at once; call the building's fire post and its duty staff.",
    source_zh="GB/T 26875.3-2011 部件状态第 1 位",
    source_en="GB/T 26875.3-2011, component state bit 1",
)
