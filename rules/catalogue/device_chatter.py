"""A condition of a device that comes and goes all the time: one episode is held open, and marked."""

from __future__ import annotations

from rules.rule import Parameter, Rule
from schemas.domain import Severity, SignalClass

DEVICE_CHATTER = Rule(
    id="device_chatter",
    signal_class=SignalClass.FAULT,
    severity=Severity.BLUE,
    latching=False,
    title_zh="状态频繁跳变",
    title_en="Condition comes and goes",
    advice_zh="该设备的告警反复出现，已合并为一次并保持。检查接线、安装位置和限值。",
    advice_en="An alert of this device comes and goes; it is held as one. Look at wiring, place and limits.",
    source_zh="设计值：30 min 内变化六次；同样长时间保持平稳后报警结束",
    source_en="design value: six changes in 30 min; the alert ends once it has been calm for as long",
    parameters=(
        Parameter("changes", 6.0, "", 3.0, 1000.0),
        Parameter("window_seconds", 1800.0, "s", 60.0, 86_400.0),
    ),
)
