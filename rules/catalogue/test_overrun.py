"""A device in test that nobody has declared, or for longer than a declared one lasts."""

from __future__ import annotations

from rules.declared_durations import DurationRule
from rules.rule import Parameter
from schemas.domain import Severity, SignalClass

TEST_OVERRUN = DurationRule(
    id="test_overrun",
    signal_class=SignalClass.TEST,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="设备长时间处于测试状态",
    title_en="Device is in test for too long",
    advice_zh="核实是否有人在现场测试；结束后将设备恢复到正常监视状态。",
    advice_en="Ask whether somebody is testing; have the device put back to normal afterwards.",
    source_zh="GB/T 26875.3-2011 部件状态第 0 位；设计值 10 min，在登记的时段内 4 h",
    source_en="GB/T 26875.3-2011, component state bit 0; design values 10 min, and 4 h within a declared window",
    parameters=(
        Parameter("on_seconds", 600.0, "s", 60.0, 86_400.0),
        Parameter("declared_seconds", 14_400.0, "s", 60.0, 604_800.0),
        Parameter("off_seconds", 60.0, "s", 0.0, 3600.0),
    ),
    within_scope="declared_seconds",
)
