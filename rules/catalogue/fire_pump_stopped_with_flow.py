"""A fire pump that stops while water still flows."""

from __future__ import annotations

import numpy as np

from rules.rule import Parameter
from rules.water.water_rule import About, WaterJudgement, WaterRule, WaterView
from schemas.domain import Severity, SignalClass


def _judge(view: WaterView) -> WaterJudgement:
    limit = view.parameter("limit")
    # Water that began to flow long after it stopped calls for it anew.
    holds = (view.flows_s >= view.pump_stopped_s) & (view.flow >= limit)
    return WaterJudgement(holds, np.isfinite(view.pump_runs_s), view.flow, limit)


FIRE_PUMP_STOPPED_WITH_FLOW = WaterRule(
    id="fire_pump_stopped_with_flow",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.RED,
    latching=True,
    title_zh="用水时消防泵停止",
    title_en="Fire pump stopped while water flows",
    advice_zh="立即重新启动消防泵；火场供水可能中断。",
    advice_en="Start it again at once: those at the fire may lose their water.",
    source_zh="设计值：停泵后 1.0 L/s 持续 10 s",
    source_en="design value 1.0 L/s for 10 s after it stopped",
    parameters=(
        Parameter("limit", 1.0, "L/s", 0.2, 20.0),
        Parameter("on_seconds", 10.0, "s", 0.0, 600.0),
        Parameter("off_seconds", 30.0, "s", 0.0, 3600.0),
    ),
    unit="L/s",
    about=About.PUMP,
    judge=_judge,
)
