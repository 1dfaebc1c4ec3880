"""A fire pump that was called and does not come."""

from __future__ import annotations

import numpy as np

from rules.rule import Parameter
from rules.water.water_rule import About, WaterJudgement, WaterRule, WaterView
from schemas.domain import Severity, SignalClass


def _judge(view: WaterView) -> WaterJudgement:
    wait = view.parameter("run_up_seconds")
    runs = np.isfinite(view.pump_runs_s)
    # A pump that feeds nothing back shows in the pressure.
    came = runs | (view.rose >= view.parameter("rises_by"))
    # One that came and stopped again is another rule's.
    stopped = view.pump_stopped_s <= view.pump_called_s
    holds = (view.pump_called_s > wait) & ~came & ~stopped
    return WaterJudgement(holds, runs, view.pump_called_s, wait)


FIRE_PUMP_START_FAILURE = WaterRule(
    id="fire_pump_start_failure",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.RED,
    latching=True,
    title_zh="消防泵启动失败",
    title_en="Fire pump does not start",
    advice_zh="立即派人到泵房手动启动，检查电源和控制柜；通知到场力量自备供水。",
    advice_en="Send somebody to start it by hand and check its supply; tell those who come to bring their own water.",
    source_zh="设计值：要求启泵或已有水流后 120 s 仍无反馈，压力也未升高 0.10 MPa",
    source_en="design value: called, or water flowing, for 120 s without feedback or a rise of 0.10 MPa",
    parameters=(
        Parameter("run_up_seconds", 120.0, "s", 10.0, 600.0),
        Parameter("rises_by", 0.10, "MPa", 0.01, 1.0),
        Parameter("on_seconds", 0.0, "s", 0.0, 600.0),
        Parameter("off_seconds", 30.0, "s", 0.0, 3600.0),
    ),
    unit="s",
    about=About.PUMP,
    judge=_judge,
)
