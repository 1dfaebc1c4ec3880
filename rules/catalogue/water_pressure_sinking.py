"""Pressure that sinks below where the jockey pump has always started: nothing lifts it any more."""

from __future__ import annotations

from rules.rule import Parameter
from rules.water.water_rule import WaterJudgement, WaterRule, WaterView
from schemas.domain import Severity, SignalClass


def _judge(view: WaterView) -> WaterJudgement:
    limit, still = view.parameter("limit"), view.is_still
    holds, clears = view.below_trough >= limit, view.below_trough < view.parameter("clears_below")
    return WaterJudgement(holds & still, clears, view.below_trough, limit)


WATER_PRESSURE_SINKING = WaterRule(
    id="water_pressure_sinking",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="消防管网压力跌出稳压范围",
    title_en="Pressure sinks and the jockey pump does not lift it",
    advice_zh="检查稳压泵电源和控制、出水阀门；查找漏点。到达最低压力之前还有时间。",
    advice_en="Check supply and control of the jockey pump and its valves; look for a leak. There is still time "
    "before the pressure is too low.",
    source_zh="设计值：低于观察到的启泵压力 0.02 MPa，持续 240 s",
    source_en="design value 0.02 MPa below where the pump was seen to start, for 240 s",
    parameters=(
        Parameter("limit", 0.02, "MPa", 0.005, 0.5),
        Parameter("clears_below", 0.005, "MPa", -0.1, 0.5),
        Parameter("still_below", 1.5, "L/s", 0.1, 10.0),
        Parameter("on_seconds", 240.0, "s", 10.0, 7200.0),
        Parameter("off_seconds", 300.0, "s", 10.0, 7200.0),
    ),
    judge=_judge,
    explains=True,
)
