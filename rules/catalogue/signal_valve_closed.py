"""A valve of fire-fighting water that says it is shut."""

from __future__ import annotations

from rules.declared_durations import DurationRule
from rules.rule import Parameter
from schemas.domain import Severity, SignalClass

SIGNAL_VALVE_CLOSED = DurationRule(
    id="signal_valve_closed",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.ORANGE,
    latching=False,
    title_zh="消防信号阀关闭",
    title_en="Signal valve is closed",
    advice_zh="核实是否在检修；否则立即开启并铅封，阀后无水可用。",
    advice_en="Ask whether somebody works there; else have it opened and sealed: behind it there is no water.",
    source_zh="GB/T 26875.3-2011 部件状态第 5 位；设计值 60 s",
    source_en="GB/T 26875.3-2011, component state bit 5; design value 60 s",
    parameters=(
        Parameter("on_seconds", 60.0, "s", 0.0, 3600.0),
        Parameter("off_seconds", 30.0, "s", 0.0, 3600.0),
    ),
)
