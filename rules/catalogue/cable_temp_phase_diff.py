"""One phase of a circuit hotter than the others: a loose joint, or a load all on one side."""

from __future__ import annotations

import numpy as np

from rules.electrical.circuit_rule import CircuitRule, CircuitView
from rules.rule import Judgement, Parameter
from schemas.domain import Quantity, Severity, SignalClass


def _judge(view: CircuitView) -> Judgement:
    # Of three the middle one; a phase that is not heard makes it NaN, which says nothing.
    above = view.values - np.median(view.phases, axis=1)
    return Judgement(above >= view.parameter("limit"), above < view.parameter("clears_below"), above)


CABLE_TEMP_PHASE_DIFF = CircuitRule(
    id="cable_temp_phase_diff",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="三相电缆温差过大",
    title_en="One phase hotter than the others",
    advice_zh="检查该相接头是否松动、三相负荷是否平衡；用热像仪复核。",
    advice_en="Look for a loose joint on this phase and for load all on one side; check with a thermal camera.",
    source_zh="设计值：比三相的中间值高 20 K，持续 300 s",
    source_en="design value: 20 K above the middle of three phases for 300 s",
    parameters=(
        Parameter("limit", 20.0, "K", 5.0, 80.0),
        Parameter("on_seconds", 300.0, "s", 0.0, 7200.0),
        Parameter("clears_below", 10.0, "K", 1.0, 80.0),
        Parameter("off_seconds", 600.0, "s", 10.0, 7200.0),
    ),
    quantity=Quantity.CABLE_TEMPERATURE,
    unit="K",
    judge=_judge,
)
