"""The rule engine: ``evaluate(batch, now) -> changes``, the same for live data, replays and simulations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from rules.catalogue import (
    CATALOGUE,
    DECLARATION_RULES,
    DURATION_RULES,
    GROUP_RULES,
    READING_RULES,
    SEQUENCE_GAP,
    UPKEEP_RULES,
    ZONE_RULES,
)
from rules.catalogue.device_chatter import DEVICE_CHATTER
from rules.changes import Change, ChangeKind, KnownCondition
from rules.chatter import Chatter
from rules.confirmation import Confirmation, GroupRule
from rules.declarations import Declarations
from rules.health import Health
from rules.judging import Judging
from rules.likelihood import Likelihood
from rules.parameters import Parameters
from rules.places import Places
from rules.rule import seconds
from rules.sequences import Sequences
from rules.silence import Silence
from rules.snapshots import pack, unpack
from rules.turns import EvidenceChange, SensorChange
from rules.zone_watch import LOW, ZoneWatch
from schemas.columns import NEVER, Batch
from schemas.domain import Severity, SignalClass, SubjectKind
from schemas.roster import UNKNOWN, Roster

TICK_US = seconds(10)
SMOKE_RULES = frozenset({"smoke_level_alarm", "detector_fire_state", "zone_fire_likelihood"})
FLOW_RULES = frozenset({"sprinkler_water_flow"})
UNSURE_RULES = frozenset({"smoke_level_alarm", "zone_fire_likelihood"})
RULES = {rule.id: rule for rule in CATALOGUE}
TITLES = {rule.id: (rule.title_zh, rule.title_en) for rule in CATALOGUE}


class Engine:
    """All rules over all sensors, devices and zones of one roster.

    It knows no clock: `now` (microseconds since the epoch, time of receipt) is an argument, and everything about
    readings is measured in their own event time. The same stream cut into other batches gives the same changes: what
    time alone decides is looked at whenever the time of receipt passes a full ten seconds, wherever a batch ends.
    """

    def __init__(self, parameters: Parameters | None = None) -> None:
        self._parameters = parameters or Parameters.built_in(CATALOGUE)
        self._roster = Roster.empty()
        self._judging = Judging(READING_RULES)
        self._likelihood = Likelihood()
        self._zones = ZoneWatch(ZONE_RULES, self._likelihood)
        self._confirmation = Confirmation(GROUP_RULES, SMOKE_RULES, FLOW_RULES, UNSURE_RULES, TITLES)
        self._declarations = Declarations(DECLARATION_RULES)
        self._silence = Silence()
        self._health = Health(self._silence, self._judging, self._likelihood, DURATION_RULES, UPKEEP_RULES)
        self._chatter = Chatter()
        self._ticked = NEVER
        self._received_upto = NEVER
        self._judged_upto = np.empty(0, np.int64)
        self._site_of_sensors: NDArray[np.int32] = np.empty(0, np.int32)
        self._known: list[KnownCondition] = []
        self.sequences = Sequences()
        self.warnings: tuple[str, ...] = ()

    @property
    def parameters_version(self) -> str:
        """Names the parameters in force; stored with every alert."""
        return self._parameters.version

    def use(self, parameters: Parameters) -> None:
        """Judge by other parameters from now on; what is active stays until its end is seen."""
        self._parameters = parameters
        self.adopt(self._roster)

    def adopt(self, roster: Roster) -> None:
        """Take over a newer roster; slots of the former one must stand for the same sensors, devices and zones."""
        served_before = np.flatnonzero(self._roster.devices["served"])
        for slot in served_before[~roster.devices["served"][served_before]].tolist():
            self.sequences.forget(slot)
        self._roster = roster
        self._places = Places(roster)
        self._zone_slots = {zone_id: slot for slot, zone_id in enumerate(roster.zones["zone_id"].tolist())}
        self._site_slots = {
            site_id: slot for slot, site_id in enumerate(roster.sites["building_id"].tolist())
        }
        resolved = self._parameters.resolve(roster)
        self.warnings = resolved.unmatched + resolved.conflicts
        sensors, devices = roster.sensors, roster.devices
        self._site_of_sensors = devices["building_slot"][sensors["device_slot"]]
        fresh = len(sensors) - len(self._judged_upto)
        self._judged_upto = np.concatenate([self._judged_upto, np.full(fresh, NEVER, np.int64)])
        self._judging.adopt(sensors, resolved)
        self._likelihood.adopt(
            sensors["quantity"], devices["zone_slot"][sensors["device_slot"]], roster.links
        )
        self._zones.adopt(self._places, resolved)
        self._confirmation.adopt(self._places, resolved)
        self._declarations.adopt(self._places)
        self._health.adopt(self._places, roster, resolved)
        self._chatter.adopt(self._places, roster, resolved)

    def restore(self, conditions: Iterable[KnownCondition]) -> None:
        """Take over the conditions that the tables hold: at start, or of buildings that come from another share."""
        fresh = list(conditions)
        self._known += fresh
        for known in fresh:
            self._restore(known)

    def _restore(self, known: KnownCondition) -> None:
        slot = self._slots_of(known.subject_kind).get(known.subject_id)
        if slot is None:
            return
        key, rule = (known.rule_id, slot), RULES.get(known.rule_id)
        if self._health.restore(known, slot):
            return
        if known.subject_kind is SubjectKind.SENSOR:
            self._judging.restore(known.rule_id, slot, known.active, known.at, known.severity)
        elif known.rule_id == DEVICE_CHATTER.id:
            self._chatter.restore(known.subject_id, known.active, known.at)
        elif known.rule_id == SEQUENCE_GAP.id:
            if known.active:
                self.sequences.restore_gap(slot, known.at)
        else:
            whose = self._declarations if known.subject_kind is SubjectKind.DEVICE else self._zones
            conditions = self._confirmation.conditions if isinstance(rule, GroupRule) else whose.conditions
            conditions.restore(key, known.active, known.at, known.severity)
        if rule is not None and rule.signal_class is SignalClass.FIRE and not isinstance(rule, GroupRule):
            self._confirmation.restore(known, *self._stand(known.subject_kind, slot))

    def _slots_of(self, kind: SubjectKind) -> Mapping[int, int]:
        return {
            SubjectKind.SENSOR: self._roster.sensor_slots,
            SubjectKind.DEVICE: self._roster.device_slots,
            SubjectKind.ZONE: self._zone_slots,
            SubjectKind.BUILDING: self._site_slots,
        }[kind]

    def _stand(self, kind: SubjectKind, slot: int) -> tuple[int, int, int]:
        """Building, zone and device slot of a subject."""
        places = self._places
        if kind is SubjectKind.ZONE:
            return places.building_of_zone(slot), slot, UNKNOWN
        device = places.device_of_sensor(slot) if kind is SubjectKind.SENSOR else slot
        return places.building_of_device(device), places.zone_of_device(device), device

    def snapshot(self, building_slot: int) -> bytes:
        """All that is known of a building but the conditions, which the tables hold, and the windows."""
        return pack(self._columns_of(building_slot))

    def restore_snapshot(self, building_slot: int, blob: bytes) -> int:
        """Bring a building to where `snapshot` saw it; returns the time of receipt up to which it had been judged.

        After `restore`, and before `rebuild` with readings from some time before that on.

        Raises
        ------
        SnapshotError
            The bytes are of another version of the rules; nothing has been changed.
        """
        columns = unpack(blob, self._columns_of(building_slot))
        slot_of = self._roster.sensor_slots
        ids = columns["sensor_id"].tolist()
        kept = np.array([sensor_id in slot_of for sensor_id in ids], np.bool_)
        slots = np.array([slot_of[sensor_id] for sensor_id in ids if sensor_id in slot_of], np.int32)
        self._judging.restore_snapshot(slots, {name: columns[name][kept] for name in self._judging.COLUMNS})
        for slot in slots[self._judging.points[slots] > 0].tolist():
            self._likelihood.take(slot, int(self._judging.points[slot]), float(self._judging.excess[slot]))
        self._zones.restore_snapshot(columns["zones"].astype(LOW), self._zone_slots)
        upto = int(columns["received_upto"][0])
        self._judged_upto[slots] = upto
        return upto

    def rebuild(self, readings: NDArray[np.void]) -> list[Change]:
        """Fill windows, baselines and runs from stored readings, in the order of their arrival.

        Returns what they make true or untrue beyond what `restore` was told; usually nothing. Of a building with a
        snapshot, what had been judged before it only goes into the windows; what came after is judged as it was then,
        and nobody is told again.
        """
        judged = readings["received_at"] <= self._judged_upto[readings["slot"]]
        self._judging.refill(readings[judged])
        told = {int(site) for site in np.unique(self._site_of_sensors[self._judged_upto != NEVER])}
        changes = [
            change
            for piece in self._cut_at_ticks(readings[~judged])
            for change in self._judge_readings(piece)
            if self._site_slots[change.subject.building_id] not in told
        ]
        self._judged_upto[:] = NEVER
        for known in self._known:
            self._restore(known)
        self._known = []
        return changes

    def _columns_of(self, building_slot: int) -> dict[str, NDArray[np.generic]]:
        slots = np.flatnonzero(self._site_of_sensors == building_slot).astype(np.int32)
        zones = set(np.flatnonzero(self._roster.zones["building_slot"] == building_slot).tolist())
        return {
            "received_upto": np.array([self._received_upto]),
            "sensor_id": self._roster.sensors["sensor_id"][slots],
            "zones": self._zones.take_snapshot(zones, self._roster.zones["zone_id"]),
            **self._judging.take_snapshot(slots),
        }

    def listen_from(self, now: int) -> None:
        """Say that until `now` nobody could be heard, e.g. because the broker was away."""
        self._silence.listen_from(now)

    def evaluate(self, batch: Batch, now: int) -> list[Change]:
        """Judge a batch and the passing of time up to `now`; an empty batch judges time alone.

        Returns
        -------
        list of Change
            In the order in which they happened.
        """
        return list(self._evaluate(batch, now))

    def _evaluate(self, batch: Batch, now: int) -> Iterator[Change]:
        for readings in self._cut_at_ticks(batch.readings):
            if len(readings):
                self._received_upto = max(self._received_upto, int(readings["received_at"].max()))
                yield from self._pass_time(int(readings["received_at"].max()))
            yield from self._chatter.settle(self._judge_readings(readings))
        yield from self._chatter.settle(self._take_the_rest(batch, now))
        yield from self._pass_time(now)

    def _take_the_rest(self, batch: Batch, now: int) -> Iterator[Change]:
        yield from self._health.take_refused(batch)
        for event in batch.events:
            self._health.durations.take(event)
            for change in self._declarations.take(event):
                yield from self._tell_device(change, event.device_slot)
        yield from self._hear(batch, now)
        yield from self._judge_sequences(now)

    def _cut_at_ticks(self, readings: NDArray[np.void]) -> list[NDArray[np.void]]:
        """Pieces (n,) that lie between two ticks of the time of receipt."""
        if not len(readings):
            return []
        ticks = np.maximum.accumulate(readings["received_at"]) // TICK_US
        if ticks[0] == ticks[-1]:
            return [readings]
        return np.split(readings, np.flatnonzero(np.diff(ticks)) + 1)

    # Readings

    def _judge_readings(self, readings: NDArray[np.void]) -> Iterator[Change]:
        found, good = self._health.take(readings)
        yield from found
        # Nearly always all are good; then nothing is copied.
        for turn in self._judging.judge(readings if good.all() else readings[good]):
            if isinstance(turn, EvidenceChange):
                for zone in self._likelihood.take(turn.slot, turn.points, turn.excess):
                    for change in self._zones.look(zone, turn.at):
                        yield from self._tell_zone(change, zone)
            else:
                yield from self._tell_sensor(turn)

    def _tell_sensor(self, turn: SensorChange) -> Iterator[Change]:
        device = self._places.device_of_sensor(turn.slot)
        kind = ChangeKind.SEVERITY
        if not turn.before:
            kind = ChangeKind.RAISE
        elif not turn.after:
            kind = ChangeKind.CLEAR
        building, zone = self._places.building_of_device(device), self._places.zone_of_device(device)
        change = Change(
            kind,
            turn.rule,
            self._places.sensor(turn.slot),
            turn.at,
            Severity(turn.after or turn.before),
            turn.late,
            turn.measure,
            turn.limit,
            turn.rule.unit,
            scope_id=self._places.find_scope(turn.at, building, zone, device),
        )
        yield change
        yield from self._confirmation.take(change, building, zone, device)

    def _tell_device(self, change: Change, device: int) -> Iterator[Change]:
        yield change
        building, zone = self._places.building_of_device(device), self._places.zone_of_device(device)
        yield from self._confirmation.take(change, building, zone, device)

    def _tell_zone(self, change: Change, zone: int) -> Iterator[Change]:
        yield change
        yield from self._confirmation.take(change, self._places.building_of_zone(zone), zone, UNKNOWN)

    # Devices: heard, silent, missing messages

    def _hear(self, batch: Batch, now: int) -> Iterator[Change]:
        heard = batch.devices_heard.astype(np.int32)
        yield from self._health.hear(heard, np.full(len(heard), now))
        for slot, first in batch.births:
            self.sequences.begin(slot, first)
        for slot, seq in batch.seqs:
            self.sequences.hear(slot, seq, now)

    # What time alone decides

    def _pass_time(self, now: int) -> Iterator[Change]:
        """Look at everything that waits, once for each full ten seconds that have passed."""
        tick = now // TICK_US
        if self._ticked != NEVER and tick <= self._ticked:
            return
        self._ticked = tick
        yield from self._chatter.settle(self._tick(tick * TICK_US))
        yield from self._chatter.tick(tick * TICK_US)

    def _tick(self, at: int) -> Iterator[Change]:
        for change in self._zones.tick(at):
            zone = self._zone_slots[change.subject.id]
            yield from self._tell_zone(change, zone)
        yield from self._health.tick(at)

    def _judge_sequences(self, now: int) -> Iterator[Change]:
        fallen, filled = self.sequences.sweep(now, self._roster.devices["served"])
        rule = SEQUENCE_GAP
        for slot in filled:
            yield Change(ChangeKind.CLEAR, rule, self._places.device(slot), now, rule.severity)
        for slot in fallen:
            note = f"missing {self.sequences.missing(slot)}"
            yield Change(ChangeKind.RAISE, rule, self._places.device(slot), now, rule.severity, note=note)
