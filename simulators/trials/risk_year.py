"""A year of a city: defects that come, are seen or not, and are mended; fires that some of them cause.

Nothing here knows how risk is scored. What drives fires is partly hidden: how a building is run (`care`) is seen by
nobody, and what is wrong with it is seen late or never. All rates are assumptions, chosen so that about a third of
the fires come from wiring, as China's fire statistics have told for years, and that one building in twenty has the
brigade in a year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.risk.facts import COLOUR_WEIGHTS, Facts
from schemas.domain import BUILDING_CLASSES, BUILDING_USES, BuildingClass, BuildingUse, Severity

Floats = NDArray[np.float64]
Counts = NDArray[np.int32]

YEAR_DAYS, WEEK_DAYS, BEFORE_DAYS = 364, 7, 120
HISTORY_DAYS = 90
JUDGED_AT_HOUR = 9
"""Of a Monday: nothing is known of the time of day at which a fire will break out in the week."""
DEVICES = 25


@dataclass(frozen=True)
class Ailment:
    """One kind of defect.

    Attributes
    ----------
    a_year
        How many come to an ordinary building in a year, more where care is wanting.
    days
        How long it stays on average.
    seen, after_days
        How many are seen at all, and how much later on average.
    mend_days
        How long there is to mend it once it is in the ledger.
    fires_a_year
        How many fires one causes, if it stays for a year.
    """

    a_year: float
    days: float
    seen: float
    after_days: float
    mend_days: float
    fires_a_year: float


WIRING = Ailment(a_year=0.25, days=30.0, seen=0.8, after_days=7.0, mend_days=7.0, fires_a_year=0.7)
WATER = Ailment(a_year=0.4, days=12.0, seen=0.9, after_days=1.0, mend_days=3.0, fires_a_year=0.0)
DETECTORS = Ailment(a_year=2.0, days=15.0, seen=0.95, after_days=1.0, mend_days=3.0, fires_a_year=0.0)
STORAGE = Ailment(a_year=0.4, days=40.0, seen=0.5, after_days=20.0, mend_days=3.0, fires_a_year=0.3)
FIRES_A_YEAR = 0.022
"""Of an ordinary building in which nothing is wrong: cooking, smoking, play."""
# A fire that nobody is told of, or that nobody has water for, becomes one for the brigade more often.
TO_BRIGADE, TO_BRIGADE_UNWELL = 0.7, 1.0
SPREAD_OF_CARE = 0.8
"""Standard deviation of the logarithm of how much care is wanting."""
WARNINGS_A_YEAR, NUISANCES_A_YEAR, UNRULED = 1.5, 2.0, 0.3
_USE_FACTOR = {BuildingUse.RESIDENTIAL: 1.0, BuildingUse.PUBLIC: 1.3, BuildingUse.INDUSTRIAL: 1.6}


@dataclass(frozen=True)
class Cases:
    """Defects of one kind (n,): where, and the days on which they come, are seen (never: infinity) and are mended."""

    building: NDArray[np.intp]
    begin: Floats
    seen: Floats
    end: Floats
    severity: NDArray[np.int8]

    def count(self, since: Floats, n_buildings: int, weights: Floats | None = None) -> Floats:
        """How many there are, or what they weigh, from `since` until they are mended: (n_buildings, n_days)."""
        n_days = BEFORE_DAYS + YEAR_DAYS + WEEK_DAYS
        steps = np.zeros((n_buildings, n_days + 1))
        real = since < self.end
        weight = np.ones(len(since)) if weights is None else weights
        for days, sign in ((since, 1.0), (self.end, -1.0)):
            places = np.clip(np.where(np.isfinite(days), np.ceil(days), n_days), 0, n_days).astype(np.intp)
            np.add.at(steps, (self.building[real], places[real]), sign * weight[real])
        return np.cumsum(steps, axis=1)[:, :-1]


@dataclass(frozen=True)
class Year:
    """What was known of every building each Monday, and which fires came in the week after it.

    Attributes
    ----------
    mondays
        Facts of all buildings, of each of 52 weeks.
    fires
        That the brigade came to in the week, (n_weeks, n_buildings).
    rates
        How many were to be expected, had everything been known, (n_weeks, n_buildings).
    """

    mondays: list[Facts]
    fires: Counts
    rates: Floats


def live_year(n_buildings: int, seed: int) -> Year:
    """Let a city live for a year, after some months whose past is known."""
    rng = np.random.default_rng(seed)
    care = rng.lognormal(-(SPREAD_OF_CARE**2) / 2, SPREAD_OF_CARE, n_buildings)
    kinds, uses, heights = _build(rng, n_buildings)
    cases = {name: _fall_ill(rng, ailment, care) for name, ailment in _AILMENTS.items()}
    present = {name: one.count(one.begin, n_buildings) for name, one in cases.items()}
    factor = np.array([_USE_FACTOR[use] for use in BUILDING_USES])[uses] * (1.0 + heights / 200.0)
    rate = (FIRES_A_YEAR * care * factor)[:, None] + sum(
        ailment.fires_a_year * present[name] for name, ailment in _AILMENTS.items()
    )
    unwell = (present["water"] + present["detectors"]) > 0
    rate = rate * np.where(unwell, TO_BRIGADE_UNWELL, TO_BRIGADE) / 365.0
    fires = rng.poisson(rate)
    warnings = rng.poisson(WARNINGS_A_YEAR / 365.0 * care[:, None] * np.ones_like(rate))
    warnings = warnings + rng.poisson(NUISANCES_A_YEAR * UNRULED / 365.0, rate.shape)
    standing = kinds, uses, heights
    days = range(BEFORE_DAYS, BEFORE_DAYS + YEAR_DAYS, WEEK_DAYS)
    known = _Known(cases, n_buildings)
    return Year(
        [_know(standing, known, fires, warnings, day) for day in days],
        np.array([fires[:, day : day + WEEK_DAYS].sum(axis=1) for day in days], np.int32),
        np.array([rate[:, day : day + WEEK_DAYS].sum(axis=1) for day in days]),
    )


_AILMENTS = {"wiring": WIRING, "water": WATER, "detectors": DETECTORS, "storage": STORAGE}


def _build(rng: np.random.Generator, n: int) -> tuple[NDArray[np.int8], NDArray[np.int8], Floats]:
    """Class, use and height of buildings (n,)."""
    kinds = rng.choice(
        [BUILDING_CLASSES.index(kind) for kind in BuildingClass], n, p=(0.25, 0.35, 0.3, 0.1)
    ).astype(np.int8)
    industrial = kinds == BUILDING_CLASSES.index(BuildingClass.INDUSTRIAL)
    public = rng.random(n) < 0.3
    uses = np.where(
        industrial,
        BUILDING_USES.index(BuildingUse.INDUSTRIAL),
        np.where(
            public, BUILDING_USES.index(BuildingUse.PUBLIC), BUILDING_USES.index(BuildingUse.RESIDENTIAL)
        ),
    ).astype(np.int8)
    high = kinds == BUILDING_CLASSES.index(BuildingClass.HIGH_RISE_1)
    heights = np.where(high, rng.uniform(54, 150, n), rng.uniform(10, 54, n))
    return kinds, uses, heights


def _fall_ill(rng: np.random.Generator, ailment: Ailment, care: Floats) -> Cases:
    """Defects of one kind over all days; where care is wanting more come, and they stay for longer."""
    n_days = BEFORE_DAYS + YEAR_DAYS + WEEK_DAYS
    counts = rng.poisson(ailment.a_year * care * n_days / 365.0)
    building = np.repeat(np.arange(len(care)), counts)
    begin = rng.uniform(0, n_days, len(building))
    end = begin + rng.exponential(ailment.days, len(building)) * np.sqrt(care[building])
    late = rng.exponential(ailment.after_days, len(building))
    seen = np.where(rng.random(len(building)) < ailment.seen, begin + late, np.inf)
    severity = rng.choice([Severity.ORANGE, Severity.YELLOW], len(building), p=(0.4, 0.6)).astype(np.int8)
    return Cases(building, begin, seen, end, severity)


class _Known:
    """What the service sees of the cases: (n_buildings, n_days) of each."""

    def __init__(self, cases: dict[str, Cases], n_buildings: int) -> None:
        weights = np.array([0.0, *COLOUR_WEIGHTS])
        wiring, water, detectors = cases["wiring"], cases["water"], cases["detectors"]
        self.warnings = wiring.count(wiring.seen, n_buildings, weights[wiring.severity])
        self.water = water.count(water.seen, n_buildings, weights[water.severity])
        self.unheard = detectors.count(detectors.seen, n_buildings)
        self.hazards = sum(one.count(one.seen + 1.0, n_buildings) for one in cases.values())
        self.overdue = sum(
            one.count(one.seen + 1.0 + ailment.mend_days, n_buildings)
            for one, ailment in zip(cases.values(), _AILMENTS.values(), strict=True)
        )


def _know(
    standing: tuple[NDArray[np.int8], NDArray[np.int8], Floats],
    known: _Known,
    fires: NDArray[np.int64],
    warnings: NDArray[np.int64],
    day: int,
) -> Facts:
    """The facts of all buildings on the morning of a day."""
    kinds, uses, heights = standing
    past = slice(day - HISTORY_DAYS, day)
    nought = np.zeros(len(kinds))
    return Facts(
        kinds,
        uses,
        heights,
        np.zeros(len(kinds), np.bool_),
        fires=nought,
        warnings=known.warnings[:, day],
        water=known.water[:, day],
        devices=nought + DEVICES,
        silent=known.unheard[:, day],
        faults=nought,
        disabled=nought,
        hazards=np.asarray(known.hazards)[:, day],
        overdue=np.asarray(known.overdue)[:, day],
        past_fires=fires[:, past].sum(axis=1).astype(np.float64),
        past_warnings=warnings[:, past].sum(axis=1).astype(np.float64),
        hour=JUDGED_AT_HOUR,
    )
