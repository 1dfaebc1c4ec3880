"""Too little pressure at the hydrants while water is drawn or the fire pump runs."""

from __future__ import annotations

import numpy as np

from rules.rule import Parameter, Standard
from rules.water.water_rule import WaterJudgement, WaterRule, WaterView
from schemas.domain import Severity, SignalClass

_GB_50974_7_4_12 = Standard("GB 50974", "7.4.12", "2014", "2014-10-01")


def _judge(view: WaterView) -> WaterJudgement:
    systems, value = view.systems, view.parameter
    limit = np.where(systems.high_rise | systems.industrial, value("high_rise_limit"), value("limit"))
    ran_up = view.pump_runs_s >= value("run_up_seconds")
    drawn = (view.flow >= value("flow")) & (np.isnan(view.pump_runs_s) | ran_up)
    holds = ~systems.sprinkler & (drawn | ran_up) & (view.outlet < limit)
    ended = (view.flow < value("flow")) & np.isnan(view.pump_runs_s)
    clears = ended | (view.outlet >= limit + value("rises_by"))
    return WaterJudgement(holds, clears, view.outlet, limit)


HYDRANT_DYNAMIC_LOW = WaterRule(
    id="hydrant_dynamic_low",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.ORANGE,
    latching=False,
    title_zh="消火栓出水压力不足",
    title_en="Too little pressure with water running",
    advice_zh="确认消防泵已启动、阀门全开；现场水枪充实水柱可能不足，考虑消防车供水。",
    advice_en="See that the fire pump runs and valves are open; the jet may be short: think of supply from an engine.",
    source_zh="GB 50974-2014 第 7.4.12 条；启泵 120 s（设计值）之后判定",
    source_en="GB 50974-2014 7.4.12; after design value 120 s of running up",
    parameters=(
        Parameter("limit", 0.25, "MPa", 0.05, 1.0, _GB_50974_7_4_12),
        Parameter("high_rise_limit", 0.35, "MPa", 0.05, 1.0, _GB_50974_7_4_12),
        Parameter("flow", 2.5, "L/s", 0.5, 50.0),
        Parameter("run_up_seconds", 120.0, "s", 0.0, 600.0),
        Parameter("rises_by", 0.03, "MPa", 0.0, 0.3),
        # Without word of the pump it may be running up all the while.
        Parameter("on_seconds", 150.0, "s", 10.0, 3600.0),
        Parameter("off_seconds", 60.0, "s", 10.0, 3600.0),
    ),
    judge=_judge,
)
