"""Smoke, and water flows."""

from __future__ import annotations

from rules.confirmation import GroupRule
from rules.rule import Parameter
from schemas.domain import Severity, SignalClass

FIRE_CONFIRMED_SMOKE_FLOW = GroupRule(
    id="fire_confirmed_smoke_flow",
    signal_class=SignalClass.FIRE,
    severity=Severity.RED,
    latching=True,
    title_zh="烟雾与水流确认火警",
    title_en="Fire confirmed by smoke and water flow",
    advice_zh="按真实火警处置：立即出动，通知疏散。",
    advice_en="Treat it as a real fire: turn out, have the building evacuated.",
    source_zh="设计值 600 s",
    source_en="design value 600 s",
    parameters=(Parameter("window_seconds", 600.0, "s", 10.0, 3600.0),),
    of_building=False,
)
