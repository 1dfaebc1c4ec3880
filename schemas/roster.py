"""The registry as columns: what a worker has to know of every sensor and device to place a reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from schemas.domain import PowerSupply, Quantity
from schemas.units import Conversion, find_conversion

SENSOR = np.dtype(
    [
        ("sensor_id", np.int32),
        ("device_slot", np.int32),
        ("quantity", np.int8),
        ("interval_us", np.int64),
        ("range_low", np.float64),
        ("range_high", np.float64),
    ]
)
DEVICE = np.dtype(
    [
        ("device_id", np.int32),
        ("building_id", np.int32),
        ("zone_id", np.int32),
        ("interval_us", np.int64),
        ("battery", np.bool_),
        ("retired", np.bool_),
    ]
)
NO_ZONE = -1

SELECT_VERSION = "SELECT version FROM registry_version"
SELECT_BUILDINGS = "SELECT building_id, code FROM buildings"
SELECT_DEVICES = """
SELECT device_id, building_id, code, COALESCE(zone_id, -1), power, retired FROM devices ORDER BY device_id"""
SELECT_SENSORS = """
SELECT sensor_id, device_id, channel, quantity, unit, range_low, range_high, interval_seconds
FROM sensors ORDER BY sensor_id"""


@dataclass(frozen=True)
class Channel:
    """A sensor as its device names it. `conversion` is None when the device sends the stored unit."""

    slot: int
    quantity: Quantity
    conversion: Conversion | None


@dataclass(frozen=True)
class Device:
    """A device under its building, with its channels by name."""

    slot: int
    code: str
    retired: bool
    channels: dict[str, Channel]


@dataclass(frozen=True)
class Roster:
    """Everything registered, at one version of the registry.

    `sensors` is (n_sensors,) of `SENSOR`, `devices` (n_devices,) of `DEVICE`, `codes` the building and device code
    of each of those; a slot is an index into them. `buildings` finds a device by these codes.
    Slots stay what they are over `load_roster(…, previous)`: new ones are added at the end.
    """

    version: int
    sensors: NDArray[np.void]
    devices: NDArray[np.void]
    codes: list[tuple[str, str]]
    buildings: dict[str, dict[str, Device]]
    sensor_slots: dict[int, int] = field(repr=False)
    device_slots: dict[int, int] = field(repr=False)

    @staticmethod
    def empty() -> Roster:
        return Roster(0, np.empty(0, SENSOR), np.empty(0, DEVICE), [], {}, {}, {})


def read_version(connection: Connection[TupleRow]) -> int:
    """The registry's version; when it differs from a roster's, the roster is out of date."""
    row = connection.execute(SELECT_VERSION).fetchone()
    assert row is not None
    return int(row[0])


def load_roster(connection: Connection[TupleRow], previous: Roster) -> Roster:
    """Read the registry in one snapshot, keeping the slots that `previous` gave."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        version = read_version(connection)
        buildings: dict[int, str] = dict(connection.execute(SELECT_BUILDINGS).fetchall())
        device_rows = connection.execute(SELECT_DEVICES).fetchall()
        sensor_rows = connection.execute(SELECT_SENSORS).fetchall()
    device_slots = _assign_slots(previous.device_slots, (row[0] for row in device_rows))
    sensor_slots = _assign_slots(previous.sensor_slots, (row[0] for row in sensor_rows))
    devices, by_id, by_building = _lay_out_devices(device_rows, device_slots, buildings)
    codes = [("", "")] * len(device_slots)
    for device_id, building_id, code, *_ in device_rows:
        codes[device_slots[device_id]] = (buildings[building_id], code)
    sensors = _lay_out_sensors(sensor_rows, sensor_slots, device_slots, devices, by_id)
    return Roster(version, sensors, devices, codes, by_building, sensor_slots, device_slots)


def _assign_slots(previous: dict[int, int], ids: Any) -> dict[int, int]:
    slots = dict(previous)
    for identity in ids:
        slots.setdefault(identity, len(slots))
    return slots


def _lay_out_devices(
    rows: list[TupleRow], slots: dict[int, int], building_codes: dict[int, str]
) -> tuple[NDArray[np.void], dict[int, Device], dict[str, dict[str, Device]]]:
    devices = np.zeros(len(slots), DEVICE)
    by_id: dict[int, Device] = {}
    by_building: dict[str, dict[str, Device]] = {code: {} for code in building_codes.values()}
    for device_id, building_id, code, zone_id, power, retired in rows:
        slot = slots[device_id]
        devices[slot] = (device_id, building_id, zone_id, 0, power == PowerSupply.BATTERY, retired)
        by_id[device_id] = by_building[building_codes[building_id]][code] = Device(slot, code, retired, {})
    return devices, by_id, by_building


def _lay_out_sensors(
    rows: list[TupleRow],
    slots: dict[int, int],
    device_slots: dict[int, int],
    devices: NDArray[np.void],
    by_id: dict[int, Device],
) -> NDArray[np.void]:
    sensors = np.zeros(len(slots), SENSOR)
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
        )
        conversion = find_conversion(quantity, unit)
        by_id[device_id].channels[name] = Channel(
            slot, quantity, None if conversion == Conversion(1.0) else conversion
        )
        # A device counts as heard by its most talkative channel.
        known = devices["interval_us"][device_slot]
        devices["interval_us"][device_slot] = min(known, interval_us) if known else interval_us
    return sensors
