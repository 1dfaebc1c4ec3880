"""Fires laid in a city over ordinary life: who was warned of them, and when, by the rules and by fixed limits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.columns import MICROSECONDS
from simulators.buildings import build_city
from simulators.life.living import BEGINS_US, OrdinaryLife
from simulators.outbreaks.burning import Blaze
from simulators.outbreaks.outbreak import COURSES, PLACES, Course, Place, Window, lay_fires
from simulators.outbreaks.spread import spread
from simulators.premises import place_of_building, place_of_zone
from simulators.trials.alerts import Alert, RuleEngine
from simulators.trials.watching import Watchers

SENSORS_PER_BUILDING = 80
STEP_SECONDS = 10.0
# A weekday's early afternoon: something goes on, and the windows of the rules have half an hour to fill.
STARTS_SECONDS = 13.0 * 3600.0
WINDOW = Window(STARTS_SECONDS + 2400.0, STARTS_SECONDS + 3000.0)
FLAMING_SECONDS, SMOULDERING_SECONDS = 900.0, 4200.0


@dataclass(frozen=True)
class Notice:
    """Seconds from ignition to the first warning or fire and to the first fire, infinite for never."""

    warned: float
    fire: float


@dataclass(frozen=True)
class LaidFire:
    """One fire and how it was noticed."""

    course: Course
    place: Place
    ceiling_m: float
    distance_m: float
    ours: Notice
    plain: Notice


def score_laid_fires(count: int, make_engine: Callable[[], RuleEngine], seed: int) -> list[LaidFire]:
    """Lay one fire in each of `count` buildings and watch until the last is over."""
    life = OrdinaryLife(build_city(count, count * SENSORS_PER_BUILDING, seed), seed, STEP_SECONDS)
    outbreaks = lay_fires(life.premises, life.grounds, WINDOW, seed)
    reached = spread(outbreaks, life.premises, life.grounds, seed)
    ends = WINDOW.latest + SMOULDERING_SECONDS
    blaze = Blaze(outbreaks, reached, STEP_SECONDS, round(ends / STEP_SECONDS))
    watchers = Watchers(life.premises, make_engine())
    ours: list[Alert] = []
    plain: list[Alert] = []
    for chunk in life.live(ends / 86_400.0, starts=STARTS_SECONDS, blaze=blaze):
        ours += watchers.ask_rules(chunk.samples, steps_per_batch=1)
        plain += watchers.ask_plain(chunk.samples)
    zones = [set(reached["zone"][reached["outbreak"] == fire].tolist()) for fire in range(count)]
    ours_by_building, plain_by_building = _by_building(ours, count), _by_building(plain, count)
    return [
        LaidFire(
            COURSES[outbreak["course"]],
            PLACES[outbreak["place"]],
            float(outbreak["ceiling_m"]),
            float(outbreak["distance_m"]),
            _notice(ours_by_building[fire], outbreak, zones[fire]),
            _notice(plain_by_building[fire], outbreak, zones[fire]),
        )
        for fire, outbreak in enumerate(outbreaks)
    ]


def _by_building(alerts: Iterable[Alert], count: int) -> list[list[Alert]]:
    found: list[list[Alert]] = [[] for _ in range(count)]
    for alert in alerts:
        found[place_of_building(alert.building_id)].append(alert)
    return found


def _notice(alerts: Sequence[Alert], outbreak: NDArray[np.void], zones: set[int]) -> Notice:
    """What came of zones that the fire reached, or of its whole building, while it was watched."""
    smoulders = COURSES[outbreak["course"]] is Course.SMOULDERING
    lasts = SMOULDERING_SECONDS if smoulders else FLAMING_SECONDS
    since = [
        ((alert.at - BEGINS_US) / MICROSECONDS - float(outbreak["ignites"]), alert)
        for alert in alerts
        if alert.zone_id is None or place_of_zone(alert.zone_id) in zones
    ]
    mine = [(delay, alert) for delay, alert in since if 0.0 <= delay <= lasts]
    return Notice(
        min((delay for delay, alert in mine if alert.warns), default=math.inf),
        min((delay for delay, alert in mine if alert.is_fire), default=math.inf),
    )
