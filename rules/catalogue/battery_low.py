"""A battery that runs low, by its own readings or because its device says so."""

from __future__ import annotations

from rules.judges import at_most
from rules.rule import Level, Parameter, ReadingRule, calm_above
from schemas.domain import Quantity, Severity, SignalClass

BATTERY_LOW = ReadingRule(
    id="battery_low",
    signal_class=SignalClass.FAULT,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="电池电量低",
    title_en="Battery is low",
    advice_zh="安排更换电池；电量耗尽后该设备将失联。",
    advice_en="Have the battery changed; once it is empty the device falls silent.",
    source_zh="设计值：两次上报低于 20 %、10 %，或设备自报；达到 30 % 视为换了新电池",
    source_en="design value: 20 % and 10 % in two reports, or what the device says; 30 % is a new battery",
    parameters=(
        Parameter("limit", 20.0, "%", 5.0, 50.0),
        Parameter("empty", 10.0, "%", 1.0, 30.0),
        Parameter("clears_from", 30.0, "%", 10.0, 100.0),
        Parameter("on_seconds", 0.0, "s", 0.0, 86_400.0),
        Parameter("off_seconds", 0.0, "s", 0.0, 86_400.0),
    ),
    quantity=Quantity.BATTERY,
    unit="%",
    # Between the limits and a new battery neither: a cold night lowers what the same battery shows.
    levels=(
        Level(Severity.YELLOW, at_most("limit"), "limit"),
        Level(Severity.ORANGE, at_most("empty"), "empty"),
    ),
    calm=calm_above("limit"),
)
