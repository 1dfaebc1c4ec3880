"""The places of a roster, read as columns: buildings, zones and how they are linked, and declared windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from schemas.domain import (
    BUILDING_CLASSES,
    BUILDING_USES,
    SCOPE_KINDS,
    ZONE_USES,
    BuildingClass,
    BuildingUse,
    ScopeKind,
    ZoneUse,
)
from schemas.roster import BUILDING, SCOPE, UNKNOWN, ZONE, Roster
from schemas.zone_links import derive_links, link_declared

SELECT_SITES = """
SELECT building_id, code, building_class, building_use, height_m, floors FROM buildings ORDER BY building_id"""
SELECT_ZONES = """
SELECT zone_id, building_id, code, floor, zone_use, adjoins FROM zones ORDER BY zone_id"""
# What a late reading says of a moment within a window is judged by it, though it has ended since.
SELECT_SCOPES = """
SELECT scope_id, kind, building_id, zone_id, device_id, (extract(epoch FROM starts_at) * 1e6)::bigint,
       (extract(epoch FROM LEAST(ends_at, ended_at)) * 1e6)::bigint
FROM maintenance_windows
WHERE LEAST(ends_at, ended_at) > GREATEST(starts_at, clock_timestamp() - INTERVAL '1 hour')
ORDER BY scope_id"""


@dataclass(frozen=True)
class PlaceRows:
    """What the tables hold of places, as it was read."""

    sites: list[TupleRow]
    zones: list[TupleRow]
    scopes: list[TupleRow]


@dataclass(frozen=True)
class Places:
    """Places as a roster has them, and the slot of each zone and building by its id."""

    zones: NDArray[np.void]
    zone_codes: list[str]
    zone_slots: dict[int, int]
    sites: NDArray[np.void]
    site_codes: list[str]
    site_slots: dict[int, int]
    links: NDArray[np.void]


def read_places(connection: Connection[TupleRow]) -> PlaceRows:
    """Read them all; within a transaction, as of its snapshot."""
    return PlaceRows(
        connection.execute(SELECT_SITES).fetchall(),
        connection.execute(SELECT_ZONES).fetchall(),
        connection.execute(SELECT_SCOPES).fetchall(),
    )


def lay_out_places(rows: PlaceRows, previous: Roster) -> Places:
    """Places keep the slots that `previous` gave them; new ones come at the end."""
    site_slots = _assign_slots(previous.sites["building_id"], rows.sites)
    zone_slots = _assign_slots(previous.zones["zone_id"], rows.zones)
    sites, site_codes = _lay_out_sites(rows.sites, site_slots, previous)
    zones, zone_codes = _lay_out_zones(rows.zones, zone_slots, site_slots, previous)
    links = _link_zones(rows.zones, zones, zone_slots)
    return Places(zones, zone_codes, zone_slots, sites, site_codes, site_slots, links)


def lay_out_scopes(rows: PlaceRows, places: Places, device_slots: Mapping[int, int]) -> NDArray[np.void]:
    """Declared windows (n_scopes,) of `SCOPE`."""
    scopes = np.zeros(len(rows.scopes), SCOPE)
    for place, (scope_id, kind, building_id, zone_id, device_id, starts_at, ends_at) in enumerate(
        rows.scopes
    ):
        scopes[place] = (
            scope_id,
            SCOPE_KINDS.index(ScopeKind(kind)),
            places.site_slots[building_id],
            UNKNOWN if zone_id is None else places.zone_slots[zone_id],
            UNKNOWN if device_id is None else device_slots[device_id],
            starts_at,
            ends_at,
        )
    return scopes


def _assign_slots(previous: NDArray[np.int32], rows: list[TupleRow]) -> dict[int, int]:
    slots = {identity: slot for slot, identity in enumerate(previous.tolist())}
    for identity, *_ in rows:
        slots.setdefault(identity, len(slots))
    return slots


def _lay_out_sites(
    rows: list[TupleRow], slots: dict[int, int], previous: Roster
) -> tuple[NDArray[np.void], list[str]]:
    sites, codes = np.zeros(len(slots), BUILDING), [""] * len(slots)
    sites[: len(previous.sites)], codes[: len(previous.sites)] = previous.sites, previous.site_codes
    for building_id, code, building_class, use, height_m, floors in rows:
        slot = slots[building_id]
        kind = BUILDING_CLASSES.index(BuildingClass(building_class))
        sites[slot] = (building_id, kind, BUILDING_USES.index(BuildingUse(use)), height_m, floors)
        codes[slot] = code
    return sites, codes


def _lay_out_zones(
    rows: list[TupleRow], slots: dict[int, int], site_slots: dict[int, int], previous: Roster
) -> tuple[NDArray[np.void], list[str]]:
    zones, codes = np.zeros(len(slots), ZONE), [""] * len(slots)
    zones[: len(previous.zones)], codes[: len(previous.zones)] = previous.zones, previous.zone_codes
    for zone_id, building_id, code, floor, use, _ in rows:
        zones[slots[zone_id]] = (zone_id, site_slots[building_id], floor, ZONE_USES.index(ZoneUse(use)))
        codes[slots[zone_id]] = code
    return zones, codes


def _link_zones(rows: list[TupleRow], zones: NDArray[np.void], slots: dict[int, int]) -> NDArray[np.void]:
    """As declared in buildings where a zone names any neighbour, else as they follow from the floors."""
    by_code = {(building_id, code): slots[zone_id] for zone_id, building_id, code, *_ in rows}
    pairs = {
        (slots[zone_id], by_code[building_id, other])
        for zone_id, building_id, _, _, _, adjoins in rows
        for other in adjoins
        if (building_id, other) in by_code
    }
    declared = link_declared(zones, pairs)
    declaring = np.isin(zones["building_slot"], zones["building_slot"][declared["zone_slot"]])
    others = np.flatnonzero(~declaring)
    derived = derive_links(zones[others])
    for end in ("zone_slot", "neighbour_slot"):
        derived[end] = others[derived[end]]
    return np.sort(np.concatenate([declared, derived]), order=["zone_slot", "neighbour_slot"])
