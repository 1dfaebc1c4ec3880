"""Bringing the rules back to where they stood: conditions of the tables, snapshots, windows from stored readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from rules.catalogue import CATALOGUE, READING_RULES, SEQUENCE_GAP
from rules.catalogue.device_chatter import DEVICE_CHATTER
from rules.changes import KnownCondition, Subject
from rules.chatter import Chatter
from rules.confirmation import Confirmation, GroupRule
from rules.declarations import Declarations
from rules.electrical.circuit_watch import CircuitWatch
from rules.health import Health
from rules.judging import Judging
from rules.likelihood import Likelihood
from rules.outlasting import Outlasting
from rules.places import Places
from rules.sequences import Sequences
from rules.shared_episodes import SharedEpisodes
from rules.snapshots import pack, unpack
from rules.voices import Channel
from rules.water.water_memory import (
    Wait,
    pack_gauges,
    pack_pump_starts,
    pack_waits,
    restore_gauges,
    restore_pump_starts,
    unpack_waits,
)
from rules.water.water_watch import WaterWatch
from rules.zone_watch import LOW, ZoneWatch
from schemas.columns import NEVER
from schemas.domain import SignalClass, SubjectKind
from schemas.roster import UNKNOWN, Roster

RULES = {rule.id: rule for rule in CATALOGUE}
SHARING = [rule for rule in READING_RULES if rule.shares is not None]


class Recall:
    """Writes into the parts of an engine what the tables know of them."""

    def __init__(
        self,
        judging: Judging,
        circuits: CircuitWatch,
        likelihood: Likelihood,
        zones: ZoneWatch,
        confirmation: Confirmation,
        declarations: Declarations,
        health: Health,
        water: WaterWatch,
        chatter: Chatter,
        sequences: Sequences,
        shared: SharedEpisodes,
        outlasting: Outlasting,
    ) -> None:
        self._judging, self._circuits = judging, circuits
        self._likelihood, self._zones = likelihood, zones
        self._confirmation, self._declarations = confirmation, declarations
        self._health, self._water, self._shared = health, water, shared
        self._chatter, self._sequences, self._outlasting = chatter, sequences, outlasting
        self._judged_upto = np.empty(0, np.int64)
        self._known: list[KnownCondition] = []
        self._waits: list[Wait] = []

    def adopt(self, places: Places, roster: Roster) -> None:
        """Take over a newer roster."""
        self._places, self._roster = places, roster
        self._site_of_sensors = roster.devices["building_slot"][roster.sensors["device_slot"]]
        fresh = len(roster.sensors) - len(self._judged_upto)
        self._judged_upto = np.concatenate([self._judged_upto, np.full(fresh, NEVER, np.int64)])

    def restore(self, conditions: Iterable[KnownCondition]) -> None:
        """Take over conditions, and again when snapshots have been brought up to them."""
        fresh = list(conditions)
        self._known += fresh
        for known in fresh:
            self._restore(known)

    def _restore(self, known: KnownCondition) -> None:
        slot = self._slots_of(known.subject_kind).get(known.subject_id)
        if slot is None:
            return
        key, rule = (known.rule_id, slot), RULES.get(known.rule_id)
        if rule is not None:
            self._outlasting.restore(known, rule, self._find_subject(known.subject_kind, slot))
        voices = self._find_voices(known)
        if self._health.restore(known, slot, voices):
            return
        if self._water.restore(known.rule_id, slot, known.active, known.at, known.severity):
            return
        if known.subject_kind is SubjectKind.SENSOR:
            if self._circuits.restore(known.rule_id, slot, known.active):
                return
            self._judging.restore(known.rule_id, slot, known.active, known.at, known.severity)
            subject = self._places.sensor(slot)
            self._shared.restore(known.rule_id, subject, known.severity, active=known.active)
        elif known.rule_id == DEVICE_CHATTER.id:
            self._chatter.restore(known.subject_id, known.active, known.at)
        elif known.rule_id == SEQUENCE_GAP.id:
            if known.active:
                self._sequences.restore_gap(slot, known.at)
        elif known.subject_kind is SubjectKind.DEVICE and not isinstance(rule, GroupRule):
            self._declarations.restore(key, known.active, known.at, known.severity, voices)
        else:
            conditions = (self._confirmation if isinstance(rule, GroupRule) else self._zones).conditions
            conditions.restore(key, known.active, known.at, known.severity)
        if rule is not None and rule.signal_class is SignalClass.FIRE and not isinstance(rule, GroupRule):
            self._confirmation.restore(known, *self._stand(known.subject_kind, slot))

    def _find_voices(self, known: KnownCondition) -> dict[Channel, int]:
        """By slot; a channel that is not registered any more has nothing to say."""
        slots = self._roster.sensor_slots
        return {
            None if sensor_id is None else slots[sensor_id]: at
            for sensor_id, at in known.voices
            if sensor_id is None or sensor_id in slots
        }

    def _find_subject(self, kind: SubjectKind, slot: int) -> Subject:
        places = self._places
        return {
            SubjectKind.SENSOR: places.sensor,
            SubjectKind.DEVICE: places.device,
            SubjectKind.ZONE: places.zone,
            SubjectKind.BUILDING: places.building,
        }[kind](slot)

    def _slots_of(self, kind: SubjectKind) -> Mapping[int, int]:
        return {
            SubjectKind.SENSOR: self._roster.sensor_slots,
            SubjectKind.DEVICE: self._roster.device_slots,
            SubjectKind.ZONE: self._roster.zone_slots,
            SubjectKind.BUILDING: self._roster.site_slots,
        }[kind]

    def _stand(self, kind: SubjectKind, slot: int) -> tuple[int, int, int]:
        """Building, zone and device slot of a subject."""
        places = self._places
        if kind is SubjectKind.ZONE:
            return places.building_of_zone(slot), slot, UNKNOWN
        device = places.device_of_sensor(slot) if kind is SubjectKind.SENSOR else slot
        return places.building_of_device(device), places.zone_of_device(device), device

    def take_snapshot(self, building_slot: int, received_upto: int) -> bytes:
        """All that is known of a building but conditions and windows."""
        return pack(self._columns_of(building_slot, received_upto))

    def restore_snapshot(self, building_slot: int, blob: bytes) -> int:
        """Bring a building to where `take_snapshot` saw it; returns the time of receipt up to which it had been judged.

        Raises
        ------
        SnapshotError
            The bytes are of another version of the rules; nothing has been changed.
        """
        columns = unpack(blob, self._columns_of(building_slot, NEVER))
        slot_of = self._roster.sensor_slots
        ids = columns["sensor_id"].tolist()
        kept = np.array([sensor_id in slot_of for sensor_id in ids], np.bool_)
        slots = np.array([slot_of[sensor_id] for sensor_id in ids if sensor_id in slot_of], np.intp)
        # A building that comes back may have left signs behind that have gone since.
        showed = self._judging.points[slots] > 0
        self._judging.restore_snapshot(slots, {name: columns[name][kept] for name in self._judging.COLUMNS})
        self._circuits.restore_snapshot(slots, {name: columns[name][kept] for name in self._circuits.COLUMNS})
        for slot in slots[showed | (self._judging.points[slots] > 0)].tolist():
            self._likelihood.take(slot, int(self._judging.points[slot]), float(self._judging.excess[slot]))
        self._zones.restore_snapshot(columns["zones"].astype(LOW), self._roster.zone_slots)
        water = self._water
        restore_gauges(water.gauging, columns, slot_of)
        restore_pump_starts(water.pumps, columns, self._roster.device_slots)
        self._waits += unpack_waits(columns)
        upto = int(columns["received_upto"][0])
        self._judged_upto[slots] = upto
        return upto

    def refill(self, readings: NDArray[np.void]) -> tuple[NDArray[np.void], set[int]]:
        """Put what was judged before a snapshot into the windows.

        Returns
        -------
        fresh
            The readings that came after it, or of buildings without one.
        told
            Ids of the buildings with a snapshot: what happens in them has been told already.
        """
        judged = readings["received_at"] <= self._judged_upto[readings["slot"]]
        past = readings[judged]
        self._judging.refill(past[self._health.validity.believe(past)])
        sites = np.unique(self._site_of_sensors[self._judged_upto != NEVER])
        return readings[~judged], set(self._roster.sites["building_id"][sites].tolist())

    def finish(self) -> None:
        """What the tables say of conditions holds, whatever the readings since the snapshot have made of them."""
        self._judged_upto[:] = NEVER
        roster = self._roster
        for known in self._known:
            self._restore(known)
        self._known = []
        for wait in self._waits:
            slot = (roster.device_slots if wait.of_device else roster.sensor_slots).get(wait.id)
            if slot is not None:
                self._water.restore_wait(wait, slot)
        self._waits = []
        for rule in SHARING:
            for slot in self._judging.find_active(rule).tolist():
                self._shared.join(rule, self._places.sensor(slot))

    def _columns_of(self, building_slot: int, received_upto: int) -> dict[str, NDArray[np.generic]]:
        slots = np.flatnonzero(self._site_of_sensors == building_slot)
        roster = self._roster
        zones = set(np.flatnonzero(roster.zones["building_slot"] == building_slot).tolist())
        sensor_ids = roster.sensors["sensor_id"][slots]
        return {
            "received_upto": np.array([received_upto]),
            "sensor_id": sensor_ids,
            "zones": self._zones.take_snapshot(zones, roster.zones["zone_id"]),
            **self._judging.take_snapshot(slots),
            **self._circuits.take_snapshot(slots),
            **self.recall_water(building_slot),
        }

    def recall_water(self, building_slot: int) -> dict[str, NDArray[np.generic]]:
        """What is known of the water systems of a building, as columns."""
        roster, water = self._roster, self._water
        sensors = np.flatnonzero(self._site_of_sensors == building_slot)
        devices = np.flatnonzero(roster.devices["building_slot"] == building_slot)
        return {
            **pack_gauges(water.gauging, sensors, roster.sensors["sensor_id"][sensors]),
            **pack_pump_starts(water.pumps, devices, roster.devices["device_id"][devices]),
            **pack_waits(water.list_waits(sensors, devices, roster)),
        }
