"""Detectors of some buildings as columns, and the roster that enters them for the rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.columns import MICROSECONDS
from schemas.domain import BUILDING_CLASSES, BUILDING_USES, QUANTITIES, BuildingClass, BuildingUse, Quantity
from schemas.roster import BUILDING, UNKNOWN, ZONE, Device, Roster, lay_out_devices, lay_out_sensors
from schemas.zone_links import derive_links

DEVICE_ID_BASE, SENSOR_ID_BASE, ZONE_ID_BASE, BUILDING_ID_BASE = 10_000, 1_000_000, 1_000, 1
CHANNELS = (Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.CO)
"""What a detector may have, in the order in which its sensors stand."""


@dataclass(frozen=True)
class Premises:
    """Buildings, zones and detectors; a place is an index.

    Attributes
    ----------
    sites
        (n_buildings,) of `BUILDING`; `zones` (n_zones,) of `ZONE`; their codes stand beside them.
    detector_zone
        (n_detectors,) zone of each detector.
    channels
        (n_detectors, 3) whether it has smoke, temperature and CO.
    interval_seconds
        Between two samples of every sensor.
    """

    sites: NDArray[np.void]
    site_codes: list[str]
    zones: NDArray[np.void]
    zone_codes: list[str]
    detector_zone: NDArray[np.intp]
    channels: NDArray[np.bool_]
    interval_seconds: float

    def __post_init__(self) -> None:
        assert self.channels.shape == (len(self.detector_zone), len(CHANNELS))

    @property
    def sensor_count(self) -> int:
        return int(self.channels.sum())

    def slots(self, quantity: Quantity) -> NDArray[np.int32]:
        """(n_detectors,) the sensor slot of this quantity in each detector, `UNKNOWN` where it has none."""
        order = np.cumsum(self.channels.ravel()).reshape(self.channels.shape) - 1
        column = CHANNELS.index(quantity)
        return np.where(self.channels[:, column], order[:, column], UNKNOWN).astype(np.int32)


def lay_out_sites(count: int) -> NDArray[np.void]:
    """Rows (count,) of `BUILDING`: dwellings of one storey until somebody says more."""
    sites = np.zeros(count, BUILDING)
    sites["building_id"] = np.arange(count) + BUILDING_ID_BASE
    sites["building_class"] = BUILDING_CLASSES.index(BuildingClass.MULTI_STOREY)
    sites["use"] = BUILDING_USES.index(BuildingUse.RESIDENTIAL)
    sites["height_m"], sites["floors"] = 3.0, 1
    return sites


def place_of_zone(zone_id: int) -> int:
    """Place of the zone that the roster knows by this id."""
    return zone_id - ZONE_ID_BASE


def place_of_device(device_id: int) -> int:
    """Place of the detector that the roster knows by this id."""
    return device_id - DEVICE_ID_BASE


def place_of_building(building_id: int) -> int:
    """Place of the building that the roster knows by this id."""
    return building_id - BUILDING_ID_BASE


def lay_out_zones(count: int) -> NDArray[np.void]:
    """Rows (count,) of `ZONE` with their ids, on the first floor of the first building."""
    zones = np.zeros(count, ZONE)
    zones["zone_id"] = np.arange(count) + ZONE_ID_BASE
    zones["floor"] = 1
    return zones


def enrol(premises: Premises) -> Roster:
    """Enter everything: slots are places, ids places plus a base, links what `derive_links` finds."""
    n_devices = len(premises.detector_zone)
    devices = lay_out_devices(n_devices)
    zone_slots = premises.detector_zone.astype(np.int32)
    devices["device_id"] = np.arange(n_devices) + DEVICE_ID_BASE
    devices["zone_slot"], devices["zone_id"] = zone_slots, premises.zones["zone_id"][zone_slots]
    devices["building_slot"] = premises.zones["building_slot"][zone_slots]
    devices["building_id"] = premises.sites["building_id"][devices["building_slot"]]
    interval_us = round(premises.interval_seconds * MICROSECONDS)
    devices["interval_us"] = interval_us
    device_slot, channel = np.nonzero(premises.channels)
    sensors = lay_out_sensors(len(device_slot))
    sensors["sensor_id"] = np.arange(len(device_slot)) + SENSOR_ID_BASE
    sensors["device_slot"], sensors["interval_us"] = device_slot, interval_us
    sensors["quantity"] = np.array([quantity.code for quantity in CHANNELS])[channel]
    codes = [
        (premises.site_codes[building], f"D{slot:06d}")
        for slot, building in enumerate(devices["building_slot"].tolist())
    ]
    return Roster(
        version=1,
        sensors=sensors,
        devices=devices,
        codes=codes,
        buildings=_find_by_code(codes),
        sensor_slots={int(sensor_id): slot for slot, sensor_id in enumerate(sensors["sensor_id"])},
        device_slots={int(device_id): slot for slot, device_id in enumerate(devices["device_id"])},
        serves=frozenset(premises.site_codes),
        zones=premises.zones,
        sites=premises.sites,
        links=derive_links(premises.zones),
        zone_codes=premises.zone_codes,
        site_codes=premises.site_codes,
        channels=[QUANTITIES[code].value for code in sensors["quantity"].tolist()],
    )


def _find_by_code(codes: list[tuple[str, str]]) -> dict[str, dict[str, Device]]:
    buildings: dict[str, dict[str, Device]] = {}
    for slot, (building, code) in enumerate(codes):
        buildings.setdefault(building, {})[code] = Device(slot, code, False, {})
    return buildings
