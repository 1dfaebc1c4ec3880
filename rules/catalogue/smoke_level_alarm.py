"""Smoke at fire level at one detector: at once when it is thick, after a while when nothing else speaks for a fire.

A plain detector raises at 0.30 dB/m after ten seconds. That is every shower. What heat, CO or a
neighbour confirms is raised at once by `zone_fire_likelihood`; what nothing confirms waits here.
"""

from __future__ import annotations

from rules.catalogue.smoke import USUAL_BACKGROUND
from rules.judges import at_least
from rules.rule import Level, Parameter, ReadingRule, calm_below
from schemas.domain import Quantity, Severity, SignalClass


def _level(limit: str, on_seconds: str) -> Level:
    return Level(Severity.ORANGE, at_least(limit), limit, on_seconds, n_true=2, m_samples=3)


SMOKE_LEVEL_ALARM = ReadingRule(
    id="smoke_level_alarm",
    signal_class=SignalClass.FIRE,
    severity=Severity.ORANGE,
    latching=True,
    title_zh="烟雾浓度火警",
    title_en="Smoke at fire level",
    advice_zh="立即派人到场核实；同时联系微型消防站和值班人员。",
    advice_en="Send somebody to look at once; call the building's fire post and its duty staff.",
    source_zh="设计值 0.30 dB/m，在点型探测器标称灵敏度 0.5～4 %/ft 之内",
    source_en="design value 0.30 dB/m, within the 0.5-4 %/ft marked sensitivity of point detectors",
    parameters=(
        Parameter("limit", 0.30, "dB/m", 0.10, 2.0),
        Parameter("alone_seconds", 210.0, "s", 10.0, 900.0),
        Parameter("thick", 1.2, "dB/m", 0.10, 5.0),
        Parameter("thick_seconds", 10.0, "s", 2.0, 300.0),
        Parameter("clears_below", 0.10, "dB/m", 0.02, 1.0),
        Parameter("off_seconds", 300.0, "s", 30.0, 3600.0),
    ),
    quantity=Quantity.SMOKE,
    unit="dB/m",
    levels=(_level("limit", "alone_seconds"), _level("thick", "thick_seconds")),
    background=USUAL_BACKGROUND,
    calm=calm_below("limit"),
)
