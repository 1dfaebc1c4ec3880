"""The water systems of a roster: which gauges, meters, floats, pumps and valves belong together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.domain import (
    BUILDING_CLASSES,
    BUILDING_USES,
    WATER_PARTS,
    WATER_SYSTEMS,
    BuildingClass,
    BuildingUse,
    Quantity,
    WaterPart,
    WaterSystem,
)
from schemas.limitations import (
    COARSEST_FOR_CYCLES_MPA,
    COARSEST_FOR_LOW_PRESSURE_MPA,
    SLOWEST_FOR_CYCLES_SECONDS,
)
from schemas.roster import UNKNOWN, Roster

Slots = NDArray[np.int32]
Rows = NDArray[np.intp]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MPA_PER_METRE = 0.00981
"""ρ g of water with 1000 kg/m³ and 9.81 m/s²."""
JOCKEY_L_S = 1.5
"""What a jockey pump takes from the tank at most: 1 to 3 % of the design flow, and not less than 1 L/s."""
OUTLET_ABOVE_FLOOR_M = 1.1
"""GB 50974-2014 has the outlet of a hydrant 1.10 m above its floor."""

_SPRINKLER = WATER_SYSTEMS.index(WaterSystem.SPRINKLER)
_TANK, _RISER = WATER_PARTS.index(WaterPart.TANK), WATER_PARTS.index(WaterPart.RISER)
_FIRE_PUMP, _JOCKEY = WATER_PARTS.index(WaterPart.FIRE_PUMP), WATER_PARTS.index(WaterPart.JOCKEY_PUMP)


@dataclass(frozen=True)
class Members:
    """Slots (k,) of sensors or devices, and the system (k,) that each belongs to; one may stand in several."""

    slots: Slots
    system: Rows

    def pick(self, some: Flags) -> Members:
        return Members(self.slots[some], self.system[some])

    def __len__(self) -> int:
        return len(self.slots)


@dataclass(frozen=True)
class WaterSystems:
    """(n,) systems: those of one building, kind and riser that have a gauge.

    Attributes
    ----------
    anchor
        The highest gauge of each: what an alert on the system is about, (n,).
    pump
        The slot of its fire pump, `UNKNOWN` where none is registered, (n,).
    gauges
        Pressures; `head_m` (k,) is how far the worst hydrant lies above each, NaN where that is not known.
    fine, quick
        Which gauges tell low pressure from enough, and which show the cycles of a jockey pump, (k,).
    at_riser
        Which stand at hydrants rather than in the pump room, (k,).
    """

    building: Rows
    sprinkler: Flags
    industrial: Flags
    first_class: Flags
    dwelling: Flags
    height_m: Floats
    high_rise: Flags
    anchor: Slots
    pump: Slots
    gauges: Members
    head_m: Floats
    elevation_m: Floats
    fine: Flags
    quick: Flags
    at_riser: Flags
    meters: Members
    tank_meters: Members
    floats: Members
    fire_pumps: Members
    jockeys: Members
    has_jockey: Flags

    def __len__(self) -> int:
        return len(self.building)


def find_systems(roster: Roster) -> WaterSystems:
    """Put together what a roster says of its devices and sensors; retired devices are in none."""
    devices, sensors = roster.devices, roster.sensors
    in_service = (devices["system"] != UNKNOWN) & ~devices["retired"] & devices["served"]
    of_sensor = sensors["device_slot"]
    is_gauge = in_service[of_sensor] & (sensors["quantity"] == Quantity.PRESSURE.code)
    gauge_slots = np.flatnonzero(is_gauge).astype(np.int32)
    keys = _keys_of(devices[of_sensor[gauge_slots]])
    systems, first = np.unique(keys, return_inverse=True)
    belongs = _Belonging(systems, devices, in_service)
    gauges = Members(gauge_slots, first.astype(np.intp))
    elevation = sensors["elevation_m"][gauge_slots]
    sites = roster.sites[systems["building_slot"]]
    worst_m = _find_worst(sites, systems, gauges, elevation)
    resolution = np.nan_to_num(sensors["resolution"][gauge_slots], nan=0.0)
    interval_s = sensors["interval_us"][gauge_slots] / 1e6
    flows = belongs.sensors(of_sensor, sensors["quantity"] == Quantity.FLOW.code)
    part_of_flow = devices["part"][of_sensor[flows.slots]]
    pumps = belongs.devices(devices["part"] == _FIRE_PUMP)
    jockeys = belongs.devices(devices["part"] == _JOCKEY)
    has_jockey = np.zeros(len(systems), np.bool_)
    has_jockey[jockeys.system] = True
    pump = np.full(len(systems), UNKNOWN, np.int32)
    pump[pumps.system[::-1]] = pumps.slots[::-1]
    kind, use = sites["building_class"], sites["use"]
    return WaterSystems(
        building=systems["building_slot"].astype(np.intp),
        sprinkler=systems["system"] == _SPRINKLER,
        industrial=kind == BUILDING_CLASSES.index(BuildingClass.INDUSTRIAL),
        first_class=kind == BUILDING_CLASSES.index(BuildingClass.HIGH_RISE_1),
        dwelling=use == BUILDING_USES.index(BuildingUse.RESIDENTIAL),
        height_m=sites["height_m"].astype(np.float64),
        high_rise=np.isin(
            kind,
            [BUILDING_CLASSES.index(one) for one in (BuildingClass.HIGH_RISE_1, BuildingClass.HIGH_RISE_2)],
        ),
        anchor=_find_anchors(len(systems), gauges, elevation),
        pump=pump,
        gauges=gauges,
        head_m=worst_m[gauges.system] - elevation,
        elevation_m=elevation,
        fine=resolution <= COARSEST_FOR_LOW_PRESSURE_MPA,
        quick=(resolution <= COARSEST_FOR_CYCLES_MPA) & (interval_s <= SLOWEST_FOR_CYCLES_SECONDS),
        at_riser=devices["part"][of_sensor[gauge_slots]] == _RISER,
        meters=flows.pick(part_of_flow != _TANK),
        tank_meters=flows.pick(part_of_flow == _TANK),
        floats=belongs.sensors(of_sensor, sensors["quantity"] == Quantity.LEVEL.code),
        fire_pumps=pumps,
        jockeys=jockeys,
        has_jockey=has_jockey,
    )


_KEY = np.dtype([("building_slot", np.int32), ("system", np.int8), ("riser", np.int32)])


def _keys_of(devices: NDArray[np.void]) -> NDArray[np.void]:
    keys = np.zeros(len(devices), _KEY)
    for name in _KEY.names or ():
        keys[name] = devices[name]
    return keys


class _Belonging:
    """Finds the systems of whatever is no gauge: what names no riser serves all of its building and kind."""

    def __init__(self, systems: NDArray[np.void], devices: NDArray[np.void], in_service: Flags) -> None:
        self._devices, self._in_service = devices, in_service
        self._found: dict[tuple[int, ...], list[int]] = {}
        for row, (building, system, riser) in enumerate(systems.tolist()):
            self._found.setdefault((building, system, riser), []).append(row)
            if riser != UNKNOWN:
                self._found.setdefault((building, system), []).append(row)

    def devices(self, wanted: Flags) -> Members:
        return self._join((slot, slot) for slot in np.flatnonzero(wanted & self._in_service).tolist())

    def sensors(self, device_of: Slots, wanted: Flags) -> Members:
        slots = np.flatnonzero(wanted & self._in_service[device_of])
        return self._join((slot, int(device_of[slot])) for slot in slots.tolist())

    def _join(self, pairs: Iterable[tuple[int, int]]) -> Members:
        joined = [(slot, row) for slot, device in pairs for row in self._rows_of(device)]
        slots, rows = zip(*joined, strict=True) if joined else ((), ())
        return Members(np.array(slots, np.int32), np.array(rows, np.intp))

    def _rows_of(self, device: int) -> list[int]:
        building, system, riser = (int(self._devices[name][device]) for name in _KEY.names or ())
        if riser == UNKNOWN:
            every = self._found.get((building, system), [])
            return every + self._found.get((building, system, UNKNOWN), [])
        return self._found.get((building, system, riser), [])


def _find_worst(
    sites: NDArray[np.void], systems: NDArray[np.void], gauges: Members, elevation_m: Floats
) -> Floats:
    """How high the worst hydrant of each system lies (n,): in a riser of its own where its highest gauge stands."""
    highest = np.full(len(systems), -np.inf)
    np.fmax.at(highest, gauges.system, elevation_m)
    storey_m = sites["height_m"] / np.maximum(sites["floors"], 1)
    roof = np.maximum(sites["height_m"] - storey_m + OUTLET_ABOVE_FLOOR_M, highest)
    return np.where(systems["riser"] == UNKNOWN, roof, np.where(np.isfinite(highest), highest, np.nan))


def _find_anchors(count: int, gauges: Members, elevation_m: Floats) -> Slots:
    """The highest gauge of each system (n,); where no height is known the first."""
    order = np.lexsort((-np.nan_to_num(elevation_m, nan=-1e9), gauges.system))
    _, first = np.unique(gauges.system[order], return_index=True)
    return gauges.slots[order[first]] if count else np.empty(0, np.int32)
