"""Somebody pressed a call point."""

from __future__ import annotations

from rules.rule import Rule
from schemas.domain import Severity, SignalClass

MANUAL_CALL_POINT = Rule(
    id="manual_call_point",
    signal_class=SignalClass.FIRE,
    severity=Severity.RED,
    latching=True,
    title_zh="手动火灾报警",
    title_en="Manual call point pressed",
    advice_zh="有人按下报警按钮：按火警处置，立即派人。",
    advice_en="Somebody pressed the call point: treat as a fire and send at once.",
    source_zh="GB/T 26875.3-2011 部件类型 23、24",
    source_en="GB/T 26875.3-2011, component types 23 and 24",
)
