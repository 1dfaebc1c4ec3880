"""A device without mains, for longer than a dip lasts."""

from __future__ import annotations

from rules.declared_durations import DurationRule
from rules.rule import Parameter
from schemas.domain import Severity, SignalClass

POWER_OR_LINE_FAULT = DurationRule(
    id="power_or_line_fault",
    signal_class=SignalClass.FAULT,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="电源或线路故障",
    title_en="Power or line fault",
    advice_zh="检查主电、备电和线路；备电耗尽前恢复供电。",
    advice_en="Check mains, standby and line; restore the supply before the standby is empty.",
    source_zh="GB/T 26875.3-2011 部件状态第 8 位；设计值 60 s，以躲过电压暂降",
    source_en="GB/T 26875.3-2011, component state bit 8; design value 60 s, to ride through dips",
    parameters=(
        Parameter("on_seconds", 60.0, "s", 0.0, 3600.0),
        Parameter("off_seconds", 60.0, "s", 0.0, 3600.0),
    ),
)
