"""Records of a registry file as a roster, as the service would see them after an import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ingest.roster_places import PlaceRows
from ingest.store_roster import RosterRows, lay_out_roster
from schemas.domain import SubjectKind
from schemas.registry_records import Building, Device, Record, Sensor, Zone
from schemas.roster import Roster

ScopeRow = tuple[int, str, int, int | None, int | None, int, int]
"""Id, kind, ids of building, zone and device, start and end [µs]."""


@dataclass(frozen=True)
class Site:
    """One building: its roster, and the names that scenarios use for what is in it."""

    code: str
    roster: Roster

    @cached_property
    def paths(self) -> list[str]:
        """``DEVICE/channel`` of each sensor, by slot."""
        roster = self.roster
        devices = roster.sensors["device_slot"].tolist()
        return [
            f"{roster.codes[device][1]}/{channel}"
            for device, channel in zip(devices, roster.channels, strict=True)
        ]

    @cached_property
    def device_codes(self) -> list[str]:
        return [code for _, code in self.roster.codes]

    def find_sensors(self, patterns: Iterable[str]) -> NDArray[np.intp]:
        """Slots of the sensors whose path matches any of the patterns; ``DEVICE`` alone means all of its channels."""
        return _match(self.paths, [one if "/" in one else f"{one}/*" for one in patterns])

    def find_devices(self, patterns: Iterable[str]) -> NDArray[np.intp]:
        return _match(self.device_codes, patterns)

    def find_zones(self, patterns: Iterable[str]) -> NDArray[np.intp]:
        return _match(self.roster.zone_codes, patterns)

    def name(self, kind: SubjectKind, identity: int) -> str:
        """What an alert is about: ``D1/smoke``, ``D1``, ``zone:F3`` or ``building``."""
        roster = self.roster
        match kind:
            case SubjectKind.SENSOR:
                return self.paths[roster.sensor_slots[identity]]
            case SubjectKind.DEVICE:
                return self.device_codes[roster.device_slots[identity]]
            case SubjectKind.ZONE:
                return f"zone:{roster.zone_codes[roster.zone_slots[identity]]}"
            case SubjectKind.BUILDING:
                return "building"

    def knows(self, name: str) -> bool:
        """Whether an alert may be about it."""
        zones = [f"zone:{code}" for code in self.roster.zone_codes]
        return name == "building" or name in self.paths or name in self.device_codes or name in zones


def _match(names: Sequence[str], patterns: Iterable[str]) -> NDArray[np.intp]:
    wanted = list(patterns)
    return np.array(
        [slot for slot, name in enumerate(names) if any(fnmatchcase(name, one) for one in wanted)], np.intp
    )


def enrol(records: Sequence[Record], scopes: Sequence[ScopeRow] = ()) -> Site:
    """The roster of the one building that the records describe; ids are given in the order of the records."""
    (building,) = (record for record in records if isinstance(record, Building))
    zones = [record for record in records if isinstance(record, Zone)]
    devices = [record for record in records if isinstance(record, Device)]
    sensors = [record for record in records if isinstance(record, Sensor)]
    zone_ids = {zone.code: number for number, zone in enumerate(zones, start=10)}
    device_ids = {device.code: number for number, device in enumerate(devices, start=100)}
    site = (1, building.code, building.building_class, building.use, building.height_m, building.floors)
    rows = RosterRows(
        version=1,
        buildings=[(1, building.code, True, True)],
        hears_unregistered=True,
        devices=[_row_of_device(device, device_ids, zone_ids) for device in devices],
        sensors=[
            _row_of_sensor(number, sensor, device_ids) for number, sensor in enumerate(sensors, start=1000)
        ],
        places=PlaceRows(
            [site],
            [(zone_ids[zone.code], 1, zone.code, zone.floor, zone.use, zone.adjoins) for zone in zones],
            [*scopes],
        ),
    )
    return Site(building.code, lay_out_roster(rows, Roster.empty()))


def _row_of_device(device: Device, ids: dict[str, int], zone_ids: dict[str, int]) -> tuple[object, ...]:
    zone_id = None if device.zone is None else zone_ids[device.zone]
    gateway_id = None if device.gateway is None else ids[device.gateway]
    named = (ids[device.code], 1, device.code, zone_id, gateway_id, device.power, device.retired)
    return (*named, device.system, device.part, device.riser)


def _row_of_sensor(number: int, sensor: Sensor, device_ids: dict[str, int]) -> tuple[object, ...]:
    device_id = device_ids[sensor.parent.partition("/")[2]]
    measured = (number, device_id, sensor.code, sensor.quantity, sensor.wire_unit)
    limits = (sensor.range_low, sensor.range_high, sensor.interval_s, sensor.heat_class)
    wiring = (sensor.circuit, sensor.phase, sensor.insulation, sensor.rated_current_a)
    return (*measured, *limits, *wiring, sensor.elevation_m, sensor.resolution)
