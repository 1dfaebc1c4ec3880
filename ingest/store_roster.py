"""The registry, read as columns; slots once given stay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.roster_places import PlaceRows, Places, lay_out_places, lay_out_scopes, read_places
from schemas.domain import (
    HEAT_CLASSES,
    INSULATIONS,
    PHASES,
    WATER_PARTS,
    WATER_SYSTEMS,
    HeatClass,
    Insulation,
    Phase,
    PowerSupply,
    Quantity,
    WaterPart,
    WaterSystem,
)
from schemas.roster import NO_ZONE, UNKNOWN, Channel, Device, Roster, lay_out_devices, lay_out_sensors
from schemas.units import Conversion, find_conversion

SELECT_VERSION = "SELECT version FROM registry_version"
# A building without a row in building_shares belongs to the default share. One that is to come is heard already;
# one that leaves is heard no more, but what the session still holds of it is worked to the end.
SELECT_BUILDINGS = """
SELECT b.building_id, b.code,
       CASE WHEN m.building_id IS NULL THEN s.is_default ELSE m.served_by = s.share END AS served,
       CASE WHEN m.building_id IS NULL THEN s.is_default
            ELSE (m.served_by = s.share AND NOT m.leaving OR m.joined_by = s.share OR m.share = s.share) IS TRUE
       END AS heard
FROM shares s CROSS JOIN buildings b LEFT JOIN building_shares m ON m.building_id = b.building_id
WHERE s.share = %s"""
SELECT_HEARS_UNREGISTERED = "SELECT hears_unregistered FROM shares WHERE share = %s"
SELECT_DEVICES = """
SELECT device_id, building_id, code, zone_id, gateway_id, power, retired, system, part, riser
FROM devices ORDER BY device_id"""
SELECT_SENSORS = """
SELECT sensor_id, device_id, channel, quantity, unit, range_low, range_high, interval_seconds, heat_class,
       circuit, phase, insulation, rated_current_a, elevation_m, resolution
FROM sensors ORDER BY sensor_id"""


def read_version(connection: Connection[TupleRow]) -> int:
    """The registry's version; when it differs from a roster's, the roster is out of date."""
    row = connection.execute(SELECT_VERSION).fetchone()
    assert row is not None
    return int(row[0])


@dataclass(frozen=True)
class RosterRows:
    """What the tables hold of the registry as one share sees it, as it was read."""

    version: int
    buildings: list[TupleRow]
    hears_unregistered: bool
    devices: list[TupleRow]
    sensors: list[TupleRow]
    places: PlaceRows


def load_roster(connection: Connection[TupleRow], previous: Roster, share: str) -> Roster:
    """Read the registry as one share sees it, in one snapshot, keeping the slots that `previous` gave."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        version = read_version(connection)
        buildings = connection.execute(SELECT_BUILDINGS, (share,)).fetchall()
        hears_unregistered = connection.execute(SELECT_HEARS_UNREGISTERED, (share,)).fetchone()
        rows = RosterRows(
            version,
            buildings,
            bool(hears_unregistered and hears_unregistered[0]),
            connection.execute(SELECT_DEVICES).fetchall(),
            connection.execute(SELECT_SENSORS).fetchall(),
            read_places(connection),
        )
    return lay_out_roster(rows, previous)


def lay_out_roster(rows: RosterRows, previous: Roster) -> Roster:
    """Rows as columns, keeping the slots that `previous` gave."""
    buildings = {building_id: code for building_id, code, *_ in rows.buildings}
    served = frozenset(building_id for building_id, _, is_served, _ in rows.buildings if is_served)
    device_slots = _assign_slots(previous.device_slots, (row[0] for row in rows.devices))
    sensor_slots = _assign_slots(previous.sensor_slots, (row[0] for row in rows.sensors))
    places = lay_out_places(rows.places, previous)
    devices, by_id, by_building = _lay_out_devices(rows.devices, device_slots, buildings, served, places)
    codes = [("", "")] * len(device_slots)
    for device_id, building_id, code, *_ in rows.devices:
        codes[device_slots[device_id]] = (buildings[building_id], code)
    sensors = _lay_out_sensors(rows.sensors, sensor_slots, device_slots, devices, by_id)
    heard = frozenset(code for _, code, _, is_heard in rows.buildings if is_heard)
    return Roster(
        rows.version,
        sensors,
        devices,
        codes,
        by_building,
        sensor_slots,
        device_slots,
        hears=None if rows.hears_unregistered else heard,
        serves=frozenset(buildings[building_id] for building_id in served),
        foreign=frozenset(
            code for _, code, is_served, is_heard in rows.buildings if not (is_served or is_heard)
        ),
        zones=places.zones,
        sites=places.sites,
        links=places.links,
        scopes=lay_out_scopes(rows.places, places, device_slots),
        zone_codes=places.zone_codes,
        site_codes=places.site_codes,
        channels=_name_channels(rows.sensors, sensor_slots),
    )


