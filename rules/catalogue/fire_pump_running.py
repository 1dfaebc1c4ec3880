"""A fire pump that runs: for a fire, for a test, or because water goes where it should not."""

from __future__ import annotations

import numpy as np

from rules.rule import Parameter
from rules.water.water_rule import About, WaterJudgement, WaterRule, WaterView
from schemas.domain import Severity, SignalClass


def _judge(view: WaterView) -> WaterJudgement:
    runs = np.isfinite(view.pump_runs_s)
    return WaterJudgement(runs, ~runs, view.pump_runs_s, np.full(len(runs), np.nan))


FIRE_PUMP_RUNNING = WaterRule(
    id="fire_pump_running",
    signal_class=SignalClass.ACTUATION,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="消防泵启动",
    title_en="Fire pump runs",
    advice_zh="核实是火灾用水、试验还是爆管；消防泵不会自动停止。",
    advice_en="Find out whether it runs for a fire, a test or a burst; it does not stop by itself.",
    source_zh="GB/T 26875.3-2011 部件状态第 5、6 位；设计值 10 s",
    source_en="GB/T 26875.3-2011, component state bits 5 and 6; design value 10 s",
    parameters=(
        Parameter("on_seconds", 10.0, "s", 0.0, 600.0),
        Parameter("off_seconds", 30.0, "s", 0.0, 3600.0),
    ),
    unit="s",
    about=About.PUMP,
    judge=_judge,
    explains=True,
)
