"""Where subjects stand, as numbers: how each selector of a parameter file finds sensors, zones and buildings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from schemas.domain import BUILDING_CLASSES, HEAT_CLASSES, INSULATIONS, WATER_PARTS, ZONE_USES, SubjectKind
from schemas.roster import UNKNOWN, Roster

Slots = NDArray[np.int32]


class Selector(StrEnum):
    """How a parameter file names places, from the widest to the nearest."""

    EVERYWHERE = "everywhere"
    HEAT_CLASS = "heat_class"
    INSULATION = "insulation"
    BUILDING_CLASS = "building_class"
    BUILDING = "building"
    ZONE_USE = "zone_use"
    WATER_PART = "water_part"
    ZONE = "zone"
    DEVICE = "device"
    SENSOR = "sensor"

    @staticmethod
    def of_closed_sets() -> Mapping[Selector, tuple[str, ...]]:
        """Those whose places are known beforehand, with all of them."""
        return _CLOSED


_CLOSED: dict[Selector, tuple[str, ...]] = {
    Selector.HEAT_CLASS: tuple(kind.value for kind in HEAT_CLASSES),
    Selector.INSULATION: tuple(kind.value for kind in INSULATIONS),
    Selector.BUILDING_CLASS: tuple(kind.value for kind in BUILDING_CLASSES),
    Selector.ZONE_USE: tuple(use.value for use in ZONE_USES),
    Selector.WATER_PART: tuple(part.value for part in WATER_PARTS),
}


@dataclass(frozen=True)
class SubjectPlaces:
    """The places of every subject of a roster."""

    roster: Roster
    columns: dict[SubjectKind, dict[Selector, Slots]]

    def of_subjects(self, kind: SubjectKind, selector: Selector) -> Slots | None:
        """The place (n_subjects,) of each subject, `UNKNOWN` where it has none; None for a kind that never has one."""
        return self.columns[kind].get(selector)

    def count(self, selector: Selector) -> int:
        """How many places there are."""
        roster = self.roster
        match selector:
            case Selector.BUILDING:
                return len(roster.sites)
            case Selector.ZONE:
                return len(roster.zones)
            case Selector.DEVICE:
                return len(roster.devices)
            case Selector.SENSOR:
                return len(roster.sensors)
            case _:
                return len(_CLOSED[selector])

    def find(self, selector: Selector, name: str) -> int | None:
        """The place of that name, e.g. ``B001/D12/smoke`` of a sensor."""
        match selector:
            case Selector.BUILDING:
                return self._buildings.get(name)
            case Selector.ZONE:
                return self._zones.get(name)
            case Selector.DEVICE:
                return self._devices.get(name)
            case Selector.SENSOR:
                return self._find_sensor(name)
            case _:
                return _CLOSED[selector].index(name)

    def names_of_sensor(self, slot: int) -> dict[Selector, str]:
        """What each selector calls the place of a sensor."""
        channels = self.roster.channels
        device = int(self.roster.sensors["device_slot"][slot])
        names = self.names_of(SubjectKind.SENSOR, slot) | self.names_of(SubjectKind.DEVICE, device)
        return names | {Selector.SENSOR: f"{names[Selector.DEVICE]}/{channels[slot]}"}

    def names_of(self, kind: SubjectKind, slot: int) -> dict[Selector, str]:
        """What each selector calls the place of a subject, the sensor's own name left out."""
        names = {Selector.EVERYWHERE: ""}
        for selector, places in self.columns[kind].items():
            place = int(places[slot])
            if place != UNKNOWN and selector is not Selector.SENSOR:
                names[selector] = self._name(selector, place)
        return names

    def _name(self, selector: Selector, place: int) -> str:
        roster = self.roster
        match selector:
            case Selector.BUILDING:
                return roster.site_codes[place]
            case Selector.ZONE:
                return f"{roster.site_codes[roster.zones['building_slot'][place]]}/{roster.zone_codes[place]}"
            case Selector.DEVICE:
                return "/".join(roster.codes[place])
            case _:
                return _CLOSED[selector][place]

    @cached_property
    def _buildings(self) -> dict[str, int]:
        return {code: slot for slot, code in enumerate(self.roster.site_codes)}

    @cached_property
    def _zones(self) -> dict[str, int]:
        return {self._name(Selector.ZONE, slot): slot for slot in range(len(self.roster.zone_codes))}

    @cached_property
    def _devices(self) -> dict[str, int]:
        return {"/".join(codes): slot for slot, codes in enumerate(self.roster.codes)}

    def _find_sensor(self, name: str) -> int | None:
        building, _, rest = name.partition("/")
        code, _, channel_name = rest.partition("/")
        device = self.roster.buildings.get(building, {}).get(code)
        channel = device.channels.get(channel_name) if device else None
        return channel.slot if channel else None


def find_places(roster: Roster) -> SubjectPlaces:
    """Look up, for every subject, the number of its place under each selector."""
    sensors, devices, zones, sites = roster.sensors, roster.devices, roster.zones, roster.sites
    of_site = {
        Selector.BUILDING_CLASS: sites["building_class"].astype(np.int32),
        Selector.BUILDING: _number(len(sites)),
    }
    of_zone = {selector: _take(column, zones["building_slot"]) for selector, column in of_site.items()}
    of_zone |= {Selector.ZONE_USE: zones["use"].astype(np.int32), Selector.ZONE: _number(len(zones))}
    of_device = {selector: _take(column, devices["building_slot"]) for selector, column in of_site.items()}
    of_device |= {
        selector: _take(of_zone[selector], devices["zone_slot"])
        for selector in (Selector.ZONE_USE, Selector.ZONE)
    }
    of_device[Selector.WATER_PART] = devices["part"].astype(np.int32)
    of_device[Selector.DEVICE] = _number(len(devices))
    of_sensor = {selector: _take(column, sensors["device_slot"]) for selector, column in of_device.items()}
    of_sensor |= {
        Selector.HEAT_CLASS: sensors["heat_class"].astype(np.int32),
        Selector.INSULATION: sensors["insulation"].astype(np.int32),
        Selector.SENSOR: _number(len(sensors)),
    }
    return SubjectPlaces(
        roster,
        {
            SubjectKind.SENSOR: of_sensor,
            SubjectKind.DEVICE: of_device,
            SubjectKind.ZONE: of_zone,
            SubjectKind.BUILDING: of_site,
        },
    )


def _number(count: int) -> Slots:
    return np.arange(count, dtype=np.int32)


def _take(column: Slots, slots: Slots) -> Slots:
    """What `column` (n,) says at `slots`; `UNKNOWN` where a slot is, or where nothing is laid out."""
    padded = np.append(column, np.int32(UNKNOWN))
    known = (slots >= 0) & (slots < len(column))
    return padded[np.where(known, slots, len(column))]
