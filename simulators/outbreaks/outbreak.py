"""One fire a building: what burns, where, how fast, under which ceiling and how far from the detector."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from schemas.domain import ZONE_USES, ZoneUse
from simulators.fires import FOAM, WOOD, Growth
from simulators.life.grounds import Grounds
from simulators.premises import Premises


class Course(StrEnum):
    """How a fire develops: the four growth classes, or smouldering without a flame."""

    SLOW = "slow"
    MEDIUM = "medium"
    FAST = "fast"
    ULTRA_FAST = "ultra_fast"
    SMOULDERING = "smouldering"


class Place(StrEnum):
    """Where a fire is laid: a room of any use, a corridor or a stair."""

    ROOM = "room"
    CORRIDOR = "corridor"
    STAIR = "stair"


COURSES, PLACES = tuple(Course), tuple(Place)
CEILINGS_M = (2.5, 3.0, 4.0, 6.0, 8.0)
GROWTHS = {course: Growth[course.name] for course in COURSES if course is not Course.SMOULDERING}
_PLACE_USES = {
    Place.ROOM: (ZoneUse.ROOM, ZoneUse.OFFICE, ZoneUse.SHOP, ZoneUse.PLANT),
    Place.CORRIDOR: (ZoneUse.CORRIDOR,),
    Place.STAIR: (ZoneUse.STAIR,),
}
# Three in five are in rooms: design value.
_PLACE_TURNS = (Place.ROOM, Place.CORRIDOR, Place.ROOM, Place.STAIR, Place.ROOM)
# Up to the radius that GB 50116 lets one smoke detector protect under high ceilings.
_DISTANCE_M = (1.0, 7.5)
# Chair to sofa, design basis.
_PEAK_KW = (500.0, 2000.0)
# Optical density over temperature rise [1/(m K)]: log-normal over 41 places of the NIST tests, design basis.
_DENSITY_PER_KELVIN, _DENSITY_SPREAD = 0.009, 0.8
_FOAM_SHARE = 0.4
# Smouldering, design basis: 0.2 1/m after 10 to 60 min, 0 to 2 K, 20 to 200 ppm.
_SMOULDERS_SECONDS = (600.0, 3600.0)
_SMOULDER_KELVIN = (0.0, 2.0)
_SMOULDER_PPM = (20.0, 200.0)

OUTBREAK = np.dtype(
    [
        ("zone", np.int32),
        ("course", np.int8),
        ("place", np.int8),
        ("ignites", np.float64),
        ("ceiling_m", np.float64),
        ("distance_m", np.float64),
        ("peak_kw", np.float64),
        ("density_per_kelvin", np.float64),
        ("co_yield", np.float64),
        ("heat_kj_per_g", np.float64),
        ("smoulders_seconds", np.float64),
        ("smoulder_kelvin", np.float64),
        ("smoulder_ppm", np.float64),
    ]
)
"""`ignites` in seconds since the start of the stream; the last three are those of smouldering fires."""


@dataclass(frozen=True)
class Window:
    """When fires may begin [s since the start of the stream]."""

    earliest: float
    latest: float


def lay_fires(premises: Premises, grounds: Grounds, window: Window, seed: int) -> NDArray[np.void]:
    """One fire (n_buildings,) of `OUTBREAK` in each building, courses, places and ceilings in turn.

    Fires are laid above ground only, on a storey that has another above it where there is one.
    """
    rng = np.random.default_rng([seed, 11])
    n = len(premises.sites)
    fires = np.zeros(n, OUTBREAK)
    turns = np.arange(n)
    fires["course"] = turns % len(COURSES)
    places = [_PLACE_TURNS[turn] for turn in turns // len(COURSES) % len(_PLACE_TURNS)]
    fires["place"] = [PLACES.index(place) for place in places]
    fires["ceiling_m"] = rng.choice(CEILINGS_M, n)
    fires["zone"] = [_choose_zone(premises, grounds, turn, place, rng) for turn, place in enumerate(places)]
    fires["ignites"] = rng.uniform(window.earliest, window.latest, n)
    fires["distance_m"] = rng.uniform(*_DISTANCE_M, n)
    fires["peak_kw"] = rng.uniform(*_PEAK_KW, n)
    fires["density_per_kelvin"] = _DENSITY_PER_KELVIN * np.exp(_DENSITY_SPREAD * rng.standard_normal(n))
    foam = rng.random(n) < _FOAM_SHARE
    fires["co_yield"] = np.where(foam, FOAM.co_yield, WOOD.co_yield)
    fires["heat_kj_per_g"] = np.where(foam, FOAM.heat_kj_per_g, WOOD.heat_kj_per_g)
    fires["smoulders_seconds"] = rng.uniform(*_SMOULDERS_SECONDS, n)
    fires["smoulder_kelvin"] = rng.uniform(*_SMOULDER_KELVIN, n)
    fires["smoulder_ppm"] = rng.uniform(*_SMOULDER_PPM, n)
    return fires


def _choose_zone(
    premises: Premises, grounds: Grounds, building: int, place: Place, rng: np.random.Generator
) -> int:
    zones = premises.zones
    uses = [ZONE_USES.index(use) for use in _PLACE_USES[place]]
    possible = (zones["building_slot"] == building) & np.isin(zones["use"], uses) & (zones["floor"] > 0)
    possible &= np.diff(grounds.first_detector) > 0
    below_others = possible & ~grounds.on_top
    return int(rng.choice(np.flatnonzero(below_others if below_others.any() else possible)))
