"""A building of zones that adjoin, lie above each other and share a stair, and a basement; sensors of all kinds."""

from __future__ import annotations

import numpy as np

from schemas.columns import MICROSECONDS
from schemas.domain import ZONE_USES, Quantity, ZoneUse
from schemas.roster import BUILDING, SCOPE, UNKNOWN, ZONE, Roster, lay_out_devices, lay_out_sensors
from schemas.zone_links import derive_links

# Zone of each device, and the channels it has.
DEVICES: tuple[tuple[int, tuple[Quantity, ...]], ...] = (
    (0, (Quantity.SMOKE, Quantity.TEMPERATURE)),
    (0, (Quantity.SMOKE, Quantity.CO)),
    (0, (Quantity.FLOW,)),
    (1, (Quantity.SMOKE, Quantity.TEMPERATURE)),
    (2, (Quantity.SMOKE, Quantity.CO)),
    (3, (Quantity.TEMPERATURE, Quantity.CABLE_TEMPERATURE)),
    (4, (Quantity.SMOKE, Quantity.GAS)),
    (UNKNOWN, (Quantity.PRESSURE, Quantity.RESIDUAL_CURRENT, Quantity.SMOKE, Quantity.LEVEL)),
    (UNKNOWN, (Quantity.CURRENT, Quantity.VOLTAGE, Quantity.ARC)),
)
FLOORS = (-1, 1, 1, 2, 1)
USES = (ZoneUse.OTHER, ZoneUse.OTHER, ZoneUse.OTHER, ZoneUse.OTHER, ZoneUse.STAIR)
CHANNELS = tuple((device, quantity) for device, (_, channels) in enumerate(DEVICES) for quantity in channels)


def make_estate(scopes: tuple[tuple[int, int, int, int, int, int, int], ...] = ()) -> Roster:
    """Ids are a thousand above the slots of sensors, a hundred above those of devices, ten above those of zones.

    `scopes` are rows of `SCOPE`: id, kind, building, zone, device, start and end.
    """
    sites = np.zeros(1, BUILDING)
    sites["building_id"] = 1
    zones = np.zeros(len(FLOORS), ZONE)
    zones["zone_id"], zones["floor"] = np.arange(len(FLOORS)) + 10, FLOORS
    zones["use"] = [ZONE_USES.index(use) for use in USES]
    devices = lay_out_devices(len(DEVICES))
    devices["device_id"], devices["building_id"] = np.arange(len(DEVICES)) + 100, 1
    devices["zone_slot"] = [zone for zone, _ in DEVICES]
    devices["zone_id"] = np.where(devices["zone_slot"] == UNKNOWN, UNKNOWN, devices["zone_slot"] + 10)
    devices["interval_us"] = 10 * MICROSECONDS
    sensors = lay_out_sensors(len(CHANNELS))
    sensors["sensor_id"] = np.arange(len(CHANNELS)) + 1000
    sensors["device_slot"] = [device for device, _ in CHANNELS]
    sensors["quantity"] = [quantity.code for _, quantity in CHANNELS]
    sensors["rated_current_a"] = np.where(sensors["quantity"] == Quantity.CURRENT.code, 100.0, 0.0)
    # Some sample often enough for the fast window of the rate of rise, some only for the slow one.
    sensors["interval_us"] = np.where(sensors["device_slot"] % 3 == 0, 5, 10) * MICROSECONDS
    return Roster(
        1,
        sensors,
        devices,
        [("B", f"D{slot}") for slot in range(len(DEVICES))],
        {},
        {slot + 1000: slot for slot in range(len(CHANNELS))},
        {slot + 100: slot for slot in range(len(DEVICES))},
        zones=zones,
        sites=sites,
        links=derive_links(zones),
        scopes=np.array(list(scopes), SCOPE),
        zone_codes=[f"Z{slot}" for slot in range(len(FLOORS))],
        site_codes=["B"],
        channels=[quantity.value for _, quantity in CHANNELS],
    )
