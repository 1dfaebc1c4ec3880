"""Two detectors of one zone, or one and a call point."""

from __future__ import annotations

from rules.confirmation import GroupRule
from rules.rule import Parameter
from schemas.domain import Severity, SignalClass

FIRE_CONFIRMED_TWO_DEVICES = GroupRule(
    id="fire_confirmed_two_devices",
    signal_class=SignalClass.FIRE,
    severity=Severity.RED,
    latching=True,
    title_zh="两个探测器确认火警",
    title_en="Fire confirmed by two devices",
    advice_zh="按真实火警处置：立即出动，通知疏散。",
    advice_en="Treat it as a real fire: turn out, have the building evacuated.",
    source_zh="设计值 180 s；两只独立的探测器，或一只探测器和一只手动报警按钮",
    source_en="design value 180 s; two independent detectors, or one and a call point",
    parameters=(Parameter("window_seconds", 180.0, "s", 10.0, 3600.0),),
    of_building=False,
)
