"""Where things stand: subjects of alerts, and the declared tests, drills and maintenance they fall into."""

from __future__ import annotations

from rules.changes import Subject
from schemas.domain import SubjectKind
from schemas.roster import UNKNOWN, Roster


class Places:
    """Subjects by slot, looked up in one roster."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._scopes = roster.scopes.tolist()
        # Python reads a single number out of these faster than out of an array.
        sensors, devices, zones, sites = roster.sensors, roster.devices, roster.zones, roster.sites
        self._sensor_id, self._device_of = (
            sensors["sensor_id"].copy().data,
            sensors["device_slot"].copy().data,
        )
        self._device_id, self._zone_id_of, self._building_id_of, self._zone_of, self._building_of = (
            devices[name].copy().data
            for name in ("device_id", "zone_id", "building_id", "zone_slot", "building_slot")
        )
        self._zone_id, self._floor, self._site_of = (
            zones[name].copy().data for name in ("zone_id", "floor", "building_slot")
        )
        self._building_id = sites["building_id"].copy().data

    def sensor(self, slot: int) -> Subject:
        at, sensor_id = self.device(self._device_of[slot]), self._sensor_id[slot]
        return Subject(SubjectKind.SENSOR, sensor_id, at.building_id, at.zone_id, at.device_id, sensor_id)

    def device(self, slot: int) -> Subject:
        device_id, zone_id = self._device_id[slot], self._zone_id_of[slot]
        zone = None if zone_id == UNKNOWN else zone_id
        return Subject(SubjectKind.DEVICE, device_id, self._building_id_of[slot], zone, device_id, None)

    def zone(self, slot: int) -> Subject:
        zone_id, building_id = self._zone_id[slot], self._building_id[self._site_of[slot]]
        return Subject(SubjectKind.ZONE, zone_id, building_id, zone_id, None, None)

    def building(self, slot: int) -> Subject:
        building_id = self._building_id[slot]
        return Subject(SubjectKind.BUILDING, building_id, building_id, None, None, None)

    def zone_of_device(self, slot: int) -> int:
        return self._zone_of[slot]

    def building_of_device(self, slot: int) -> int:
        return self._building_of[slot]

    def device_of_sensor(self, slot: int) -> int:
        return self._device_of[slot]

    def floor_of_zone(self, slot: int) -> int:
        return self._floor[slot]

    def building_of_zone(self, slot: int) -> int:
        return self._site_of[slot]

    def zone_code(self, slot: int) -> str:
        codes = self._roster.zone_codes
        return codes[slot] if 0 <= slot < len(codes) else ""

    def find_scope(self, at: int, building: int, zone: int = UNKNOWN, device: int = UNKNOWN) -> int | None:
        """The scope that was declared for this place at that time; of several the one that was declared first."""
        for scope_id, _, its_building, its_zone, its_device, starts_at, ends_at in self._scopes:
            if (
                its_building == building
                and its_zone in (UNKNOWN, zone)
                and its_device in (UNKNOWN, device)
                and starts_at <= at < ends_at
            ):
                return int(scope_id)
        return None
