"""Messages of a device are missing."""

from __future__ import annotations

from rules.rule import Rule
from schemas.domain import Severity, SignalClass

SEQUENCE_GAP = Rule(
    id="sequence_gap",
    signal_class=SignalClass.FAULT,
    severity=Severity.BLUE,
    latching=False,
    title_zh="报文序号缺失",
    title_en="Messages are missing",
    advice_zh="该设备有报文未到达。检查网关的存储转发和网络；补发后自动恢复。",
    advice_en="Messages of this device never came. Check gateway and network; it clears when they are sent again.",
    source_zh="设计值：序号缺失持续 120 s",
    source_en="design value: a gap in the sequence numbers that stays for 120 s",
)
