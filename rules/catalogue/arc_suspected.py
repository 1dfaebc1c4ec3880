"""Some arcs: more than a switch makes, fewer than an alarm needs."""

from __future__ import annotations

from rules.judges import at_least
from rules.rule import Level, Parameter, ReadingRule, calm_below
from schemas.domain import Quantity, Severity, SignalClass

ARC_SUSPECTED = ReadingRule(
    id="arc_suspected",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="疑似故障电弧",
    title_en="Some arcs on the circuit",
    advice_zh="安排检查该回路的插座和接线；一天内无新电弧则自动结束。",
    advice_en="Have the sockets and wires of the circuit looked at; ends by itself after a day without arcs.",
    source_zh="设计值：一秒内 10 个半波；按 GB 31252-2014 第 4.3.1 条，九个及以下不报警",
    source_en="design value: 10 half-cycles in a second; nine or fewer are no alarm by GB 31252-2014 4.3.1",
    parameters=(
        Parameter("limit", 10.0, "1/s", 10.0, 100.0),
        Parameter("clears_below", 10.0, "1/s", 1.0, 100.0),
        Parameter("on_seconds", 0.0, "s", 0.0, 30.0),
        Parameter("off_seconds", 86_400.0, "s", 60.0, 604_800.0),
    ),
    quantity=Quantity.ARC,
    unit="1/s",
    levels=(Level(Severity.YELLOW, at_least(), "limit", min_samples=1),),
    calm=calm_below("limit"),
)
