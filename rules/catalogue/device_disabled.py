"""A device that is shielded for longer than work on it takes."""

from __future__ import annotations

from rules.declared_durations import DurationRule
from rules.rule import Parameter
from schemas.domain import Severity, SignalClass

DEVICE_DISABLED = DurationRule(
    id="device_disabled",
    signal_class=SignalClass.DISABLED,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="设备长时间屏蔽",
    title_en="Device is shielded for too long",
    advice_zh="核实屏蔽原因并尽快恢复；屏蔽期间该部位失去保护。",
    advice_en="Ask why it is shielded and have it restored; until then its place is unprotected.",
    source_zh="GB/T 26875.3-2011 部件状态第 3 位；设计值 24 h",
    source_en="GB/T 26875.3-2011, component state bit 3; design value 24 h",
    parameters=(
        Parameter("on_seconds", 86_400.0, "s", 60.0, 2_592_000.0),
        Parameter("off_seconds", 60.0, "s", 0.0, 3600.0),
    ),
)
