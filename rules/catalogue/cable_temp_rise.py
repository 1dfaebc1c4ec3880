"""A cable that grows warm faster than its load could make it, judged more strictly where batteries charge at night."""

from __future__ import annotations

import numpy as np

from rules.night import is_night
from rules.rule import Judgement, Level, Parameter, ReadingRule, calm_below
from rules.view import View
from schemas.domain import Quantity, Severity, SignalClass


def _judge(view: View) -> Judgement:
    slopes = view.look_back(view.parameter("window_seconds")).slopes_per_minute()
    limit = view.parameter("limit") * np.where(is_night(view.observed_at), view.parameter("night_share"), 1.0)
    warm = (view.values >= view.parameter("floor")) & (view.above_baseline() >= view.parameter("above_usual"))
    return Judgement((slopes >= limit) & warm, slopes < view.parameter("clears_below"), slopes)


CABLE_TEMP_RISE = ReadingRule(
    id="cable_temp_rise",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="电缆温度快速上升",
    title_en="Cable warms up fast",
    advice_zh="电话核实现场；充电场所立即断电并远离，防止电池热失控。",
    advice_en="Call the place; where batteries charge, cut the supply and keep away: a cell may be running away.",
    source_zh="设计值：完好的电缆最快以 5 min 的时间常数趋近 35 K 温升",
    source_en="design value: a sound cable nears 35 K with a time constant of 5 min at the fastest",
    parameters=(
        Parameter("limit", 5.0, "K/min", 0.5, 60.0),
        Parameter("night_share", 1.0, "", 0.1, 1.0),
        Parameter("floor", 45.0, "°C", 20.0, 140.0),
        Parameter("above_usual", 10.0, "K", 2.0, 100.0),
        Parameter("window_seconds", 300.0, "s", 60.0, 600.0),
        Parameter("on_seconds", 60.0, "s", 0.0, 1800.0),
        Parameter("clears_below", 0.5, "K/min", -1.0, 60.0),
        Parameter("off_seconds", 300.0, "s", 10.0, 3600.0),
    ),
    quantity=Quantity.CABLE_TEMPERATURE,
    unit="K/min",
    levels=(Level(Severity.YELLOW, _judge, "limit", judges_late=False),),
    calm=calm_below("floor"),
    above_usual="above_usual",
)
