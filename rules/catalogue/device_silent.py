"""A device says nothing."""

from __future__ import annotations

from rules.rule import Rule
from schemas.domain import Severity, SignalClass

DEVICE_SILENT = Rule(
    id="device_silent",
    signal_class=SignalClass.FAULT,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="设备失联",
    title_en="Device is silent",
    advice_zh="该设备状态未知，不是正常。检查供电、网络和网关。",
    advice_en="The state of this device is unknown, not normal. Check its power, network and gateway.",
    source_zh="设计值：三个上报间隔，至少 90 s；电池供电的设备为 2.2 个心跳间隔",
    source_en="design value: three intervals, at least 90 s; 2.2 heartbeats for battery devices",
)
