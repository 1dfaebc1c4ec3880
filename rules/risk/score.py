"""A score in [0, 100] out of parts that add up to it; each grows with what it is made of, and none beyond its share.

The shares and rates are design values, weighed on simulated years (`fengsui rules trial risk`): what shows that
something is going wrong counts for more than what a building is. They were chosen on other years than are reported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.risk.facts import Facts
from schemas.domain import BUILDING_CLASSES, BUILDING_USES, BuildingClass, BuildingUse, Severity
from schemas.risk import RiskChange, RiskPart

Floats = NDArray[np.float64]

MOST: dict[RiskPart, float] = {
    RiskPart.STANDING: 10.0,
    RiskPart.LIVE: 30.0,
    RiskPart.WATER: 10.0,
    RiskPart.DEVICES: 10.0,
    RiskPart.HAZARDS: 25.0,
    RiskPart.HISTORY: 10.0,
    RiskPart.TIME: 5.0,
}
"""The most points of each part; together a hundred."""
_CLASS_POINTS = {
    BuildingClass.HIGH_RISE_1: 3.0,
    BuildingClass.HIGH_RISE_2: 2.0,
    BuildingClass.MULTI_STOREY: 1.0,
    BuildingClass.INDUSTRIAL: 3.0,
}
_USE_POINTS = {BuildingUse.RESIDENTIAL: 1.0, BuildingUse.PUBLIC: 2.0, BuildingUse.INDUSTRIAL: 1.5}
_BY_CLASS = np.array([_CLASS_POINTS[kind] for kind in BUILDING_CLASSES])
_BY_USE = np.array([_USE_POINTS[use] for use in BUILDING_USES])
_HEIGHT_POINTS, _TALL_M, _HIGH_RISK_POINTS = 2.5, 100.0, 2.5
# People sleep, or are many.
_NIGHT_POINTS = {BuildingUse.RESIDENTIAL: 5.0, BuildingUse.PUBLIC: 2.0, BuildingUse.INDUSTRIAL: 3.0}
_DAY_POINTS = {BuildingUse.RESIDENTIAL: 2.0, BuildingUse.PUBLIC: 4.0, BuildingUse.INDUSTRIAL: 3.0}
NIGHT_BEGINS, NIGHT_ENDS = 22, 6
RED_FROM, ORANGE_FROM, YELLOW_FROM = 50.0, 30.0, 15.0


@dataclass(frozen=True)
class Risk:
    """Of (n,) buildings.

    Attributes
    ----------
    parts
        Points (n, n_parts) in the order of `RiskPart`.
    score
        Their sums, (n,).
    """

    parts: Floats
    score: Floats


def judge_risk(facts: Facts) -> Risk:
    """Count the points of buildings (n,)."""
    parts = np.stack([_COUNT[part](facts) for part in RiskPart], axis=1)
    return Risk(parts, np.minimum(parts.sum(axis=1), 100.0))


def weigh_changes(facts: Facts) -> Floats:
    """By how many points each change would lower the score, (n, n_changes) in the order of `RiskChange`."""
    score = judge_risk(facts).score
    return np.stack([score - judge_risk(facts.after(change)).score for change in RiskChange], axis=1)


def choose_colours(score: Floats) -> NDArray[np.int8]:
    """The colour (n,) of each score, as a `Severity`."""
    bounds = [score >= RED_FROM, score >= ORANGE_FROM, score >= YELLOW_FROM]
    colours = np.select(bounds, [Severity.RED, Severity.ORANGE, Severity.YELLOW], Severity.BLUE)
    return np.asarray(colours, np.int8)


def _saturate(part: RiskPart, amount: Floats) -> Floats:
    """Nearly as much as the amount where it is small, never more than the part's share."""
    share = MOST[part]
    return np.asarray(share * -np.expm1(-amount / share))


def _count_standing(facts: Facts) -> Floats:
    height = _HEIGHT_POINTS * np.clip(facts.height_m / _TALL_M, 0.0, 1.0)
    named = np.where(facts.high_risk, _HIGH_RISK_POINTS, 0.0)
    return np.asarray(_BY_CLASS[facts.building_class] + _BY_USE[facts.use] + height + named)


def _count_live(facts: Facts) -> Floats:
    return _saturate(RiskPart.LIVE, 20.0 * facts.fires + 8.0 * facts.warnings)


def _count_water(facts: Facts) -> Floats:
    return _saturate(RiskPart.WATER, 2.0 * facts.water)


def _count_devices(facts: Facts) -> Floats:
    unwell = facts.silent + facts.faults + facts.disabled
    share = np.where(facts.devices > 0, np.minimum(unwell / np.maximum(facts.devices, 1.0), 1.0), 1.0)
    return np.asarray(MOST[RiskPart.DEVICES] * share)


def _count_hazards(facts: Facts) -> Floats:
    return _saturate(RiskPart.HAZARDS, 10.0 * facts.hazards + 4.0 * facts.overdue)


def _count_history(facts: Facts) -> Floats:
    return _saturate(RiskPart.HISTORY, 4.0 * facts.past_fires + 2.0 * facts.past_warnings)


def _count_time(facts: Facts) -> Floats:
    is_night = facts.hour >= NIGHT_BEGINS or facts.hour < NIGHT_ENDS
    points = _NIGHT_POINTS if is_night else _DAY_POINTS
    return np.array([points[use] for use in BUILDING_USES])[facts.use]


_COUNT = {
    RiskPart.STANDING: _count_standing,
    RiskPart.LIVE: _count_live,
    RiskPart.WATER: _count_water,
    RiskPart.DEVICES: _count_devices,
    RiskPart.HAZARDS: _count_hazards,
    RiskPart.HISTORY: _count_history,
    RiskPart.TIME: _count_time,
}
