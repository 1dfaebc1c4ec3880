"""A small town with every kind of place a parameter file can name."""

from __future__ import annotations

import numpy as np

from schemas.columns import MICROSECONDS
from schemas.domain import BUILDING_CLASSES, HEAT_CLASSES, QUANTITIES, ZONE_USES, Quantity
from schemas.roster import (
    BUILDING,
    UNKNOWN,
    ZONE,
    Channel,
    Device,
    Roster,
    lay_out_devices,
    lay_out_sensors,
)

CHANNELS = (Quantity.SMOKE, Quantity.TEMPERATURE)


def make_town(n_buildings: int, zones_each: int = 2, devices_each: int = 2) -> Roster:
    """Buildings B000, B001, …; zones Z0, Z1, …; each zone with devices D0-0, …, of a smoke and a temperature channel.

    Classes and uses go round; the last device of each zone has a detector of a heat class.
    """
    n_zones, n_devices = n_buildings * zones_each, n_buildings * zones_each * devices_each
    sites = np.zeros(n_buildings, BUILDING)
    sites["building_id"] = np.arange(n_buildings) + 1
    sites["building_class"] = np.arange(n_buildings) % len(BUILDING_CLASSES)
    zones = np.zeros(n_zones, ZONE)
    zones["zone_id"] = np.arange(n_zones) + 10
    zones["building_slot"] = np.arange(n_zones) // zones_each
    zones["use"] = np.arange(n_zones) % len(ZONE_USES)
    devices = lay_out_devices(n_devices)
    devices["device_id"] = np.arange(n_devices) + 100
    devices["zone_slot"] = np.arange(n_devices) // devices_each
    devices["zone_id"] = zones["zone_id"][devices["zone_slot"]]
    devices["building_slot"] = zones["building_slot"][devices["zone_slot"]]
    devices["building_id"] = sites["building_id"][devices["building_slot"]]
    sensors = lay_out_sensors(n_devices * len(CHANNELS))
    sensors["sensor_id"] = np.arange(len(sensors)) + 1000
    sensors["device_slot"] = np.arange(len(sensors)) // len(CHANNELS)
    sensors["quantity"] = np.tile([QUANTITIES.index(quantity) for quantity in CHANNELS], n_devices)
    sensors["interval_us"] = 10 * MICROSECONDS
    of_zone = sensors["device_slot"] // devices_each
    is_classed = (sensors["device_slot"] % devices_each == devices_each - 1) & (
        sensors["quantity"] == Quantity.TEMPERATURE.code
    )
    sensors["heat_class"] = np.where(is_classed, of_zone % len(HEAT_CLASSES), UNKNOWN)
    site_codes = [f"B{slot:03}" for slot in range(n_buildings)]
    codes = [
        (
            site_codes[int(row["building_slot"])],
            f"D{int(row['zone_slot']) % zones_each}-{slot % devices_each}",
        )
        for slot, row in enumerate(devices)
    ]
    buildings: dict[str, dict[str, Device]] = {code: {} for code in site_codes}
    for slot, (building, code) in enumerate(codes):
        channels = {
            quantity.value: Channel(slot * len(CHANNELS) + place, quantity, None)
            for place, quantity in enumerate(CHANNELS)
        }
        buildings[building][code] = Device(slot, code, False, channels)
    return Roster(
        1,
        sensors,
        devices,
        codes,
        buildings,
        {int(sensor_id): slot for slot, sensor_id in enumerate(sensors["sensor_id"])},
        {int(device_id): slot for slot, device_id in enumerate(devices["device_id"])},
        zones=zones,
        sites=sites,
        zone_codes=[f"Z{slot % zones_each}" for slot in range(n_zones)],
        site_codes=site_codes,
        channels=[quantity.value for _ in range(n_devices) for quantity in CHANNELS],
    )
