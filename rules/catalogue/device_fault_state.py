"""A device declares a fault."""

from __future__ import annotations

from rules.rule import Rule
from schemas.domain import Severity, SignalClass

DEVICE_FAULT_STATE = Rule(
    id="device_fault_state",
    signal_class=SignalClass.FAULT,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="设备自报故障",
    title_en="Device declares a fault",
    advice_zh="安排维修；修复前该部位失去保护。",
    advice_en="Have it mended; until then its place is unprotected.",
    source_zh="GB/T 26875.3-2011 部件状态第 2、8 位",
    source_en="GB/T 26875.3-2011, component state bits 2 and 8",
)
