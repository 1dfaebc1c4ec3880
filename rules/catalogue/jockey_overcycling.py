"""A jockey pump that starts too often: a leak, or a pressure vessel without its air."""

from __future__ import annotations

from rules.rule import Parameter
from rules.water.water_rule import WaterJudgement, WaterRule, WaterView
from schemas.domain import Severity, SignalClass


def _judge(view: WaterView) -> WaterJudgement:
    limit, starts = view.parameter("limit"), view.starts
    return WaterJudgement(starts > limit, starts <= view.parameter("clears_below"), starts, limit)


JOCKEY_OVERCYCLING = WaterRule(
    id="jockey_overcycling",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="稳压泵启动频繁",
    title_en="Jockey pump starts too often",
    advice_zh="检查气压罐充气压力和管网漏点。",
    advice_en="Check the air of the pressure vessel and look for a leak.",
    source_zh="设计值：60 min 内启动超过 15 次，由设备上报或由压力看出",
    source_en="design value: more than 15 starts within 60 min, declared or seen in the pressure",
    parameters=(
        Parameter("limit", 15.0, "1/h", 2.0, 60.0),
        Parameter("clears_below", 10.0, "1/h", 0.0, 60.0),
        Parameter("on_seconds", 0.0, "s", 0.0, 3600.0),
        Parameter("off_seconds", 600.0, "s", 0.0, 7200.0),
    ),
    unit="1/h",
    judge=_judge,
)
