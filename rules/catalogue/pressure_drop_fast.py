"""Pressure that falls at once: a pipe has burst, a valve was shut, or water is drawn."""

from __future__ import annotations

from rules.rule import Parameter
from rules.water.water_rule import WaterJudgement, WaterRule, WaterView
from schemas.domain import Severity, SignalClass


def _judge(view: WaterView) -> WaterJudgement:
    limit = view.parameter("limit")
    return WaterJudgement(view.drop >= limit, view.drop < view.parameter("clears_below"), view.drop, limit)


PRESSURE_DROP_FAST = WaterRule(
    id="pressure_drop_fast",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.ORANGE,
    latching=False,
    title_zh="消防管网压力骤降",
    title_en="Water pressure fell at once",
    advice_zh="核实是否在试验或用水；否则查找爆管、误关阀门，按所列原因排查。",
    advice_en="Ask whether water is drawn or tested; else look for a burst or a shut valve, in the order given.",
    source_zh="设计值：比一小时内的平常值低 0.10 MPa，压力表连续两次采样",
    source_en="design value 0.10 MPa below what was usual within the hour, over two samples of a gauge",
    parameters=(
        Parameter("limit", 0.10, "MPa", 0.02, 1.0),
        Parameter("clears_below", 0.03, "MPa", 0.0, 0.5),
        Parameter("on_seconds", 0.0, "s", 0.0, 600.0),
        Parameter("off_seconds", 300.0, "s", 10.0, 3600.0),
    ),
    judge=_judge,
    explains=True,
)
