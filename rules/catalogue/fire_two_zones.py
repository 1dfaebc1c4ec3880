"""Fire in two zones of a building."""

from __future__ import annotations

from rules.confirmation import GroupRule
from rules.rule import Parameter
from schemas.domain import Severity, SignalClass

FIRE_TWO_ZONES = GroupRule(
    id="fire_two_zones",
    signal_class=SignalClass.FIRE,
    severity=Severity.RED,
    latching=True,
    title_zh="两个区域火警",
    title_en="Fire in two zones",
    advice_zh="火势可能蔓延：立即增援，通知疏散。",
    advice_en="It may be spreading: send more, have the building evacuated.",
    source_zh="设计值 600 s",
    source_en="design value 600 s",
    parameters=(Parameter("window_seconds", 600.0, "s", 10.0, 3600.0),),
    of_building=True,
)
