"""Fire on two floors."""

from __future__ import annotations

from rules.confirmation import GroupRule
from rules.rule import Parameter
from schemas.domain import Severity, SignalClass

FIRE_MULTI_FLOOR = GroupRule(
    id="fire_multi_floor",
    signal_class=SignalClass.FIRE,
    severity=Severity.RED,
    latching=True,
    title_zh="多楼层火警",
    title_en="Fire on several floors",
    advice_zh="火势可能跨层蔓延：立即增援，通知全楼疏散。",
    advice_en="It may be spreading upwards: send more, have the whole building evacuated.",
    source_zh="设计值 600 s",
    source_en="design value 600 s",
    parameters=(Parameter("window_seconds", 600.0, "s", 10.0, 3600.0),),
    of_building=True,
)
