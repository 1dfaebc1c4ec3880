"""Plants as a roster, and their days as batches of readings and declarations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from schemas.columns import MICROSECONDS, READING, Batch, DeviceEvent
from schemas.domain import (
    BUILDING_CLASSES,
    BUILDING_USES,
    WATER_PARTS,
    WATER_SYSTEMS,
    ZONE_USES,
    BuildingClass,
    BuildingUse,
    DeviceEventKind,
    Quantity,
    WaterPart,
    WaterSystem,
    ZoneUse,
)
from schemas.roster import BUILDING, ZONE, Roster, lay_out_devices, lay_out_sensors
from simulators.optics import Floats
from simulators.water.course import Day
from simulators.water.plant import N_TAPS, Plants

BEGINS_US = 1_795_420_800 * MICROSECONDS
MINUTE_US = 60 * MICROSECONDS

PARTS = (
    WaterPart.PUMP_ROOM,
    *(WaterPart.RISER,) * (N_TAPS - 1),
    WaterPart.TANK,
    WaterPart.FIRE_PUMP,
    WaterPart.JOCKEY_PUMP,
)
FIRE_PUMP, JOCKEY = PARTS.index(WaterPart.FIRE_PUMP), PARTS.index(WaterPart.JOCKEY_PUMP)
DEVICES_EACH = len(PARTS)
# The thermometer of the pump room is on the pump's own device.
CHANNELS = (
    *((tap, Quantity.PRESSURE) for tap in range(N_TAPS)),
    (N_TAPS, Quantity.FLOW),
    (N_TAPS, Quantity.LEVEL),
)
CHANNELS += ((FIRE_PUMP, Quantity.TEMPERATURE), (N_TAPS - 1, Quantity.FLOW))
SENSORS_EACH = len(CHANNELS)
FLOW, LEVEL, CELSIUS, DRAWN = N_TAPS, N_TAPS + 1, N_TAPS + 2, N_TAPS + 3
TOP_GAUGE = N_TAPS - 1

_CLASS_BY_LIMIT = {
    0.07: (BuildingClass.HIGH_RISE_2, BuildingUse.RESIDENTIAL, 50.0),
    0.10: (BuildingClass.HIGH_RISE_1, BuildingUse.PUBLIC, 80.0),
    0.15: (BuildingClass.HIGH_RISE_1, BuildingUse.PUBLIC, 120.0),
}


def make_roster(plants: Plants, resolution_mpa: float = 0.001) -> Roster:
    """One building a plant with `DEVICES_EACH` devices and `SENSORS_EACH` sensors; ids are one above the slots."""
    count = len(plants)
    sites, zones = np.zeros(count, BUILDING), np.zeros(2 * count, ZONE)
    sites["building_id"] = np.arange(count) + 1
    for site, limit in zip(sites, plants.limit_mpa, strict=True):
        kind, use, height = _CLASS_BY_LIMIT[round(float(limit), 2)]
        site["building_class"], site["use"] = BUILDING_CLASSES.index(kind), BUILDING_USES.index(use)
        site["height_m"] = height
    sites["floors"] = 30
    # The first half are pump rooms, the second the corridors with the hydrants.
    zones["zone_id"], zones["building_slot"] = np.arange(2 * count) + 1, np.tile(np.arange(count), 2)
    zones["floor"] = np.repeat([-1, 1], count)
    zones["use"] = np.repeat([ZONE_USES.index(use) for use in (ZoneUse.PUMP_ROOM, ZoneUse.CORRIDOR)], count)
    devices = lay_out_devices(count * DEVICES_EACH)
    of_building = np.repeat(np.arange(count), DEVICES_EACH)
    devices["device_id"], devices["building_id"] = np.arange(len(devices)) + 1, of_building + 1
    devices["building_slot"], devices["interval_us"] = of_building, MINUTE_US
    at_riser = np.tile([part is WaterPart.RISER for part in PARTS], count)
    devices["zone_slot"] = of_building + np.where(at_riser, count, 0)
    devices["zone_id"] = devices["zone_slot"] + 1
    devices["system"] = WATER_SYSTEMS.index(WaterSystem.HYDRANT)
    devices["part"] = np.tile([WATER_PARTS.index(part) for part in PARTS], count)
    devices["retired"] = (np.tile(np.arange(DEVICES_EACH), count) == JOCKEY) & ~np.repeat(
        plants.has_jockey, DEVICES_EACH
    )
    # A riser of its own stands for the pressure zone, whose worst hydrant is at the highest gauge.
    devices["riser"] = of_building
    sensors = lay_out_sensors(count * SENSORS_EACH)
    sensors["sensor_id"] = np.arange(len(sensors)) + 1
    places = np.array([place for place, _ in CHANNELS])
    sensors["device_slot"] = (np.arange(count)[:, None] * DEVICES_EACH + places).ravel()
    sensors["quantity"] = np.tile([quantity.code for _, quantity in CHANNELS], count)
    sensors["interval_us"], sensors["resolution"] = MINUTE_US, resolution_mpa
    elevation = np.full((count, SENSORS_EACH), np.nan)
    elevation[:, :N_TAPS] = plants.tap_m
    sensors["elevation_m"] = elevation.ravel()
    codes = [(f"B{slot // DEVICES_EACH}", f"D{slot % DEVICES_EACH}") for slot in range(len(devices))]
    return Roster(
        1,
        sensors,
        devices,
        codes,
        {},
        {slot + 1: slot for slot in range(len(sensors))},
        {slot + 1: slot for slot in range(len(devices))},
        zones=zones,
        sites=sites,
        zone_codes=["PUMP"] * count + ["CORRIDOR"] * count,
        site_codes=[f"B{slot}" for slot in range(count)],
        channels=[f"{quantity}{place}" for _ in range(count) for place, quantity in CHANNELS],
    )


class Reporting:
    """Says what gauges and pumps of a course of days send; buildings (n,) that are not `metered` have no flow meter."""

    def __init__(self, metered: NDArray[np.bool_]) -> None:
        count = len(metered)
        sent = np.ones((count, SENSORS_EACH), np.bool_)
        sent[:, [FLOW, DRAWN]] = metered[:, None]
        self._sent = np.flatnonzero(sent).astype(np.int32)
        self._jockey, self._demanded = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
        # A pump that feeds back says so when it is first heard.
        self._pump = np.ones(count, np.bool_)

    def report(self, day: Day) -> Iterator[tuple[Batch, int]]:
        """A batch and the time of its receipt, minute after minute."""
        values = np.concatenate(
            [day.pressure, *(column[..., None] for column in (day.flow, day.level, day.celsius, day.drawn))],
            axis=2,
        )
        for minute in range(len(values)):
            at = BEGINS_US + (day.first_minute + minute + 1) * MINUTE_US
            events = (
                *self._start(day, minute, at),
                *self._declare(
                    self._demanded, day.pump_demanded[minute], FIRE_PUMP, DeviceEventKind.STARTED, at
                ),
                *self._declare(self._pump, day.pump_runs[minute], FIRE_PUMP, DeviceEventKind.FEEDBACK, at),
            )
            yield Batch(_read(self._sent, values[minute], at), events), at

    def _start(self, day: Day, minute: int, at: int) -> Iterator[DeviceEvent]:
        """A jockey pump may start and stop within the minute."""
        started = self._jockey | (day.jockey_starts[minute] > 0)
        yield from self._declare(self._jockey, started, JOCKEY, DeviceEventKind.STARTED, at)
        yield from self._declare(self._jockey, day.jockey_runs[minute], JOCKEY, DeviceEventKind.STARTED, at)

    def _declare(
        self, before: NDArray[np.bool_], now: NDArray[np.bool_], place: int, kind: DeviceEventKind, at: int
    ) -> Iterator[DeviceEvent]:
        for building in np.flatnonzero(before != now).tolist():
            slot = building * DEVICES_EACH + place
            yield DeviceEvent(slot, None, at, at, kind, bool(now[building]), None, None, 0)
        before[:] = now


def _read(slots: NDArray[np.int32], values: Floats, at: int) -> NDArray[np.void]:
    readings = np.zeros(len(slots), READING)
    readings["slot"], readings["value"] = slots, values.ravel()[slots]
    readings["observed_at"] = readings["received_at"] = at
    return readings
