"""CO as of a smouldering fire."""

from __future__ import annotations

import numpy as np

from rules.judges import at_least
from rules.rule import Judgement, Level, Parameter, ReadingRule, calm_below
from rules.view import View
from schemas.domain import Quantity, Severity, SignalClass


def _judge_rise(view: View) -> Judgement:
    # A meter that drifted below zero saw no less than none.
    rise = view.values - np.maximum(view.look_back(view.parameter("window_seconds")).smallest(), 0.0)
    return Judgement(rise >= view.parameter("rise"), view.values < view.parameter("clears_below"), rise)


CO_FIRE_PREALARM = ReadingRule(
    id="co_fire_prealarm",
    signal_class=SignalClass.WARNING,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="一氧化碳预警",
    title_en="CO as of a fire",
    advice_zh="可能有阴燃或燃气具排烟不良：电话核实，提醒通风。",
    advice_en="It may smoulder, or a boiler draws badly: call the building, have it aired.",
    source_zh="设计值：40 ppm，或 300 s 内升高 20 ppm",
    source_en="design value 40 ppm, or 20 ppm more within 300 s",
    parameters=(
        Parameter("limit", 40.0, "ppm", 10.0, 300.0),
        Parameter("rise", 20.0, "ppm", 5.0, 300.0),
        Parameter("window_seconds", 300.0, "s", 60.0, 600.0),
        Parameter("on_seconds", 60.0, "s", 0.0, 600.0),
        Parameter("clears_below", 20.0, "ppm", 5.0, 200.0),
        Parameter("off_seconds", 300.0, "s", 30.0, 3600.0),
    ),
    quantity=Quantity.CO,
    unit="ppm",
    levels=(
        Level(Severity.YELLOW, at_least(), "limit"),
        Level(Severity.YELLOW, _judge_rise, "rise", judges_late=False),
    ),
    calm=calm_below("rise"),
)
