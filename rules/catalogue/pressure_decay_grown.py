"""A slow leak where no meter shows it: between two starts of the jockey pump the pressure falls faster than it did."""

from __future__ import annotations

import numpy as np

from rules.rule import Parameter
from rules.water.water_rule import WaterJudgement, WaterRule, WaterView
from schemas.domain import Severity, SignalClass


def _judge(view: WaterView) -> WaterJudgement:
    """Where the tank has a meter that is heard, `water_leak` knows better."""
    unmetered, grown = np.isnan(view.tank_flow), view.grown_decay
    limit = view.parameter("grown_to")
    holds = unmetered & (grown >= limit)
    clears = ~unmetered | (grown < view.parameter("clears_below"))
    return WaterJudgement(holds, clears, view.decay, limit * view.decay / grown)


PRESSURE_DECAY_GROWN = WaterRule(
    id="pressure_decay_grown",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="稳压间隔压力衰减加快",
    title_en="Pressure falls faster between starts of the jockey pump",
    advice_zh="管网可能缓慢漏水：夜间关闭分段阀门逐段查漏；检查止回阀和泄压阀。",
    advice_en="A slow leak is likely: look for it section by section at night; check non-return and relief valves.",
    source_zh="设计值：比此前两周快到 1.4 倍，用于水池处没有水表上报时",
    source_en="design value: 1.4 times as fast as in the two weeks before, where no meter at the tank is heard",
    parameters=(
        Parameter("grown_to", 1.4, "", 1.1, 10.0),
        Parameter("clears_below", 1.2, "", 1.0, 10.0),
        Parameter("on_seconds", 3600.0, "s", 10.0, 86_400.0),
        Parameter("off_seconds", 3600.0, "s", 10.0, 86_400.0),
    ),
    unit="MPa/h",
    judge=_judge,
)
