"""A sensor whose readings jump from minute to minute as nothing in a building does for an hour."""

from __future__ import annotations

import numpy as np

from rules.rule import Judgement, Parameter
from rules.upkeep import UpkeepRule, UpkeepView
from schemas.domain import Quantity, Severity, SignalClass

_QUANTITIES = (Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.CO, Quantity.PRESSURE)


def _judge(view: UpkeepView) -> Judgement:
    spread = view.spread
    limit, clears = np.full(len(spread), np.inf), np.full(len(spread), -np.inf)
    for quantity in _QUANTITIES:
        mine = view.quantity == quantity.code
        limit[mine] = view.parameter(f"{quantity}_limit")[mine]
        clears[mine] = view.parameter(f"{quantity}_clears_below")[mine]
    return Judgement(spread >= limit, spread < clears, spread)


READING_NOISY = UpkeepRule(
    id="reading_noisy",
    signal_class=SignalClass.FAULT,
    severity=Severity.BLUE,
    latching=False,
    title_zh="读数异常波动",
    title_en="Readings are noisy",
    advice_zh="检查接线、接地和干扰源；波动大的测点发现火情较晚。",
    advice_en="Look at wiring, earth and sources of interference; a noisy sensor sees a fire late.",
    source_zh="设计值：分钟之间的跳动达到日常情况的三倍，持续一小时",
    source_en="design value: three times the steps from minute to minute that ordinary life makes, for an hour",
    parameters=(
        Parameter("smoke_limit", 0.03, "dB/m", 0.005, 0.05),
        Parameter("smoke_clears_below", 0.02, "dB/m", 0.001, 0.05),
        Parameter("temperature_limit", 1.0, "K", 0.2, 2.0),
        Parameter("temperature_clears_below", 0.5, "K", 0.05, 2.0),
        Parameter("co_limit", 5.0, "ppm", 1.0, 10.0),
        Parameter("co_clears_below", 3.0, "ppm", 0.5, 10.0),
        Parameter("pressure_limit", 0.05, "MPa", 0.005, 1.0),
        Parameter("pressure_clears_below", 0.03, "MPa", 0.001, 1.0),
        Parameter("on_seconds", 3600.0, "s", 0.0, 86_400.0),
    ),
    quantities=_QUANTITIES,
    judge=_judge,
)
