"""The city as columns: where in an array each sensor, detector, riser and circuit stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.domain import Quantity, ZoneUse
from simulators.buildings import MAX_RISER_METRES, Building, City, Device
from simulators.models import Channel
from simulators.optics import Floats

Indexes = NDArray[np.intp]

UNCOMMONLY_HIGH_CEILING = 8.0
_GAUGE_ABOVE_FLOOR_M = 1.1


@dataclass(frozen=True)
class Sensors:
    """All channels in the order of their devices, shape (n_sensors,); `start` (n_devices + 1,) cuts them."""

    start: Indexes
    device: Indexes
    low: Floats
    high: Floats
    step: Floats
    change: Floats


@dataclass(frozen=True)
class Detectors:
    """Smoke and heat detectors, shape (n_detectors,); `with_co` are positions among them."""

    device: Indexes
    zone: Indexes
    use: NDArray[np.str_]
    ceiling_m: Floats
    smoke: Indexes
    temperature: Indexes
    with_co: Indexes
    co: Indexes


@dataclass(frozen=True)
class Water:
    """Risers (n_risers,), gauges (n_gauges,) on them, meters (n_meters,) and tanks, one a building."""

    riser_building: Indexes
    riser_number: Indexes
    riser_top_m: Floats
    gauge_device: Indexes
    gauge: Indexes
    gauge_riser: Indexes
    gauge_height_m: Floats
    meter_device: Indexes
    meter: Indexes
    meter_is_tank: NDArray[np.bool_]
    meter_building: Indexes
    meter_riser: Indexes
    tank_level: Indexes


@dataclass(frozen=True)
class Circuits:
    """Monitored circuits, shape (n_circuits,); `cable` is (n_circuits, 3), phase A, B, C."""

    device: Indexes
    residual: Indexes
    cable: Indexes
    current: Indexes
    voltage: Indexes


@dataclass(frozen=True)
class Layout:
    """Everything together; positions called `…device` lead into the devices of the city."""

    device_building: Indexes
    sensors: Sensors
    detectors: Detectors
    water: Water
    circuits: Circuits


def lay_out(city: City) -> Layout:
    """Derive the columns of a city."""
    counts = [len(device.model.channels) for device in city.devices]
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
    return Layout(
        device_building=_indexes([device.building for device in city.devices]),
        sensors=_lay_out_sensors(city, start),
        detectors=_lay_out_detectors(city, start),
        water=_lay_out_water(city, start),
        circuits=_lay_out_circuits(city, start),
    )


def _lay_out_sensors(city: City, start: Indexes) -> Sensors:
    channels = [channel for device in city.devices for channel in device.model.channels]
    return Sensors(
        start=start,
        device=np.repeat(np.arange(len(city.devices)), np.diff(start)),
        low=_floats([channel.low for channel in channels]),
        high=_floats([channel.high for channel in channels]),
        step=_floats([channel.step for channel in channels]),
        change=_floats([channel.change for channel in channels]),
    )


def _lay_out_detectors(city: City, start: Indexes) -> Detectors:
    devices = _devices_with(city, Quantity.SMOKE)
    zones = [city.zones[city.devices[device].zone] for device in devices]
    co = [_channel_index(city.devices[device], start[device], Quantity.CO) for device in devices]
    return Detectors(
        device=_indexes(devices),
        zone=_indexes([city.devices[device].zone for device in devices]),
        use=np.array([zone.use.value for zone in zones], dtype=np.str_),
        ceiling_m=_floats([_ceiling(city.buildings[zone.building]) for zone in zones]),
        smoke=_indexes([start[device] for device in devices]),
        temperature=_indexes([start[device] + 1 for device in devices]),
        with_co=_indexes([i for i, index in enumerate(co) if index is not None]),
        co=_indexes([index for index in co if index is not None]),
    )


def _ceiling(building: Building) -> float:
    """Clear height [m]: half a metre of the storey is slab, ducts and cladding."""
    return min(building.plan.storey_m - 0.5, UNCOMMONLY_HIGH_CEILING)


def _lay_out_water(city: City, start: Indexes) -> Water:
    risers = [(b, n) for b, building in enumerate(city.buildings) for n in range(_count_risers(building))]
    gauges, meters = _devices_with(city, Quantity.PRESSURE), _devices_with(city, Quantity.FLOW)
    levels = {city.devices[device].building: start[device] for device in _devices_with(city, Quantity.LEVEL)}
    at_tank = [city.zones[city.devices[device].zone].use is ZoneUse.ROOF for device in meters]
    return Water(
        riser_building=_indexes([building for building, _ in risers]),
        riser_number=_indexes([number for _, number in risers]),
        riser_top_m=_floats([_riser_top(city.buildings[b], n) for b, n in risers]),
        gauge_device=_indexes(gauges),
        gauge=_indexes([start[device] for device in gauges]),
        gauge_riser=_indexes([risers.index(_riser_of(city, device)) for device in gauges]),
        gauge_height_m=_floats([_device_height(city, device) for device in gauges]),
        meter_device=_indexes(meters),
        meter=_indexes([start[device] for device in meters]),
        meter_is_tank=np.array(at_tank, dtype=np.bool_),
        meter_building=_indexes([city.devices[device].building for device in meters]),
        meter_riser=_indexes([risers.index(_riser_of(city, device)) for device in meters]),
        tank_level=_indexes([levels[building] for building in range(len(city.buildings))]),
    )


def _lay_out_circuits(city: City, start: Indexes) -> Circuits:
    devices = _devices_with(city, Quantity.RESIDUAL_CURRENT)
    first = _indexes([start[device] for device in devices])
    return Circuits(
        device=_indexes(devices),
        residual=first,
        cable=first[:, None] + np.arange(1, 4),
        current=first + 4,
        voltage=first + 5,
    )


def _count_risers(building: Building) -> int:
    return max(1, int(np.ceil(building.height_m / MAX_RISER_METRES)))


def _riser_top(building: Building, number: int) -> float:
    """Height [m] of the highest gauge a riser can have; riser 0 is the lowest."""
    top_floor = (number + 1) * building.floors // _count_risers(building)
    return (top_floor - 1) * building.plan.storey_m + _GAUGE_ABOVE_FLOOR_M


def _riser_of(city: City, device: int) -> tuple[int, int]:
    building = city.buildings[city.devices[device].building]
    height, count = _device_height(city, device), _count_risers(building)
    number = next((n for n in range(count) if height <= _riser_top(building, n) + 1e-6), count - 1)
    return city.devices[device].building, number


def _device_height(city: City, device: int) -> float:
    """Height above the ground [m]."""
    storey_m = city.buildings[city.devices[device].building].plan.storey_m
    floor = city.zones[city.devices[device].zone].floor
    return (floor if floor < 0 else floor - 1) * storey_m + _GAUGE_ABOVE_FLOOR_M


def find_riser(city: City, device: int) -> tuple[int, float]:
    """The riser of its building that a device stands at, and its height above the ground [m]."""
    return _riser_of(city, device)[1], _device_height(city, device)


def _devices_with(city: City, quantity: Quantity) -> list[int]:
    return [
        index
        for index, device in enumerate(city.devices)
        if any(channel.quantity is quantity for channel in device.model.channels)
    ]


def _channel_index(device: Device, start: int, quantity: Quantity) -> int | None:
    channels: tuple[Channel, ...] = device.model.channels
    return next((start + i for i, channel in enumerate(channels) if channel.quantity is quantity), None)


def _indexes(values: list[int]) -> Indexes:
    return np.array(values, dtype=np.intp)


def _floats(values: list[float]) -> Floats:
    return np.array(values, dtype=np.float64)
