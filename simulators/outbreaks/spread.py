"""How a fire in one zone is felt at the detectors of others: later, weaker, and more by smoke than by heat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.domain import ZONE_USES, ZoneUse
from schemas.roster import UNKNOWN
from simulators.life.grounds import Grounds
from simulators.premises import Premises

Span = tuple[float, float]


@dataclass(frozen=True)
class Passage:
    """What smoke goes through. Design values about those of `simulators.burning`; doors stand open, ajar or shut."""

    delay_seconds: Span
    smoke_share: Span
    heat_to_smoke: float


ORIGIN = Passage((0.0, 0.0), (1.0, 1.0), 1.0)
DOOR = Passage((15.0, 60.0), (0.08, 0.35), 0.6)
"""Between a corridor and what lies along it."""
WALL = Passage((60.0, 180.0), (0.02, 0.08), 0.3)
"""From a room into the next one, by gaps and over the corridor."""
SHAFT = Passage((60.0, 180.0), (0.03, 0.10), 0.3)
"""Into the zone above, by shafts and façade."""
STAIRWELL = Passage((10.0, 40.0), (0.3, 0.7), 0.7)
"""Up a stair, which draws like a chimney."""

REACH = np.dtype(
    [
        ("outbreak", np.int32),
        ("detector", np.int32),
        ("zone", np.int32),
        ("delay", np.float64),
        ("smoke_share", np.float64),
        ("heat_share", np.float64),
        ("distance_m", np.float64),
    ]
)
_FAR_METRES: Span = (4.0, 6.0)
_CORRIDOR, _STAIR = ZONE_USES.index(ZoneUse.CORRIDOR), ZONE_USES.index(ZoneUse.STAIR)


def spread(outbreaks: NDArray[np.void], premises: Premises, grounds: Grounds, seed: int) -> NDArray[np.void]:
    """Each detector (n,) of `REACH` that each fire reaches."""
    rng = np.random.default_rng([seed, 12])
    rows: list[tuple[int, int, int, float, float, float, float]] = []
    for fire, outbreak in enumerate(outbreaks):
        for zone, passage in find_passages(int(outbreak["zone"]), premises, grounds).items():
            delay, smoke = rng.uniform(*passage.delay_seconds), rng.uniform(*passage.smoke_share)
            for detector in grounds.detectors_in(zone).tolist():
                distance = float(outbreak["distance_m"]) if passage is ORIGIN else rng.uniform(*_FAR_METRES)
                heat = smoke * passage.heat_to_smoke
                rows.append((fire, detector, zone, delay, smoke, heat, distance))
    return np.array(rows, REACH)


def find_passages(origin: int, premises: Premises, grounds: Grounds) -> dict[int, Passage]:
    """Zones that a fire in `origin` reaches, each by its easiest way."""
    zones = premises.zones
    here = zones[origin]
    same_building = zones["building_slot"] == here["building_slot"]
    storey = np.flatnonzero(same_building & (zones["floor"] == here["floor"])).tolist()
    passages: dict[int, Passage] = {}
    for zone in storey:
        if _CORRIDOR in (int(here["use"]), int(zones["use"][zone])):
            passages[zone] = DOOR
        elif grounds.beside[zone] == origin or grounds.beside[origin] == zone:
            passages[zone] = WALL
    for zone in np.flatnonzero(same_building & (zones["floor"] == here["floor"] + 1)).tolist():
        if _is_over(zone, origin, premises):
            stairs = int(here["use"]) == _STAIR and int(zones["use"][zone]) == _STAIR
            passages[zone] = STAIRWELL if stairs else SHAFT
    passages[origin] = ORIGIN
    passages.pop(UNKNOWN, None)
    return passages


def _is_over(zone: int, origin: int, premises: Premises) -> bool:
    """Storeys are divided alike, and codes end with the place on the storey."""
    return premises.zone_codes[zone].rpartition("-")[2] == premises.zone_codes[origin].rpartition("-")[2]
