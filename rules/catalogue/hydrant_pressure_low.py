"""Too little water pressure at the worst hydrant, while no water is drawn."""

from __future__ import annotations

import numpy as np

from rules.rule import Parameter, Standard
from rules.water.water_rule import Floats, WaterJudgement, WaterRule, WaterView
from schemas.domain import Severity, SignalClass

_GB_50974_5_2_2 = Standard("GB 50974", "5.2.2", "2014", "2014-10-01")


def find_limit(view: WaterView) -> Floats:
    """What the worst hydrant or head must have (n,), by class, use and height of the building."""
    systems, value = view.systems, view.parameter
    public = systems.first_class & ~systems.dwelling
    limit = np.where(public, value("first_class_limit"), value("limit"))
    limit = np.where(public & (systems.height_m > 100.0), value("tall_limit"), limit)
    limit = np.where(systems.industrial, value("industrial_limit"), limit)
    return np.where(systems.sprinkler, np.maximum(limit, value("sprinkler_limit")), limit)


def _judge(view: WaterView) -> WaterJudgement:
    limit, still = find_limit(view), view.is_still
    holds = still & (view.worst < limit)
    clears = still & (view.worst >= limit + view.parameter("rises_by"))
    return WaterJudgement(holds, clears, view.worst, limit, grave=view.systems.first_class)


HYDRANT_PRESSURE_LOW = WaterRule(
    id="hydrant_pressure_low",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="消防管网压力不足",
    title_en="Too little water pressure",
    advice_zh="最不利点静压不足：检查阀门、稳压泵和水箱，按所列原因逐项排查。",
    advice_en="The worst hydrant has too little: check valves, jockey pump and tank in the order of the causes given.",
    source_zh="GB 50974-2014 第 5.2.2 条，按最不利消火栓：扣除高出压力表的高度",
    source_en="GB 50974-2014 5.2.2, at the worst hydrant: the height above the gauge is taken off",
    parameters=(
        Parameter("limit", 0.07, "MPa", 0.01, 1.0, _GB_50974_5_2_2),
        Parameter("first_class_limit", 0.10, "MPa", 0.01, 1.0, _GB_50974_5_2_2),
        Parameter("tall_limit", 0.15, "MPa", 0.01, 1.0, _GB_50974_5_2_2),
        Parameter("industrial_limit", 0.10, "MPa", 0.01, 1.0, _GB_50974_5_2_2),
        Parameter("sprinkler_limit", 0.10, "MPa", 0.01, 1.0, _GB_50974_5_2_2),
        Parameter("still_below", 0.5, "L/s", 0.1, 5.0),
        Parameter("rises_by", 0.01, "MPa", 0.0, 0.2),
        Parameter("on_seconds", 60.0, "s", 10.0, 3600.0),
        Parameter("grave_seconds", 600.0, "s", 60.0, 86_400.0),
        Parameter("off_seconds", 120.0, "s", 10.0, 3600.0),
    ),
    judge=_judge,
    gravest=Severity.ORANGE,
    explains=True,
)
