"""Water flows to a sprinkler."""

from __future__ import annotations

from rules.judges import at_least
from rules.rule import Level, Parameter, ReadingRule, calm_below
from schemas.domain import Quantity, Severity, SignalClass

SPRINKLER_WATER_FLOW = ReadingRule(
    id="sprinkler_water_flow",
    signal_class=SignalClass.FIRE,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="喷淋水流火警",
    title_en="Sprinkler water is flowing",
    advice_zh="核实是否有喷头动作或末端试水；确认消防泵已启动。",
    advice_en="Find out whether a head has opened or a test is under way; see that the fire pump runs.",
    source_zh="设计值 0.63 L/s（37.5 L/min）",
    source_en="design value 0.63 L/s (37.5 L/min)",
    parameters=(
        Parameter("limit", 0.63, "L/s", 0.1, 10.0),
        Parameter("clears_below", 0.25, "L/s", 0.0, 5.0),
        Parameter("on_seconds", 20.0, "s", 0.0, 600.0),
        Parameter("off_seconds", 120.0, "s", 10.0, 3600.0),
    ),
    quantity=Quantity.FLOW,
    unit="L/s",
    levels=(Level(Severity.ORANGE, at_least(), "limit"),),
    calm=calm_below("limit"),
)
