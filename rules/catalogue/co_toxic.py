"""CO that harms people, by the earliest times at which a household alarm may sound."""

from __future__ import annotations

from rules.judges import at_least
from rules.rule import Level, Parameter, ReadingRule, Standard, calm_below
from schemas.domain import Quantity, Severity, SignalClass

_EN_50291 = Standard("EN 50291-1", "", "2018", "2018-01-01")


def _level(severity: Severity, name: str) -> Level:
    return Level(severity, at_least(name), name, f"{name}_seconds")


CO_TOXIC = ReadingRule(
    id="co_toxic",
    signal_class=SignalClass.WARNING,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="一氧化碳中毒危险",
    title_en="CO that harms people",
    advice_zh="立即通知人员撤离并通风，联系燃气公司和急救。",
    advice_en="Have people leave and the place aired at once; call the gas company and an ambulance.",
    source_zh="EN 50291-1：50 ppm 满 60 min，100 ppm 满 10 min，300 ppm 在 3 min 内",
    source_en="EN 50291-1: 50 ppm from 60 min, 100 ppm from 10 min, 300 ppm within 3 min",
    parameters=(
        Parameter("low", 50.0, "ppm", 30.0, 100.0, _EN_50291),
        Parameter("low_seconds", 3600.0, "s", 600.0, 5400.0, _EN_50291),
        Parameter("high", 100.0, "ppm", 50.0, 300.0, _EN_50291),
        Parameter("high_seconds", 600.0, "s", 60.0, 2400.0, _EN_50291),
        Parameter("deadly", 300.0, "ppm", 100.0, 1000.0, _EN_50291),
        Parameter("deadly_seconds", 60.0, "s", 0.0, 180.0),
        Parameter("clears_below", 30.0, "ppm", 5.0, 50.0),
        Parameter("off_seconds", 600.0, "s", 60.0, 3600.0),
    ),
    quantity=Quantity.CO,
    unit="ppm",
    levels=(
        _level(Severity.ORANGE, "low"),
        _level(Severity.ORANGE, "high"),
        _level(Severity.RED, "deadly"),
    ),
    calm=calm_below("low"),
)
