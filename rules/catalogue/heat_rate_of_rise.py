"""Heat that comes faster than any day brings it: never for class S, never for sensors slower than 20 s."""

from __future__ import annotations

import numpy as np

from rules.rule import Judgement, Level, Parameter, ReadingRule, calm_below
from rules.view import View
from rules.windows import MIN_SLOPE_SAMPLES
from schemas.columns import MICROSECONDS
from schemas.domain import Quantity, Severity, SignalClass


def _judge(window: str, limit: str, slowest_seconds: str) -> Level:
    def judge(view: View) -> Judgement:
        gate = view.parameter("gate")
        quick = view.intervals_us <= view.parameter(slowest_seconds) * MICROSECONDS
        if not quick.any():
            return Judgement(quick, view.values < gate, np.full(len(quick), np.nan))
        # A sensor that is only just quick enough is given the time in which it sends what a slope takes.
        enough = MIN_SLOPE_SAMPLES * view.intervals_us / MICROSECONDS
        slopes = view.look_back(np.maximum(view.parameter(window), enough)).slopes_per_minute()
        hot = (view.values >= gate) & (view.above_baseline() >= view.parameter("above_usual"))
        holds = quick & (view.parameter("enabled") > 0) & hot & (slopes >= view.parameter(limit))
        calm = ~quick | (slopes < view.parameter("clears_below"))
        return Judgement(holds, calm & (view.values < gate), slopes)

    return Level(Severity.ORANGE, judge, limit, judges_late=False)


HEAT_RATE_OF_RISE = ReadingRule(
    id="heat_rate_of_rise",
    signal_class=SignalClass.FIRE,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="差温火警",
    title_en="Heat rises like in a fire",
    advice_zh="立即派人到场核实；通知疏散并联系微型消防站。",
    advice_en="Send somebody to look at once; warn the occupants and call the fire post.",
    source_zh="设计值 8.3 K/min（15 °F/min）；按 GB 16280-2014 第 4.7 条，2 K/min 时不报警",
    source_en="design value 8.3 K/min (15 °F/min); silent at the 2 K/min of GB 16280-2014 4.7",
    parameters=(
        Parameter("enabled", 1.0, "", 0.0, 1.0),
        Parameter("limit", 8.3, "K/min", 3.0, 60.0),
        Parameter("limit_fast", 20.0, "K/min", 3.0, 120.0),
        Parameter("gate", 36.0, "°C", 25.0, 150.0),
        Parameter("above_usual", 10.0, "K", 2.0, 50.0),
        Parameter("window_seconds", 60.0, "s", 20.0, 300.0),
        Parameter("window_fast_seconds", 30.0, "s", 10.0, 300.0),
        Parameter("slowest_seconds", 20.0, "s", 1.0, 20.0),
        Parameter("slowest_fast_seconds", 5.0, "s", 1.0, 20.0),
        Parameter("on_seconds", 0.0, "s", 0.0, 300.0),
        Parameter("clears_below", 2.0, "K/min", -10.0, 60.0),
        Parameter("off_seconds", 120.0, "s", 30.0, 3600.0),
    ),
    shares="heat",
    quantity=Quantity.TEMPERATURE,
    unit="K/min",
    levels=(
        _judge("window_seconds", "limit", "slowest_seconds"),
        _judge("window_fast_seconds", "limit_fast", "slowest_fast_seconds"),
    ),
    calm=calm_below("gate"),
    above_usual="above_usual",
)
