"""A jockey pump that holds less at the worst hydrant than it is there to hold."""

from __future__ import annotations

import numpy as np

from rules.rule import Parameter, Standard
from rules.water.water_rule import WaterJudgement, WaterRule, WaterView
from schemas.domain import Severity, SignalClass

_GB_50974_5_2_2 = Standard("GB 50974", "5.2.2", "2014", "2014-10-01")


def _judge(view: WaterView) -> WaterJudgement:
    """Between what a tank alone must give and what a jockey pump must: below that `hydrant_pressure_low` speaks."""
    systems, value = view.systems, view.parameter
    limit, still = value("limit"), view.is_still & view.has_jockey
    public = systems.first_class & ~systems.dwelling
    strict = public | systems.industrial | systems.sprinkler
    least = np.where(strict, value("strict_floor"), value("floor"))
    least = np.where(public & (systems.height_m > 100.0), limit, least)
    holds = still & (view.worst >= least) & (view.worst < limit)
    clears = ~view.has_jockey | (still & (view.worst >= limit + value("rises_by")))
    return WaterJudgement(holds, clears, view.worst, limit)


JOCKEY_PRESSURE_LOW = WaterRule(
    id="jockey_pressure_low",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="稳压泵稳压不足",
    title_en="Jockey pump holds too little",
    advice_zh="最不利点静压长时间低于 0.15 MPa：核对稳压泵启停压力设定，检查气压罐和漏点。",
    advice_en="The worst hydrant has had less than 0.15 MPa for long: check where the pump starts and stops, the "
    "pressure vessel, and look for a leak.",
    # A gauge that shows a hundredth too little makes the lower end of every tooth look too low, for minutes.
    source_zh="设计值：最不利消火栓处 0.15 MPa 持续半小时，长于压力锯齿处于低端的时间",
    source_en="design value 0.15 MPa at the worst hydrant for half an hour, longer than the lower end of the saw-tooth",
    parameters=(
        Parameter("limit", 0.15, "MPa", 0.05, 1.0),
        Parameter("floor", 0.07, "MPa", 0.01, 1.0, _GB_50974_5_2_2),
        Parameter("strict_floor", 0.10, "MPa", 0.01, 1.0, _GB_50974_5_2_2),
        Parameter("still_below", 0.5, "L/s", 0.1, 5.0),
        Parameter("rises_by", 0.01, "MPa", 0.0, 0.2),
        Parameter("on_seconds", 1800.0, "s", 10.0, 14_400.0),
        Parameter("off_seconds", 300.0, "s", 10.0, 7200.0),
    ),
    judge=_judge,
    explains=True,
)
