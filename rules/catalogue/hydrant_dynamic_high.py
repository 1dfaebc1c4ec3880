"""More pressure at a hydrant than a person can hold, while water is drawn."""

from __future__ import annotations

from rules.rule import Parameter, Standard
from rules.water.water_rule import WaterJudgement, WaterRule, WaterView
from schemas.domain import Severity, SignalClass

_GB_50974_7_4_12 = Standard("GB 50974", "7.4.12", "2014", "2014-10-01")


def _judge(view: WaterView) -> WaterJudgement:
    limit, shown = view.parameter("limit"), view.most_at_outlet
    drawn = view.flow >= view.parameter("flow")
    clears = ~drawn | (shown < view.parameter("clears_below"))
    return WaterJudgement(~view.systems.sprinkler & drawn & (shown > limit), clears, shown, limit)


HYDRANT_DYNAMIC_HIGH = WaterRule(
    id="hydrant_dynamic_high",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="消火栓出水压力过高",
    title_en="Too much pressure with water running",
    advice_zh="检查减压稳压消火栓和减压阀；现场水枪反作用力过大，须两人以上把持。",
    advice_en="Check reducing hydrants and pressure reducers; the jet kicks: two or more must hold the nozzle.",
    source_zh="GB 50974-2014 第 7.4.12 条：超过 0.70 MPa 必须减压；在用水时按消火栓处的压力表判定",
    source_en="GB 50974-2014 7.4.12: above 0.70 MPa a reducer is due; at gauges of hydrants, while water is drawn",
    parameters=(
        Parameter("limit", 0.70, "MPa", 0.2, 4.0, _GB_50974_7_4_12),
        Parameter("clears_below", 0.65, "MPa", 0.1, 4.0),
        Parameter("flow", 2.5, "L/s", 0.5, 50.0),
        Parameter("on_seconds", 60.0, "s", 5.0, 3600.0),
        Parameter("off_seconds", 120.0, "s", 10.0, 3600.0),
    ),
    judge=_judge,
)
