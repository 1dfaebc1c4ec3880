"""Which zones feel what happens in which others, where nobody has declared it."""

from __future__ import annotations

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
        rows += [(zone, other, _kind(zone, other, stairs, ADJOINING)) for zone in here for other in here if zone != other]
        for step, kind in ((-1, ABOVE), (1, BELOW)):
            there = by_floor.get((building, floor + step), ())
            rows += [(zone, other, _kind(zone, other, stairs, kind)) for zone in here for other in there]
    rows.sort()
    return np.array(rows, LINK) if rows else np.empty(0, LINK)


def _kind(zone: int, neighbour: int, stairs: set[int], otherwise: int) -> int:
    return STAIR if zone in stairs or neighbour in stairs else otherwise
