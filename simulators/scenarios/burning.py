"""Fires and the small smokes of ordinary life in the zones of a scenario's building."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from schemas.domain import ZONE_USES, Quantity, ZoneUse
from schemas.roster import UNKNOWN
from schemas.zone_links import ABOVE, ADJOINING, STAIR
from simulators.life.bursts import render
from simulators.life.grounds import Grounds
from simulators.life.habits import DAY_SECONDS, HABITS, Nuisance
from simulators.life.nuisances import make_day
from simulators.life.sensing import Air
from simulators.optics import Floats
from simulators.outbreaks.burning import Blaze
from simulators.outbreaks.outbreak import COURSES, OUTBREAK, PLACES, Course, Place
from simulators.outbreaks.spread import DOOR, ORIGIN, REACH, SHAFT, STAIRWELL, WALL, Passage
from simulators.places import HOME
from simulators.scenarios.incidents import Incident, Patterns, Seconds
from simulators.scenarios.stage import Stage

_DIES_SECONDS = 20.0
_CITY_SECONDS = 8 * 3600.0
_CHANNELS = (Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.CO)
Metres = Annotated[float, Field(gt=0.0, le=30.0)]


class Fire(Incident):
    """A fire in a zone, by the formulas of plume and ceiling jet; after `lasts` it is put out.

    It reaches the corridor and the rooms beside it later and weaker, by the links of the building's zones.
    """

    kind: Literal["fire"]
    zone: str
    course: Course
    ceiling_m: Metres = 3.0
    distance_m: Metres = 3.0
    peak_kw: Annotated[float, Field(gt=0.0)] = 1000.0
    smoulders: Seconds = 1200.0

    def happen(self, stage: Stage) -> None:
        (zone,) = stage.site.find_zones([self.zone])
        fire = np.zeros(1, OUTBREAK)
        fire["zone"], fire["ignites"] = zone, self.at
        fire["course"], fire["place"] = COURSES.index(self.course), PLACES.index(Place.ROOM)
        fire["ceiling_m"], fire["distance_m"], fire["peak_kw"] = (
            self.ceiling_m,
            self.distance_m,
            self.peak_kw,
        )
        # Medians of what the trials draw: wood that burns, a cushion that smoulders.
        fire["density_per_kelvin"], fire["co_yield"], fire["heat_kj_per_g"] = 0.009, 0.0045, 12.5
        fire["smoulders_seconds"], fire["smoulder_kelvin"], fire["smoulder_ppm"] = self.smoulders, 1.0, 100.0
        detectors = _Detectors(stage)
        reached = _reach(fire, stage, detectors, self.distance_m)
        air = detectors.still_air(len(stage.seconds))
        Blaze(fire, reached, stage.step_seconds, len(stage.seconds)).add(0, air)
        if self.lasts is not None:
            out = np.exp(-np.maximum(stage.seconds - self.at - self.lasts, 0.0) / _DIES_SECONDS)
            air = Air(*(column * out[:, None] for column in (air.smoke, air.heat, air.co)))
        detectors.fill(stage, air)


class Life(Incident):
    """People cook, wash and smoke as they do at this time of the day; `nuisances` says what, `times` how often."""

    kind: Literal["life"]
    nuisances: tuple[Nuisance, ...] = tuple(Nuisance)
    times: Annotated[int, Field(ge=1, le=100)] = 1
    zones: Patterns = ("*",)

    def happen(self, stage: Stage) -> None:
        detectors = _Detectors(stage)
        habits = [habit for habit in HABITS if habit.nuisance in self.nuisances]
        grounds = _survey(stage, detectors)
        of_day = (stage.begins_us / 1e6 + _CITY_SECONDS) % DAY_SECONDS
        parts = [
            make_day(habits, grounds, day, stage.step_seconds, stage.rng)
            for day in range(-(-round(of_day + stage.seconds[-1]) // round(DAY_SECONDS)))
            for _ in range(self.times)
        ]
        bursts = np.concatenate(parts)
        bursts["begins"] -= of_day
        zones = stage.site.find_zones(self.zones)
        within = (bursts["begins"] >= self.at) & np.isin(detectors.zone[bursts["detector"]], zones)
        if self.lasts is not None:
            within &= bursts["begins"] < self.at + self.lasts
        felt = render(bursts[within], 0, len(stage.seconds), stage.step_seconds, len(detectors.zone))
        detectors.fill(stage, Air(**felt))


class _Detectors:
    """The devices of a building that feel smoke, heat or CO, as columns."""

    def __init__(self, stage: Stage) -> None:
        sensors, devices = stage.site.roster.sensors, stage.site.roster.devices
        feels = np.isin(sensors["quantity"], [quantity.code for quantity in _CHANNELS])
        placed = devices["zone_slot"][sensors["device_slot"]] != UNKNOWN
        self.devices = np.unique(sensors["device_slot"][feels & placed])
        self.zone: NDArray[np.intp] = devices["zone_slot"][self.devices].astype(np.intp)
        self._slots = [self._find(sensors, quantity) for quantity in _CHANNELS]

    def still_air(self, n_steps: int) -> Air:
        return Air(*(np.zeros((n_steps, len(self.devices))) for _ in _CHANNELS))

    def fill(self, stage: Stage, air: Air) -> None:
        """Add what is in the air to what the sensors show."""
        for slots, column in zip(self._slots, (air.smoke, air.heat, air.co), strict=True):
            has = slots != UNKNOWN
            stage.values[:, slots[has]] += column[:, has]

    def _find(self, sensors: NDArray[np.void], quantity: Quantity) -> NDArray[np.intp]:
        mine = np.flatnonzero(sensors["quantity"] == quantity.code)
        by_device = dict(zip(sensors["device_slot"][mine].tolist(), mine.tolist(), strict=True))
        return np.array([by_device.get(device, UNKNOWN) for device in self.devices.tolist()], np.intp)


def _reach(
    fire: NDArray[np.void], stage: Stage, detectors: _Detectors, distance_m: float
) -> NDArray[np.void]:
    origin = int(fire["zone"][0])
    passages = _find_passages(stage, origin)
    rows = []
    for detector, zone in enumerate(detectors.zone.tolist()):
        if zone in passages:
            passage = passages[zone]
            delay, smoke = float(np.mean(passage.delay_seconds)), float(np.mean(passage.smoke_share))
            metres = distance_m if passage is ORIGIN else 5.0
            rows.append((0, detector, zone, delay, smoke, smoke * passage.heat_to_smoke, metres))
    return np.array(rows, REACH)


def _find_passages(stage: Stage, origin: int) -> dict[int, Passage]:
    roster = stage.site.roster
    corridor = ZONE_USES.index(ZoneUse.CORRIDOR)
    uses = roster.zones["use"]
    passages = {origin: ORIGIN}
    for zone, neighbour, kind in roster.links.tolist():
        if neighbour != origin:
            continue
        if kind == ADJOINING:
            passages[zone] = DOOR if corridor in (int(uses[zone]), int(uses[origin])) else WALL
        elif kind == ABOVE:
            passages[zone] = SHAFT
        elif kind == STAIR:
            passages[zone] = STAIRWELL
    return passages


def _survey(stage: Stage, detectors: _Detectors) -> Grounds:
    """The building as those who live in it see it; who lives beside whom is not told."""
    roster = stage.site.roster
    n_zones = len(roster.zones)
    counts = np.bincount(detectors.zone, minlength=n_zones)
    nowhere = np.full(n_zones, UNKNOWN, np.intp)
    heights: Floats = np.full(len(detectors.zone), 3.0)
    return Grounds(
        plans=[HOME] * n_zones,
        uses=roster.zones["use"].copy(),
        beside=nowhere,
        corridor=nowhere,
        on_top=np.zeros(n_zones, np.bool_),
        detectors=np.argsort(detectors.zone, kind="stable"),
        first_detector=np.concatenate([[0], np.cumsum(counts)]).astype(np.intp),
        ceiling_m=heights,
    )
