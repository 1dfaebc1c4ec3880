"""Which zones feel what happens in which others: as declared, or as it follows from the floors."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from schemas.domain import ZONE_LINK_KINDS, ZONE_USES, ZoneLinkKind, ZoneUse
from schemas.roster import LINK

ADJOINING, ABOVE, BELOW, STAIR = (
    ZONE_LINK_KINDS.index(kind)
    for kind in (ZoneLinkKind.ADJOINING, ZoneLinkKind.ABOVE, ZoneLinkKind.BELOW, ZoneLinkKind.STAIR)
)
_STAIR_USE = ZONE_USES.index(ZoneUse.STAIR)


def derive_links(zones: NDArray[np.void]) -> NDArray[np.void]:
    """Links (n_links,) of `LINK` between zones (n_zones,) of `ZONE`, sorted by zone, then by neighbour.

    Zones of one floor adjoin each other; one that lies a floor above another feels what rises, one below what sinks;
    a stair takes part in its own floor and the floors next to it. A registry that knows better declares its links.
    """
    rows: list[tuple[int, int, int]] = []
    by_floor: dict[tuple[int, int], list[int]] = {}
    for slot, (building, floor) in enumerate(
        zip(zones["building_slot"].tolist(), zones["floor"].tolist(), strict=True)
    ):
        by_floor.setdefault((building, floor), []).append(slot)
    stairs = set(np.flatnonzero(zones["use"] == _STAIR_USE).tolist())
    for (building, floor), here in by_floor.items():
        pairs = [(zone, other) for zone in here for other in here if zone != other]
        rows += [(zone, other, _kind(zone, other, stairs, ADJOINING)) for zone, other in pairs]
        for step, kind in ((-1, ABOVE), (1, BELOW)):
            there = by_floor.get((building, floor + step), ())
            rows += [(zone, other, _kind(zone, other, stairs, kind)) for zone in here for other in there]
    rows.sort()
    return np.array(rows, LINK) if rows else np.empty(0, LINK)


def link_declared(zones: NDArray[np.void], pairs: Iterable[tuple[int, int]]) -> NDArray[np.void]:
    """Links (n_links,) of `LINK`, both ways, between pairs of slots of zones that are open to each other."""
    floors = zones["floor"].tolist()
    stairs = set(np.flatnonzero(zones["use"] == _STAIR_USE).tolist())
    rows = [
        (zone, other, _kind(zone, other, stairs, _find_lie(floors[zone], floors[other])))
        for zone, other in sorted({way for a, b in pairs if a != b for way in ((a, b), (b, a))})
    ]
    return np.array(rows, LINK) if rows else np.empty(0, LINK)


def _find_lie(floor: int, neighbours_floor: int) -> int:
    if floor == neighbours_floor:
        return ADJOINING
    return ABOVE if floor > neighbours_floor else BELOW


def _kind(zone: int, neighbour: int, stairs: set[int], otherwise: int) -> int:
    return STAIR if zone in stairs or neighbour in stairs else otherwise
