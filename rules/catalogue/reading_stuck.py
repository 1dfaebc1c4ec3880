"""A sensor that says the same for a day, where noise is normal."""

from __future__ import annotations

from rules.rule import Judgement, Parameter
from rules.upkeep import UpkeepRule, UpkeepView
from schemas.domain import Quantity, Severity, SignalClass

_MOVES = 1e-6


def _judge(view: UpkeepView) -> Judgement:
    """At rest at nought is the end of the scale, as of smoke in clean air, and not stuck.

    Only a value that has moved ends it: after a restart nobody knows for how long it has been the same.
    """
    hours = view.hours_unchanged()
    lasts = hours >= view.parameter("hours")
    holds = lasts & (view.samples >= view.parameter("samples")) & (view.value != 0.0)
    return Judgement(holds, ~lasts & (view.spread > _MOVES), hours)


READING_STUCK = UpkeepRule(
    id="reading_stuck",
    signal_class=SignalClass.FAULT,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="读数长时间不变",
    title_en="Reading is stuck",
    advice_zh="该测点可能已失效。现场检查传感器，必要时更换。",
    advice_en="This sensor may be dead. Have it looked at, and changed if need be.",
    source_zh="设计值：本应有波动的读数 24 h 内 20 次完全相同",
    source_en="design value: identical for 24 h over 20 readings, where noise is normal",
    parameters=(
        Parameter("hours", 24.0, "h", 1.0, 720.0),
        Parameter("samples", 20.0, "", 2.0, 1000.0),
        Parameter("on_seconds", 0.0, "s", 0.0, 86_400.0),
    ),
    quantities=(Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.PRESSURE),
    judge=_judge,
    unit="h",
)
