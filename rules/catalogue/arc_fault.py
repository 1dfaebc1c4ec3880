"""Arcs on a circuit, counted by the half-cycles of a second that hold one."""

from __future__ import annotations

from rules.judges import at_least
from rules.rule import Level, Parameter, ReadingRule, calm_below
from schemas.domain import Quantity, Severity, SignalClass

ARC_FAULT = ReadingRule(
    id="arc_fault",
    signal_class=SignalClass.WARNING,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="故障电弧报警",
    title_en="Arcs on the circuit",
    advice_zh="立即派电工查找松动或破损的接线和插座；查明前不要恢复使用。",
    advice_en="Send an electrician at once to find the loose or damaged wire or socket; do not use it until then.",
    source_zh="设计值：一秒内 14 个半波；按 GB 31252-2014 第 4.3.1 条，九个及以下不报警",
    source_en="design value: 14 half-cycles in a second; nine or fewer are no alarm by GB 31252-2014 4.3.1",
    parameters=(
        Parameter("limit", 14.0, "1/s", 10.0, 100.0),
        Parameter("clears_below", 10.0, "1/s", 1.0, 100.0),
        Parameter("on_seconds", 0.0, "s", 0.0, 30.0),
        Parameter("off_seconds", 300.0, "s", 10.0, 86_400.0),
    ),
    quantity=Quantity.ARC,
    unit="1/s",
    levels=(Level(Severity.ORANGE, at_least(), "limit", min_samples=1),),
    calm=calm_below("limit"),
)
