"""So cold where water stands in pipes that it may freeze."""

from __future__ import annotations

import numpy as np

from rules.rule import Floats, Judgement, Level, Lookup, Parameter, ReadingRule
from rules.view import View
from schemas.domain import Quantity, Severity, SignalClass


def _judge(view: View) -> Judgement:
    # Elsewhere, as in a cold store, cold is nobody's concern.
    holds = (view.values <= view.parameter("limit")) & (view.parameter("enabled") > 0)
    return Judgement(holds, view.values >= view.parameter("clears_from"), view.values)


def _calm(value: Lookup) -> tuple[Floats, Floats]:
    return np.where(value("enabled") > 0, value("limit"), -np.inf), np.array(np.inf)


WATER_FREEZING = ReadingRule(
    id="water_freezing",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="消防管道有冻结危险",
    title_en="Fire-fighting water may freeze",
    advice_zh="关窗、供暖或保温；检查泵房和水箱间的管道与阀门。",
    advice_en="Close windows, heat or insulate; look at pipes and valves of pump room and tank room.",
    source_zh="设计值 5 °C，用于泵房和屋顶",
    source_en="design value 5 °C, in pump rooms and on roofs",
    parameters=(
        Parameter("enabled", 0.0, "", 0.0, 1.0),
        Parameter("limit", 5.0, "°C", -10.0, 15.0),
        Parameter("clears_from", 7.0, "°C", -5.0, 20.0),
        Parameter("on_seconds", 600.0, "s", 10.0, 86_400.0),
        Parameter("off_seconds", 600.0, "s", 10.0, 86_400.0),
    ),
    quantity=Quantity.TEMPERATURE,
    unit="°C",
    levels=(Level(Severity.YELLOW, _judge, "limit"),),
    calm=_calm,
)
