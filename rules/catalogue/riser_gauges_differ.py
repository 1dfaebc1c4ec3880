"""Gauges of one riser that do not tell of the same water: a valve between them is shut, or one is dead."""

from __future__ import annotations

from rules.rule import Parameter
from rules.water.water_rule import WaterJudgement, WaterRule, WaterView
from schemas.domain import Severity, SignalClass


def _judge(view: WaterView) -> WaterJudgement:
    limit, still = view.parameter("limit"), view.is_still
    stuck = view.stuck_hours >= view.parameter("stuck_hours")
    holds = still & ((view.spread >= limit) | stuck)
    clears = (view.spread < view.parameter("clears_below")) & ~stuck
    return WaterJudgement(holds, clears, view.spread, limit)


RISER_GAUGES_DIFFER = WaterRule(
    id="riser_gauges_differ",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="同一竖管压力不一致",
    title_en="Gauges of one riser differ",
    advice_zh="检查竖管上的阀门是否关闭；若只有一个测点异常，检修该压力变送器。",
    advice_en="See whether a valve in the riser is shut; if one gauge alone is odd, have it mended.",
    source_zh="设计值：扣除高差后相差 0.05 MPa，或其他表变动时有一只 2 h 不动",
    source_en="design value 0.05 MPa with the heights taken off, or one that stands still for 2 h while others move",
    parameters=(
        Parameter("limit", 0.05, "MPa", 0.01, 1.0),
        Parameter("clears_below", 0.035, "MPa", 0.0, 1.0),
        Parameter("stuck_hours", 2.0, "h", 0.5, 48.0),
        Parameter("still_below", 0.5, "L/s", 0.1, 5.0),
        Parameter("on_seconds", 600.0, "s", 60.0, 86_400.0),
        Parameter("off_seconds", 600.0, "s", 60.0, 86_400.0),
    ),
    judge=_judge,
    explains=True,
)
