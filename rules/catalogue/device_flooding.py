"""A device that sends far more messages than anything needs."""

from __future__ import annotations

from rules.rule import Parameter, Rule
from schemas.domain import Severity, SignalClass

DEVICE_FLOODING = Rule(
    id="device_flooding",
    signal_class=SignalClass.FAULT,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="设备报文泛滥",
    title_en="Device floods the service",
    advice_zh="检查该设备的上报周期和固件；必要时限流。其读数仍全部保存和判断。",
    advice_en="Look at its reporting interval and firmware; limit it if need be. All it says is still kept and judged.",
    source_zh="设计值：每分钟 1200 条消息（每秒二十条），连续两分钟",
    source_en="design value: 1200 messages a minute, twenty a second, in two minutes one after the other",
    parameters=(
        Parameter("limit", 1200.0, "1/min", 10.0, 100_000.0),
        Parameter("clears_below", 600.0, "1/min", 5.0, 100_000.0),
        Parameter("minutes", 2.0, "min", 1.0, 60.0),
    ),
)
