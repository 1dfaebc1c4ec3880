"""What people and things do, how often, and what of it reaches a detector. Every number with its source.

"design basis" is this project's table of background and noise; "design value" is a guess of ours that no source fixes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from schemas.domain import ZoneUse
from simulators.optics import Floats
from simulators.places import CARE, CLUB, DORM, HOME, HOTEL, MALL, OFFICE, WARD, Plan

Hours = tuple[tuple[float, float], ...]
Span = tuple[float, float]

DAY_SECONDS = 86_400.0
MINUTE, HOUR = 60.0, 3600.0


class Nuisance(StrEnum):
    """What may look like a fire and is none."""

    COOKING = "cooking"
    STEAM = "steam"
    SMOKING = "smoking"
    DUST_WORKS = "dust_works"
    TOAST = "toast"
    SPIKE = "spike"
    INSECT = "insect"
    OVEN = "oven"
    AIR_CONDITIONING = "air_conditioning"
    HEATING = "heating"
    SUN = "sun"
    TRAFFIC = "traffic"


NUISANCES: tuple[Nuisance, ...] = tuple(Nuisance)


@dataclass(frozen=True)
class Level:
    """How high a burst is: uniform between `low` and `high`, or log-normal about a median, cut at ten times it."""

    low: float = 0.0
    high: float = 0.0
    median: float | None = None
    spread: float = 0.0

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        if self.median is None:
            return rng.uniform(self.low, self.high, count)
        heights = self.median * np.exp(self.spread * rng.standard_normal(count))
        return np.minimum(heights, 10.0 * self.median)


NOTHING = Level()


@dataclass(frozen=True)
class Habit:
    """One nuisance in zones of one use.

    Attributes
    ----------
    plans
        Types of building; all of them if empty.
    per_day
        Mean number a day in each zone, Poisson; each of them comes `repeats` times within its hours.
    hours
        Local hours in which it begins.
    seconds, rise_share, fall_share
        How long it lasts, and what part of that it needs to come up and to go; it stays for the rest.
    own_share, next_share, corridor_share
        What of the smoke is felt in the zone itself, the room beside it and the corridor outside; heat and CO are those
        of the zone itself, and go with the smoke.
    top_floor
        Only on the highest storey.
    most_a_day
        No more than so many: there is one sun.
    """

    nuisance: Nuisance
    uses: tuple[ZoneUse, ...]
    per_day: float
    hours: Hours
    seconds: Span
    source: str
    plans: tuple[Plan, ...] = ()
    smoke: Level = NOTHING
    heat: Level = NOTHING
    co: Level = NOTHING
    rise_share: Span = (0.2, 0.5)
    fall_share: Span = (0.3, 0.5)
    repeats: int = 1
    own_share: float = 1.0
    next_share: Span = (0.0, 0.0)
    corridor_share: Span = (0.0, 0.0)
    top_floor: bool = False
    most_a_day: int | None = None


COOKING_SMOKE = Level(median=0.08, spread=0.8035)
"""At the zone next to the kitchen: log-normal, median 0.08 dB/m, 95 % below 0.3 dB/m (ln(0.3 / 0.08) / 1.645)."""

_MEALS: Hours = ((6.5, 8.0), (11.0, 13.0), (17.5, 19.5))
_WASHING: Hours = ((6.5, 8.5), (19.0, 23.0))
_WORKING: Hours = ((8.0, 12.0), (14.0, 18.0))
_ANY: Hours = ((0.0, 24.0),)
_ROOMS = (ZoneUse.ROOM, ZoneUse.OFFICE, ZoneUse.SHOP)


def _cooking(plans: tuple[Plan, ...], per_day: float, hours: Hours) -> Habit:
    return Habit(
        Nuisance.COOKING,
        (ZoneUse.KITCHEN,),
        per_day,
        hours,
        (2 * MINUTE, 15 * MINUTE),
        "law of smoke, length and heat as agreed for this project; CO of a gas hob, rates and shares: design values",
        plans=plans,
        smoke=COOKING_SMOKE,
        heat=Level(1.0, 8.0),
        co=Level(0.0, 8.0),
        own_share=1.5,
        next_share=(1.0, 1.0),
        corridor_share=(0.2, 0.5),
    )


def _shower(plans: tuple[Plan, ...], per_day: float) -> Habit:
    return Habit(
        Nuisance.STEAM,
        (ZoneUse.ROOM,),
        per_day,
        _WASHING,
        (30.0, 300.0),
        "0.3 to 1 dB/m for 30 to 300 s without heat: design basis; rates and the corridor's share: design values",
        plans=plans,
        smoke=Level(0.3, 1.0),
        corridor_share=(0.05, 0.2),
    )


def _smoking(plans: tuple[Plan, ...], use: ZoneUse, per_day: float, hours: Hours) -> Habit:
    return Habit(
        Nuisance.SMOKING,
        (use,),
        per_day,
        hours,
        (3 * MINUTE, 8 * MINUTE),
        "0.05 to 0.25 dB/m as agreed for this project; length and rates: design values",
        plans=plans,
        smoke=Level(0.05, 0.25),
        corridor_share=(0.0, 0.15),
    )


HABITS: tuple[Habit, ...] = (
    _cooking((HOME, CARE), 2.5, _MEALS),
    _cooking((MALL, CLUB), 6.0, ((10.5, 13.5), (17.0, 21.5))),
    _cooking((OFFICE,), 1.0, ((11.5, 13.0),)),
    _shower((HOME,), 3.0),
    _shower((HOTEL,), 2.0),
    _shower((DORM,), 4.0),
    _shower((WARD, CARE), 2.0),
    _smoking((CLUB,), ZoneUse.ROOM, 5.0, ((18.0, 26.0),)),
    _smoking((HOTEL,), ZoneUse.ROOM, 0.5, ((20.0, 24.0),)),
    _smoking((HOME, DORM), ZoneUse.ROOM, 0.7, ((7.0, 24.0),)),
    _smoking((), ZoneUse.STAIR, 0.5, ((8.0, 23.0),)),
    _smoking((), ZoneUse.GARAGE, 0.3, ((7.0, 22.0),)),
    Habit(
        Nuisance.DUST_WORKS,
        (*_ROOMS, ZoneUse.KITCHEN, ZoneUse.CORRIDOR),
        0.01,
        _WORKING,
        (5 * MINUTE, 40 * MINUTE),
        "design value: one day of works in a hundred in each zone, six spells of sanding or drilling",
        smoke=Level(median=0.10, spread=0.6),
        repeats=6,
        next_share=(0.0, 0.3),
        corridor_share=(0.1, 0.4),
    ),
    Habit(
        Nuisance.DUST_WORKS,
        (ZoneUse.PLANT,),
        3.0,
        _WORKING,
        (5 * MINUTE, 20 * MINUTE),
        "design value: dust and exhaust of machines and fork-lifts",
        smoke=Level(median=0.06, spread=0.6),
        heat=Level(0.0, 2.0),
        co=Level(0.0, 5.0),
    ),
    Habit(
        Nuisance.TOAST,
        (ZoneUse.KITCHEN,),
        1.0 / 30.0,
        _MEALS,
        (2 * MINUTE, 5 * MINUTE),
        "design value: food burns once a month, denser and shorter than cooking",
        smoke=Level(0.2, 0.8),
        heat=Level(1.0, 3.0),
        next_share=(0.2, 0.6),
        corridor_share=(0.1, 0.3),
    ),
    Habit(
        Nuisance.SPIKE,
        tuple(ZoneUse),
        1.0 / 30.0,
        _ANY,
        (0.0, 0.0),
        "single rows spike in the NIST smoke-alarm tests; once a month in each zone: design value",
        smoke=Level(0.2, 1.5),
    ),
    Habit(
        Nuisance.INSECT,
        tuple(ZoneUse),
        1.0 / 1000.0,
        _ANY,
        (6 * HOUR, 72 * HOUR),
        "design value: an insect or a web in the chamber, slowly denser over hours to days, until somebody cleans it",
        smoke=Level(0.1, 0.6),
        rise_share=(0.9, 1.0),
        fall_share=(0.0, 0.0),
    ),
    Habit(
        Nuisance.OVEN,
        (ZoneUse.KITCHEN,),
        1.0,
        _MEALS,
        (10 * MINUTE, 40 * MINUTE),
        "kitchen bursts of 5 to 10 K in 5 min: design basis; once a day: design value",
        heat=Level(5.0, 10.0),
        rise_share=(0.25, 0.5),
        next_share=(0.0, 0.2),
    ),
    Habit(
        Nuisance.AIR_CONDITIONING,
        _ROOMS,
        0.8,
        ((8.0, 10.0), (13.0, 21.0)),
        (2 * HOUR, 9 * HOUR),
        "steps of 1 to 3 K within some 5 min: design basis; rate: design value",
        heat=Level(-3.0, -1.0),
        rise_share=(0.01, 0.04),
        fall_share=(0.02, 0.1),
    ),
    Habit(
        Nuisance.HEATING,
        _ROOMS,
        0.7,
        ((5.5, 8.0), (16.5, 19.0)),
        (2 * HOUR, 6 * HOUR),
        "design value: radiators warm a room by 2 to 6 K, with a little dust that burns off",
        smoke=Level(0.0, 0.03),
        heat=Level(2.0, 6.0),
        rise_share=(0.2, 0.4),
    ),
    Habit(
        Nuisance.SUN,
        (ZoneUse.STAIR, ZoneUse.PLANT, ZoneUse.ROOF),
        0.6,
        ((9.5, 11.0),),
        (6 * HOUR, 8 * HOUR),
        "sun on a roof void up to 55 °C: design basis; six days of ten have sun: design value",
        heat=Level(10.0, 24.0),
        rise_share=(0.45, 0.55),
        fall_share=(0.4, 0.45),
        top_floor=True,
        most_a_day=1,
    ),
    Habit(
        Nuisance.TRAFFIC,
        (ZoneUse.GARAGE,),
        3.0,
        ((7.0, 9.0), (17.0, 19.5)),
        (20 * MINUTE, 60 * MINUTE),
        "10 to 30 ppm of CO: design basis; two or three rushes a day: design value",
        smoke=Level(0.0, 0.03),
        co=Level(10.0, 30.0),
        next_share=(0.1, 0.4),
    ),
)
"""Heating is left out before its season, see `simulators.life.living`."""
