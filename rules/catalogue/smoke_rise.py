"""Smoke that grows and goes on growing: a smouldering fire, which gives no heat for a long while."""

from __future__ import annotations

from rules.catalogue.smoke import USUAL_BACKGROUND, compensate
from rules.rule import Judgement, Level, Parameter, ReadingRule, calm_below
from rules.view import View
from schemas.domain import Quantity, Severity, SignalClass


def _judge(view: View) -> Judgement:
    smoke = compensate(view)
    slopes = view.look_back(view.parameter("window_seconds")).slopes_per_minute()
    holds = (slopes >= view.parameter("limit")) & (smoke >= view.parameter("floor"))
    clears = (slopes < view.parameter("clears_below")) & (smoke < view.parameter("floor"))
    return Judgement(holds, clears, slopes)


SMOKE_RISE = ReadingRule(
    id="smoke_rise",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="烟雾持续上升预警",
    title_en="Smoke goes on rising",
    advice_zh="可能有阴燃：电话核实现场；留意同一区域的一氧化碳、温度和其他探测器。",
    advice_en="It may smoulder: call the building to look; watch CO, temperature and the other detectors of the zone.",
    source_zh="设计值：阴燃火在 10～60 分钟内增长到 0.9 dB/m",
    source_en="design value: a smouldering fire grows to 0.9 dB/m within 10 to 60 minutes",
    parameters=(
        Parameter("limit", 0.012, "dB/m/min", 0.002, 1.0),
        Parameter("floor", 0.10, "dB/m", 0.04, 1.0),
        Parameter("window_seconds", 300.0, "s", 60.0, 600.0),
        Parameter("on_seconds", 300.0, "s", 0.0, 1800.0),
        Parameter("clears_below", 0.004, "dB/m/min", -1.0, 1.0),
        Parameter("off_seconds", 120.0, "s", 10.0, 3600.0),
    ),
    quantity=Quantity.SMOKE,
    unit="dB/m/min",
    levels=(Level(Severity.YELLOW, _judge, "limit", judges_late=False),),
    background=USUAL_BACKGROUND,
    calm=calm_below("floor"),
)
