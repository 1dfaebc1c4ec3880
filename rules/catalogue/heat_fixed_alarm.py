"""A detector as hot as its class alarms at."""

from __future__ import annotations

from rules.judges import at_least_until_lower
from rules.rule import Level, Parameter, ReadingRule, calm_below
from schemas.domain import Quantity, Severity, SignalClass

HEAT_FIXED_ALARM = ReadingRule(
    id="heat_fixed_alarm",
    signal_class=SignalClass.FIRE,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="定温火警",
    title_en="Heat at fire level",
    advice_zh="立即派人到场核实；通知疏散并联系微型消防站。",
    advice_en="Send somebody to look at once; warn the occupants and call the fire post.",
    source_zh="按探测器类别（GB 4716、EN 54-5）；类别不明时取设计值 57 °C",
    source_en="by class of the detector (GB 4716, EN 54-5); design value 57 °C where the class is not known",
    parameters=(
        Parameter("limit", 57.0, "°C", 40.0, 160.0),
        Parameter("falls_by", 10.0, "K", 2.0, 30.0),
        Parameter("on_seconds", 10.0, "s", 0.0, 300.0),
        Parameter("off_seconds", 300.0, "s", 30.0, 3600.0),
    ),
    shares="heat",
    quantity=Quantity.TEMPERATURE,
    unit="°C",
    levels=(Level(Severity.ORANGE, at_least_until_lower(), "limit"),),
    calm=calm_below("limit"),
)
