"""Water that leaves the roof tank though nobody tests."""

from __future__ import annotations

from rules.rule import Parameter
from rules.water.water_rule import About, WaterJudgement, WaterRule, WaterView
from schemas.domain import Severity, SignalClass


def _judge(view: WaterView) -> WaterJudgement:
    limit = view.parameter("limit")
    flow = view.tank_flow
    return WaterJudgement(flow >= limit, flow < view.parameter("clears_below"), flow, limit)


TANK_OUTFLOW_UNEXPECTED = WaterRule(
    id="tank_outflow_unexpected",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="消防水箱异常出水",
    title_en="Water leaves the tank",
    advice_zh="核实是否火灾用水或试验；确认消防泵已启动，否则查找爆管。",
    advice_en="Find out whether it is for a fire or a test; see that the fire pump runs, else look for a burst.",
    source_zh="设计值：稳压泵取水量之外 1.0 L/s，大于渗漏，小于一支水枪的 5 L/s",
    source_en="design value 1.0 L/s beyond what a jockey pump takes, more than leaks and less than a nozzle's 5 L/s",
    parameters=(
        Parameter("limit", 1.0, "L/s", 0.2, 20.0),
        Parameter("clears_below", 0.5, "L/s", 0.0, 10.0),
        Parameter("on_seconds", 30.0, "s", 0.0, 3600.0),
        Parameter("off_seconds", 120.0, "s", 10.0, 3600.0),
    ),
    unit="L/s",
    about=About.TANK_METER,
    judge=_judge,
    explains=True,
)
