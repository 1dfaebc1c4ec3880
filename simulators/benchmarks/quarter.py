"""A quarter of a city to judge: linked zones of twenty sensors, and what these send on an ordinary day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.columns import MICROSECONDS, READING
from schemas.domain import QUANTITIES, Quantity
from schemas.roster import BUILDING, ZONE, Roster, lay_out_devices, lay_out_sensors
from schemas.zone_links import derive_links

INTERVAL_US = 10 * MICROSECONDS
START_US = 1_800_000_000 * MICROSECONDS
# Devices of a zone, two channels each.
CHANNELS = (
    *((Quantity.SMOKE, Quantity.TEMPERATURE),) * 6,
    (Quantity.SMOKE, Quantity.CO),
    (Quantity.PRESSURE, Quantity.FLOW),
    (Quantity.RESIDUAL_CURRENT, Quantity.CABLE_TEMPERATURE),
    (Quantity.CABLE_TEMPERATURE, Quantity.CURRENT),
)
ZONE_QUANTITIES = tuple(quantity for pair in CHANNELS for quantity in pair)
ZONES_A_FLOOR, FLOORS = 4, 6
SENSORS_A_BUILDING = len(ZONE_QUANTITIES) * ZONES_A_FLOOR * FLOORS
# Usual value, how far sensors differ, noise of a sample, and the step of what is sent.
NOISE: dict[Quantity, tuple[float, float, float, float]] = {
    Quantity.SMOKE: (0.03, 0.008, 0.01, 0.001),
    Quantity.TEMPERATURE: (24.0, 1.5, 0.15, 0.1),
    Quantity.CO: (2.0, 1.0, 0.5, 0.5),
    Quantity.PRESSURE: (0.35, 0.03, 0.002, 0.001),
    Quantity.FLOW: (0.03, 0.01, 0.02, 0.01),
    Quantity.RESIDUAL_CURRENT: (130.0, 20.0, 5.0, 1.0),
    Quantity.CABLE_TEMPERATURE: (40.0, 4.0, 0.5, 0.1),
    Quantity.CURRENT: (12.0, 3.0, 0.5, 0.1),
}
# What disturbs a sensor for a while: smoke of a kitchen, warmth, a motor that starts.
DISTURBANCE: dict[Quantity, float] = {
    Quantity.SMOKE: 0.20,
    Quantity.TEMPERATURE: 6.0,
    Quantity.CO: 30.0,
    Quantity.PRESSURE: -0.34,
    Quantity.FLOW: 0.8,
    Quantity.RESIDUAL_CURRENT: 200.0,
    Quantity.CABLE_TEMPERATURE: 35.0,
}
DISTURBED_ZONES, DISTURBED_ALONE, DISTURBED_ROUNDS = 0.04, 0.005, 12


@dataclass(frozen=True)
class Crowd:
    """So many sensors, the size of their batches, rounds until all is learnt, and rounds to measure."""

    sensors: int = 100_000
    batch: int = 10_000
    warm_up: int = 12
    rounds: int = 24


def make_roster(n_sensors: int) -> Roster:
    """Whole zones of `ZONE_QUANTITIES`; four on each of six floors of a building."""
    n_zones = -(-n_sensors // len(ZONE_QUANTITIES))
    n_devices = n_zones * len(CHANNELS)
    zones = np.zeros(n_zones, ZONE)
    zones["zone_id"] = np.arange(n_zones) + 1
    zones["building_slot"] = np.arange(n_zones) // (ZONES_A_FLOOR * FLOORS)
    zones["floor"] = np.arange(n_zones) // ZONES_A_FLOOR % FLOORS
    sites = np.zeros(int(zones["building_slot"][-1]) + 1, BUILDING)
    sites["building_id"] = np.arange(len(sites)) + 1
    devices = lay_out_devices(n_devices)
    devices["device_id"] = np.arange(n_devices) + 1
    devices["zone_slot"] = np.arange(n_devices) // len(CHANNELS)
    devices["zone_id"] = devices["zone_slot"] + 1
    devices["building_slot"] = zones["building_slot"][devices["zone_slot"]]
    devices["building_id"], devices["interval_us"] = devices["building_slot"] + 1, INTERVAL_US
    sensors = lay_out_sensors(n_zones * len(ZONE_QUANTITIES))
    slots = np.arange(len(sensors))
    sensors["sensor_id"], sensors["device_slot"] = slots + 1, slots // 2
    sensors["quantity"] = np.tile([quantity.code for quantity in ZONE_QUANTITIES], n_zones)
    sensors["interval_us"] = INTERVAL_US
    return Roster(
        1,
        sensors,
        devices,
        [(f"B{device['building_id']}", f"D{slot}") for slot, device in enumerate(devices)],
        {},
        {slot + 1: slot for slot in range(len(sensors))},
        {slot + 1: slot for slot in range(n_devices)},
        zones=zones,
        sites=sites,
        links=derive_links(zones),
        zone_codes=[f"Z{slot}" for slot in range(n_zones)],
        site_codes=[f"B{slot + 1}" for slot in range(len(sites))],
        channels=[QUANTITIES[code].value for code in sensors["quantity"]],
    )


def make_rounds(roster: Roster, crowd: Crowd, rng: np.random.Generator) -> Iterator[NDArray[np.void]]:
    """One reading of every sensor a round, (n_sensors,): a minute apart at first, then every ten seconds."""
    quantities = roster.sensors["quantity"]
    usual, differ, noise, step = (_spread_out(NOISE, quantities, place) for place in range(4))
    levels = usual + differ * rng.standard_normal(len(quantities))
    disturbance = np.array([DISTURBANCE.get(quantity, 0.0) for quantity in QUANTITIES])[quantities]
    disturbed_until = np.full(len(quantities), -1)
    at = START_US
    for round_ in range(crowd.warm_up + crowd.rounds):
        readings = np.zeros(len(quantities), READING)
        readings["slot"] = np.arange(len(quantities))
        readings["observed_at"] = readings["received_at"] = at
        values = levels + noise * rng.standard_normal(len(quantities))
        if round_ >= crowd.warm_up:
            begins = _disturb(len(quantities), rng)
            disturbed_until[begins] = round_ + DISTURBED_ROUNDS
        values += np.where(disturbed_until > round_, disturbance, 0.0)
        readings["value"] = np.maximum(np.rint(values / step) * step, 0.0)
        yield readings
        at += INTERVAL_US if round_ >= crowd.warm_up - 1 else 6 * INTERVAL_US


def _disturb(n_sensors: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which sensors (n_sensors,) are disturbed from now on: half of those of a few zones, and a few others."""
    n_zones = n_sensors // len(ZONE_QUANTITIES)
    zones = np.repeat(rng.random(n_zones) < DISTURBED_ZONES / DISTURBED_ROUNDS, len(ZONE_QUANTITIES))
    alone = rng.random(n_sensors) < DISTURBED_ALONE / DISTURBED_ROUNDS
    return (zones & (rng.random(n_sensors) < 0.5)) | alone


def _spread_out(
    table: dict[Quantity, tuple[float, float, float, float]], quantities: NDArray[np.int8], place: int
) -> NDArray[np.float64]:
    by_code = np.array([table.get(quantity, (0.0, 0.0, 0.0, 1.0))[place] for quantity in QUANTITIES])
    return by_code[quantities]
