"""Nothing comes through a gateway: one fault, and everything beneath it is unknown.

The catalogue's first proposal waits 300 s. Devices beneath would have fallen silent one by one by then, so a gateway is
judged as soon as two of those that speak through it should have been heard.
"""

from __future__ import annotations

from rules.rule import Parameter, Rule
from schemas.domain import Severity, SignalClass

GATEWAY_SILENT = Rule(
    id="gateway_silent",
    signal_class=SignalClass.FAULT,
    severity=Severity.ORANGE,
    latching=False,
    title_zh="网关失联",
    title_en="Gateway is silent",
    advice_zh="该网关下所有设备状态未知，不是正常。检查网关供电和网络；恢复前加强人工巡查。",
    advice_en="Everything beneath this gateway is unknown, not normal. Check its power and network; have the "
    "building patrolled meanwhile.",
    source_zh="设计值：其下本应已有两台设备上报，至少 90 s",
    source_en="design value: when two devices beneath it should have been heard, at least 90 s",
    parameters=(Parameter("least_seconds", 90.0, "s", 60.0, 7200.0),),
)
