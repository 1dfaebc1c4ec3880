"""The registry, read as columns; slots once given stay."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from schemas.domain import PowerSupply, Quantity
from schemas.roster import UNKNOWN, Channel, Device, Roster, lay_out_devices, lay_out_sensors
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
SELECT device_id, building_id, code, COALESCE(zone_id, -1), power, retired FROM devices ORDER BY device_id"""
SELECT_SENSORS = """
SELECT sensor_id, device_id, channel, quantity, unit, range_low, range_high, interval_seconds
FROM sensors ORDER BY sensor_id"""


def read_version(connection: Connection[TupleRow]) -> int:
    """The registry's version; when it differs from a roster's, the roster is out of date."""
    row = connection.execute(SELECT_VERSION).fetchone()
    assert row is not None
    return int(row[0])


def load_roster(connection: Connection[TupleRow], previous: Roster, share: str) -> Roster:
    """Read the registry as one share sees it, in one snapshot, keeping the slots that `previous` gave."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        version = read_version(connection)
        building_rows = connection.execute(SELECT_BUILDINGS, (share,)).fetchall()
        hears_unregistered = connection.execute(SELECT_HEARS_UNREGISTERED, (share,)).fetchone()
        device_rows = connection.execute(SELECT_DEVICES).fetchall()
        sensor_rows = connection.execute(SELECT_SENSORS).fetchall()
    buildings = {building_id: code for building_id, code, *_ in building_rows}
    served = frozenset(building_id for building_id, _, is_served, _ in building_rows if is_served)
    device_slots = _assign_slots(previous.device_slots, (row[0] for row in device_rows))
    sensor_slots = _assign_slots(previous.sensor_slots, (row[0] for row in sensor_rows))
    devices, by_id, by_building = _lay_out_devices(device_rows, device_slots, buildings, served)
    codes = [("", "")] * len(device_slots)
    for device_id, building_id, code, *_ in device_rows:
        codes[device_slots[device_id]] = (buildings[building_id], code)
    sensors = _lay_out_sensors(sensor_rows, sensor_slots, device_slots, devices, by_id)
    heard = frozenset(code for _, code, _, is_heard in building_rows if is_heard)
    return Roster(
        version,
        sensors,
        devices,
        codes,
        by_building,
        sensor_slots,
        device_slots,
        hears=None if hears_unregistered and hears_unregistered[0] else heard,
        serves=frozenset(buildings[building_id] for building_id in served),
        foreign=frozenset(
            code for _, code, is_served, is_heard in building_rows if not (is_served or is_heard)
        ),
    )


def _assign_slots(previous: dict[int, int], ids: Iterable[int]) -> dict[int, int]:
    slots = dict(previous)
    for identity in ids:
        slots.setdefault(identity, len(slots))
    return slots


def _lay_out_devices(
    rows: list[TupleRow], slots: dict[int, int], building_codes: dict[int, str], served: frozenset[int]
) -> tuple[NDArray[np.void], dict[int, Device], dict[str, dict[str, Device]]]:
    devices = lay_out_devices(len(slots))
    by_id: dict[int, Device] = {}
    by_building: dict[str, dict[str, Device]] = {code: {} for code in building_codes.values()}
    for device_id, building_id, code, zone_id, power, retired in rows:
        slot = slots[device_id]
        battery, is_served = power == PowerSupply.BATTERY, building_id in served
        devices[slot] = (device_id, building_id, zone_id, 0, battery, retired, is_served, UNKNOWN, 0, UNKNOWN)
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
    for sensor_id, device_id, name, quantity_name, unit, low, high, interval in rows:
        slot, device_slot, quantity = slots[sensor_id], device_slots[device_id], Quantity(quantity_name)
        interval_us = round(interval * 1e6)
        sensors[slot] = (
            sensor_id,
            device_slot,
            quantity.code,
            interval_us,
            -np.inf if low is None else low,
            np.inf if high is None else high,
            UNKNOWN,
        )
        conversion = find_conversion(quantity, unit)
        by_id[device_id].channels[name] = Channel(
            slot, quantity, None if conversion == Conversion(1.0) else conversion
        )
        # A device counts as heard by its most talkative channel.
        known = devices["interval_us"][device_slot]
        devices["interval_us"][device_slot] = min(known, interval_us) if known else interval_us
    return sensors
