"""A supply voltage too low: motors draw more and stall. No voltage at all is no supply, another matter."""

from __future__ import annotations

from rules.rule import Judgement, Level, Parameter, ReadingRule, calm_above
from rules.view import View
from schemas.domain import Quantity, Severity, SignalClass


def _judge(view: View) -> Judgement:
    volts = view.values
    holds = (volts <= view.parameter("limit")) & (volts >= view.parameter("dead"))
    return Judgement(holds, volts >= view.parameter("clears_from"), volts)


VOLTAGE_LOW = ReadingRule(
    id="voltage_low",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="电压过低",
    title_en="Voltage too low",
    advice_zh="通知电工检查供电和接头；电动机可能过热。",
    advice_en="Have supply and joints looked at; motors may overheat.",
    source_zh="设计值：220 V −10 %，为 GB/T 12325 所允许；低于 44 V 视为断电",
    source_en="design value: 220 V −10 % as GB/T 12325 allows; below 44 V there is no supply",
    parameters=(
        Parameter("limit", 198.0, "V", 0.0, 15_000.0),
        Parameter("clears_from", 201.0, "V", 0.0, 15_000.0),
        Parameter("dead", 44.0, "V", 0.0, 15_000.0),
        Parameter("on_seconds", 300.0, "s", 0.0, 3600.0),
        Parameter("off_seconds", 300.0, "s", 10.0, 3600.0),
    ),
    quantity=Quantity.VOLTAGE,
    unit="V",
    levels=(Level(Severity.YELLOW, _judge, "limit"),),
    calm=calm_above("limit"),
)
