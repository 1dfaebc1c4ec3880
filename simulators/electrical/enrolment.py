"""The roster that enters circuits for the rules: a device in a zone of its own for each, with all its channels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from schemas.columns import MICROSECONDS
from schemas.domain import INSULATIONS, PHASES, QUANTITIES, ZONE_USES, Insulation, Quantity, ZoneUse
from schemas.roster import UNKNOWN, Roster, lay_out_devices, lay_out_sensors
from simulators.electrical.circuits import CHANNELS, STEP_SECONDS, Circuits
from simulators.electrical.load import CONSUMERS, Consumers
from simulators.premises import DEVICE_ID_BASE, SENSOR_ID_BASE, lay_out_sites, lay_out_zones

N_CHANNELS = len(CHANNELS)


def enrol(circuits: Circuits, building: NDArray[np.intp]) -> Roster:
    """Circuits (n,) of buildings (n,), from nought up; the slots of one circuit's channels lie side by side."""
    n_circuits, n_buildings = len(circuits), int(building.max()) + 1
    interval_us = round(STEP_SECONDS * MICROSECONDS)
    sites, zones = lay_out_sites(n_buildings), lay_out_zones(n_circuits)
    zones["building_slot"] = building
    charging = circuits.consumers == CONSUMERS.index(Consumers.CHARGERS)
    zones["use"] = np.where(
        charging, ZONE_USES.index(ZoneUse.CHARGING), ZONE_USES.index(ZoneUse.ELECTRICAL_ROOM)
    )
    devices = lay_out_devices(n_circuits)
    devices["device_id"] = np.arange(n_circuits) + DEVICE_ID_BASE
    devices["zone_slot"], devices["zone_id"] = np.arange(n_circuits), zones["zone_id"]
    devices["building_slot"], devices["building_id"] = building, sites["building_id"][building]
    devices["interval_us"] = interval_us
    site_codes = [f"B{slot:03d}" for slot in range(n_buildings)]
    return Roster(
        version=1,
        sensors=(sensors := _lay_out_sensors(circuits, interval_us)),
        devices=devices,
        codes=[(site_codes[place], f"E{slot:04d}") for slot, place in enumerate(building.tolist())],
        buildings={code: {} for code in site_codes},
        sensor_slots={int(sensor_id): slot for slot, sensor_id in enumerate(sensors["sensor_id"].tolist())},
        device_slots={int(device_id): slot for slot, device_id in enumerate(devices["device_id"].tolist())},
        serves=frozenset(site_codes),
        zones=zones,
        sites=sites,
        zone_codes=[f"Z{slot:04d}" for slot in range(n_circuits)],
        site_codes=site_codes,
        channels=[QUANTITIES[code].value for code in sensors["quantity"].tolist()],
    )


def _lay_out_sensors(circuits: Circuits, interval_us: int) -> NDArray[np.void]:
    n_circuits = len(circuits)
    sensors = lay_out_sensors(n_circuits * N_CHANNELS)
    sensors["sensor_id"] = np.arange(len(sensors)) + SENSOR_ID_BASE
    sensors["device_slot"] = sensors["circuit_slot"] = np.repeat(np.arange(n_circuits), N_CHANNELS)
    sensors["interval_us"] = interval_us
    sensors["quantity"] = np.tile([quantity.code for quantity, _ in CHANNELS], n_circuits)
    phases = [UNKNOWN if phase is None else PHASES.index(phase) for _, phase in CHANNELS]
    sensors["phase"] = np.tile(phases, n_circuits)
    insulation = np.where(
        circuits.is_xlpe, INSULATIONS.index(Insulation.XLPE), INSULATIONS.index(Insulation.PVC)
    )
    of_cables = sensors["quantity"] == Quantity.CABLE_TEMPERATURE.code
    sensors["insulation"] = np.where(of_cables, np.repeat(insulation, N_CHANNELS), UNKNOWN)
    of_currents = sensors["quantity"] == Quantity.CURRENT.code
    sensors["rated_current_a"] = np.where(of_currents, np.repeat(circuits.rated_ampere, N_CHANNELS), 0.0)
    return sensors
