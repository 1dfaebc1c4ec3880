"""A cable warmer than its load explains: a joint whose contact grows worse, or a cable that is covered."""

from __future__ import annotations

from rules.electrical.circuit_rule import CircuitRule, CircuitView
from rules.rule import Judgement, Parameter
from schemas.domain import Quantity, Severity, SignalClass


def _judge(view: CircuitView) -> Judgement:
    kelvin = view.unexplained
    return Judgement(kelvin >= view.parameter("limit"), kelvin < view.parameter("clears_below"), kelvin)


CABLE_TEMP_UNEXPLAINED = CircuitRule(
    id="cable_temp_unexplained",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="电缆温升与负荷不符",
    title_en="Cable warmer than its load explains",
    advice_zh="接头可能松动或散热受阻：用热像仪检查并紧固。",
    advice_en="A joint may be loose, or the cable covered: look with a thermal camera and tighten.",
    source_zh="设计值：按电缆自身时间常数由 I²R 推算的温度之上 12 K，持续 10 min；先学习一天",
    source_en="design value: 12 K above I²R behind the cable's own time constant, for 10 min; learnt for a day",
    parameters=(
        Parameter("limit", 12.0, "K", 3.0, 80.0),
        Parameter("on_seconds", 600.0, "s", 0.0, 7200.0),
        Parameter("clears_below", 6.0, "K", 1.0, 80.0),
        Parameter("off_seconds", 1800.0, "s", 10.0, 86_400.0),
    ),
    quantity=Quantity.CABLE_TEMPERATURE,
    unit="K",
    judge=_judge,
)
