"""One phase of a supply without its voltage: motors on the others burn."""

from __future__ import annotations

import numpy as np

from rules.electrical.circuit_rule import CircuitRule, CircuitView
from rules.rule import Judgement, Parameter
from schemas.domain import Quantity, Severity, SignalClass


def _judge(view: CircuitView) -> Judgement:
    # A phase that is not heard makes it NaN, which says nothing; and where none has voltage the supply is cut.
    most = view.phases.max(axis=1)
    share = view.values / np.where(most >= view.parameter("supplied"), most, np.nan)
    return Judgement(share <= view.parameter("limit"), share >= view.parameter("clears_from"), share)


PHASE_LOSS = CircuitRule(
    id="phase_loss",
    signal_class=SignalClass.WARNING,
    severity=Severity.ORANGE,
    latching=False,
    title_zh="缺相",
    title_en="A phase is lost",
    advice_zh="停用该回路的电动机（消防水泵除外），由电工检查熔断器和接头。",
    advice_en="Stop the motors on the circuit, fire pumps excepted; have fuses and joints looked at.",
    source_zh="设计值：低于最高一相的 0.6（电动机可能反馈电压），持续 20 s",
    source_en="design value: below 0.6 of the highest phase, which motors can feed back, for 20 s",
    parameters=(
        Parameter("limit", 0.6, "× highest", 0.05, 0.9),
        Parameter("supplied", 150.0, "V", 20.0, 15_000.0),
        Parameter("on_seconds", 20.0, "s", 0.0, 600.0),
        Parameter("clears_from", 0.85, "× highest", 0.1, 1.0),
        Parameter("off_seconds", 60.0, "s", 10.0, 3600.0),
    ),
    quantity=Quantity.VOLTAGE,
    unit="× highest",
    judge=_judge,
)
