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

    # A field before a row: numpy is slow to make a row of its own.

    def sensor(self, slot: int) -> Subject:
        sensors = self._roster.sensors
        at, sensor_id = self.device(int(sensors["device_slot"][slot])), int(sensors["sensor_id"][slot])
        return Subject(SubjectKind.SENSOR, sensor_id, at.building_id, at.zone_id, at.device_id, sensor_id)

    def device(self, slot: int) -> Subject:
        devices = self._roster.devices
        device_id, zone_id = int(devices["device_id"][slot]), int(devices["zone_id"][slot])
        zone, building_id = None if zone_id == UNKNOWN else zone_id, int(devices["building_id"][slot])
        return Subject(SubjectKind.DEVICE, device_id, building_id, zone, device_id, None)

    def zone(self, slot: int) -> Subject:
        zone_id = int(self._roster.zones["zone_id"][slot])
        building_id = int(self._roster.sites["building_id"][self._roster.zones["building_slot"][slot]])
        return Subject(SubjectKind.ZONE, zone_id, building_id, zone_id, None, None)

    def building(self, slot: int) -> Subject:
        building_id = int(self._roster.sites["building_id"][slot])
        return Subject(SubjectKind.BUILDING, building_id, building_id, None, None, None)

    def zone_of_device(self, slot: int) -> int:
        return int(self._roster.devices["zone_slot"][slot])

    def building_of_device(self, slot: int) -> int:
        return int(self._roster.devices["building_slot"][slot])

    def device_of_sensor(self, slot: int) -> int:
        return int(self._roster.sensors["device_slot"][slot])

    def floor_of_zone(self, slot: int) -> int:
        return int(self._roster.zones["floor"][slot])

    def building_of_zone(self, slot: int) -> int:
        return int(self._roster.zones["building_slot"][slot])

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