def _name_channels(rows: list[TupleRow], slots: dict[int, int]) -> list[str]:
    names = [""] * len(slots)
    for sensor_id, _, name, *_ in rows:
        names[slots[sensor_id]] = name
    return names


def _assign_slots(previous: dict[int, int], ids: Iterable[int]) -> dict[int, int]:
    slots = dict(previous)
    for identity in ids:
        slots.setdefault(identity, len(slots))
    return slots


def _lay_out_devices(
    rows: list[TupleRow],
    slots: dict[int, int],
    building_codes: dict[int, str],
    served: frozenset[int],
    places: Places,
) -> tuple[NDArray[np.void], dict[int, Device], dict[str, dict[str, Device]]]:
    devices = lay_out_devices(len(slots))
    by_id: dict[int, Device] = {}
    by_building: dict[str, dict[str, Device]] = {code: {} for code in building_codes.values()}
    risers: dict[str, int] = {}
    for device_id, building_id, code, zone_id, gateway_id, power, retired, system, part, riser in rows:
        slot = slots[device_id]
        devices[slot] = (
            device_id,
            building_id,
            NO_ZONE if zone_id is None else zone_id,
            0,
            power == PowerSupply.BATTERY,
            retired,
            building_id in served,
            UNKNOWN if zone_id is None else places.zone_slots[zone_id],
            places.site_slots[building_id],
            UNKNOWN if gateway_id is None else slots[gateway_id],
            UNKNOWN if system is None else WATER_SYSTEMS.index(WaterSystem(system)),
            UNKNOWN if part is None else WATER_PARTS.index(WaterPart(part)),
            UNKNOWN if riser is None else risers.setdefault(riser, len(risers)),
        )
        by_id[device_id] = by_building[building_codes[building_id]][code] = Device(slot, code, retired, {})
    return devices, by_id, by_building


def _lay_out_sensors(
    rows: list[TupleRow],
    slots: dict[int, int],
    device_slots: dict[int, int],
    devices: NDArray[np.void],
    by_id: dict[int, Device],
) -> NDArray[np.void]:
    sensors = lay_out_sensors(len(slots))
    circuits: dict[tuple[int, str], int] = {}
    for sensor_id, device_id, name, quantity_name, unit, low, high, interval, heat_class, *rest in rows:
        *wiring, elevation_m, resolution = rest
        slot, device_slot, quantity = slots[sensor_id], device_slots[device_id], Quantity(quantity_name)
        interval_us = round(interval * 1e6)
        sensors[slot] = (
            sensor_id,
            device_slot,
            quantity.code,
            interval_us,
            -np.inf if low is None else low,
            np.inf if high is None else high,
            UNKNOWN if heat_class is None else HEAT_CLASSES.index(HeatClass(heat_class)),
            *_place_on_circuit(int(devices["building_id"][device_slot]), circuits, *wiring),
            *(np.nan if known is None else known for known in (elevation_m, resolution)),
        )
        conversion = find_conversion(quantity, unit)
        by_id[device_id].channels[name] = Channel(
            slot, quantity, None if conversion == Conversion(1.0) else conversion
        )
        # A device counts as heard by its most talkative channel.
        known = devices["interval_us"][device_slot]
        devices["interval_us"][device_slot] = min(known, interval_us) if known else interval_us
    return sensors


def _place_on_circuit(
    building_id: int,
    circuits: dict[tuple[int, str], int],
    circuit: str | None,
    phase: str | None,
    insulation: str | None,
    rated_current_a: float | None,
) -> tuple[int, int, int, float]:
    """The last columns of `SENSOR`; `circuits` numbers those of each building as they are met."""
    return (
        UNKNOWN if circuit is None else circuits.setdefault((building_id, circuit), len(circuits)),
        UNKNOWN if phase is None else PHASES.index(Phase(phase)),
        UNKNOWN if insulation is None else INSULATIONS.index(Insulation(insulation)),
        rated_current_a or 0.0,
    )
