"""A fire pump, or the panel that starts it, left in manual."""

from __future__ import annotations

from rules.declared_durations import DurationRule
from rules.rule import Parameter
from schemas.domain import Severity, SignalClass

FIRE_PUMP_NOT_AUTO = DurationRule(
    id="fire_pump_not_auto",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.ORANGE,
    latching=False,
    title_zh="消防泵未置于自动",
    title_en="Fire pump is not on automatic",
    advice_zh="通知值班人员把控制柜恢复到自动位；在此之前消防泵不会自动启动。",
    advice_en="Have the panel set back to automatic; until then no pump starts by itself.",
    source_zh="GB/T 26875.3-2011 系统状态第 11 位；设计值 600 s",
    source_en="GB/T 26875.3-2011, system state bit 11; design value 600 s",
    parameters=(
        Parameter("on_seconds", 600.0, "s", 10.0, 86_400.0),
        Parameter("off_seconds", 60.0, "s", 0.0, 3600.0),
    ),
)
