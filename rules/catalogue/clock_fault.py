"""A device whose clock is wrong: what it says of times is worth little, and a fire of it would be dated wrongly."""

from __future__ import annotations

from rules.rule import Parameter, Rule
from schemas.domain import Severity, SignalClass

CLOCK_FAULT = Rule(
    id="clock_fault",
    signal_class=SignalClass.FAULT,
    severity=Severity.BLUE,
    latching=False,
    title_zh="设备时钟错误",
    title_en="Clock of the device is wrong",
    advice_zh="为该设备或其网关校时（NTP）；超前过多的读数会被隔离。",
    advice_en="Set the clock of the device or its gateway (NTP); readings too far ahead are quarantined.",
    source_zh="设计值：连续五条消息的时间相差 60 s",
    source_en="design value: 60 s off in five messages one after the other",
    parameters=(
        Parameter("limit", 60.0, "s", 5.0, 120.0),
        Parameter("samples", 5.0, "", 2.0, 50.0),
        Parameter("steady", 5.0, "s", 0.5, 60.0),
        Parameter("on_seconds", 20.0, "s", 0.0, 3600.0),
    ),
)
