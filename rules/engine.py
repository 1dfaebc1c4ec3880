"""The rule engine: ``evaluate(batch, now) -> changes``, the same for live data, replays and simulations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from rules.catalogue import DECLARATION_RULES, DEVICE_SILENT, READING_RULES, SEQUENCE_GAP
from rules.changes import Change, ChangeKind, KnownCondition, Subject
from rules.episodes import Episodes
from rules.rule import ReadingRule, Rule, View
from rules.sequences import Sequences
from rules.silence import Silence
from rules.windows import Windows
from schemas.columns import NEVER, Batch, DeviceEvent
from schemas.domain import Quality, SubjectKind
from schemas.roster import NO_ZONE, Roster

GAP_INTERVALS = 3


class Engine:
    """All rules over all sensors and devices of one roster.

    It knows no clock: `now` (microseconds since the epoch, time of receipt) is an argument, and everything about
    readings is measured in their own event time. The same stream cut into other batches gives the same changes.
    """

    def __init__(self) -> None:
        self._roster = Roster.empty()
        self._windows = Windows(0)
        self._late_newest = np.empty(0, np.int64)
        self._calm_ranges = find_calm_ranges(self._roster.sensors["quantity"])
        self._episodes = {rule.id: Episodes(rule.persistence, 0) for rule in READING_RULES}
        self._declared: dict[tuple[str, int], int] = {}
        self._declared_ended: dict[tuple[str, int], int] = {}
        self._silence = Silence()
        self.sequences = Sequences()

    def adopt(self, roster: Roster) -> None:
        """Take over a newer roster; slots of the former one must stand for the same sensors and devices."""
        n_sensors = len(roster.sensors)
        served_before = np.flatnonzero(self._roster.devices["served"])
        for slot in served_before[~roster.devices["served"][served_before]].tolist():
            self.sequences.forget(slot)
        self._roster = roster
        self._late_newest = np.concatenate(
            [self._late_newest, np.full(n_sensors - len(self._late_newest), NEVER, np.int64)]
        )
        self._windows.grow(n_sensors)
        self._calm_ranges = find_calm_ranges(roster.sensors["quantity"])
        for episodes in self._episodes.values():
            episodes.grow(n_sensors)
        self._silence.adopt(roster.devices)

    def restore(self, conditions: Iterable[KnownCondition]) -> None:
        """Take over the conditions that the tables hold: at start, or of buildings that come from another share."""
        for known in conditions:
            if known.subject_kind is SubjectKind.SENSOR:
                slot = self._roster.sensor_slots.get(known.subject_id)
                if slot is not None and known.rule_id in self._episodes:
                    self._episodes[known.rule_id].restore(slot, known.active, known.at)
            else:
                self._restore_device(known)

    def rebuild(self, readings: NDArray[np.void]) -> list[Change]:
        """Fill windows and runs from stored readings, in the order of their arrival.

        Returns what they make true or untrue beyond what `restore` was told; usually nothing.
        """
        return list(self._judge_readings(readings))

    def listen_from(self, now: int) -> None:
        """Say that until `now` nobody could be heard, e.g. because the broker was away."""
        self._silence.listen_from(now)

    def evaluate(self, batch: Batch, now: int) -> list[Change]:
        """Judge a batch and the passing of time up to `now`; an empty batch judges time alone.

        Returns
        -------
        list of Change
            In the order in which they happened for each subject.
        """
        changes = list(self._judge_readings(batch.readings))
        changes += self._judge_events(batch.events)
        changes += self._judge_silence(batch, now)
        changes += self._judge_sequences(batch, now)
        return changes

    # Readings

    def _judge_readings(self, readings: NDArray[np.void]) -> Iterator[Change]:
        good = readings["quality"] == Quality.GOOD
        # Nearly always all are good; then nothing is copied.
        judged = self._pass_over_calm(readings if good.all() else readings[good])
        for layer in split_into_layers(judged):
            newest = self._windows.newest[layer["slot"]]
            is_new = layer["observed_at"] > newest
            yield from self._judge_layer(layer[is_new])
            if not is_new.all():
                yield from self._judge_late(layer[~is_new])

    def _pass_over_calm(self, readings: NDArray[np.void]) -> NDArray[np.void]:
        """Put the readings of sensors that no rule can have a word on into the windows; returns the others.

        A sensor is calm in this batch when its readings come in the order of their times, newer than all before
        and each in its calm range, and nothing of it is active or has begun. Judging them would change nothing.
        """
        if not len(readings):
            return readings
        order = np.argsort(readings["slot"], kind="stable")
        slots, observed_at, values = (readings[name][order] for name in ("slot", "observed_at", "value"))
        starts = np.flatnonzero(np.concatenate([[True], slots[1:] != slots[:-1]]))
        sensors = slots[starts]
        previous = np.concatenate([[NEVER], observed_at[:-1]])
        previous[starts] = self._windows.newest[sensors]
        calm_above, calm_below = self._calm_ranges
        calm = (observed_at > previous) & (values > calm_above[slots]) & (values < calm_below[slots])
        calm_sensors = np.logical_and.reduceat(calm, starts)
        for episodes in self._episodes.values():
            calm_sensors &= ~episodes.underway(sensors)
        counts = np.diff(np.append(starts, len(slots)))
        calm = np.repeat(calm_sensors, counts)
        starts = np.cumsum(counts[calm_sensors]) - counts[calm_sensors]
        self._windows.push_series(slots[calm], observed_at[calm], values[calm], starts)
        restless: NDArray[np.void] = readings[np.sort(order[~calm])]
        return restless

    def _judge_layer(self, layer: NDArray[np.void]) -> Iterator[Change]:
        """One reading of each of different sensors, each newer than all before."""
        slots, observed_at = layer["slot"], layer["observed_at"]
        broken = self._is_gap(slots, observed_at, self._windows.newest[slots])
        self._windows.push(slots, observed_at, layer["value"])
        quantities = self._roster.sensors["quantity"][slots]
        for rule in READING_RULES:
            mine = np.flatnonzero(quantities == rule.quantity.code)
            if len(mine):
                view = View(slots[mine], observed_at[mine], layer["value"][mine], self._windows)
                judged = rule.judge(view)
                raised, cleared = self._episodes[rule.id].step(
                    view.slots, view.observed_at, judged, broken[mine]
                )
                yield from self._report(ChangeKind.CLEAR, rule, view, judged.measure, cleared)
                yield from self._report(ChangeKind.RAISE, rule, view, judged.measure, raised)

    def _judge_late(self, layer: NDArray[np.void]) -> Iterator[Change]:
        """Readings that came after newer ones, in a lane of their own that can raise but never clear."""
        layer = layer[~self._windows.contain(layer["slot"], layer["observed_at"])]
        slots, observed_at = layer["slot"], layer["observed_at"]
        previous = self._late_newest[slots]
        broken = self._is_gap(slots, observed_at, previous) | (observed_at <= previous)
        self._late_newest[slots] = observed_at
        quantities = self._roster.sensors["quantity"][slots]
        for rule in READING_RULES:
            mine = np.flatnonzero(quantities == rule.quantity.code)
            if rule.judges_late and len(mine):
                view = View(slots[mine], observed_at[mine], layer["value"][mine], self._windows)
                judged = rule.judge(view)
                raised = self._episodes[rule.id].step_late(view.slots, view.observed_at, judged, broken[mine])
                yield from self._report(ChangeKind.RAISE, rule, view, judged.measure, raised, late=True)

    def _is_gap(
        self, slots: NDArray[np.int32], observed_at: NDArray[np.int64], previous: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Whether more than three intervals passed since the previous sample, or there was none."""
        longest = GAP_INTERVALS * self._roster.sensors["interval_us"][slots]
        gap: NDArray[np.bool_] = (previous == NEVER) | (observed_at - np.maximum(previous, 0) > longest)
        return gap

    def _report(
        self,
        kind: ChangeKind,
        rule: ReadingRule,
        view: View,
        measure: NDArray[np.float64],
        where: NDArray[np.bool_],
        late: bool = False,
    ) -> Iterator[Change]:
        for i in np.flatnonzero(where):
            subject = self._sensor_subject(int(view.slots[i]))
            at, value = int(view.observed_at[i]), float(measure[i])
            yield Change(kind, rule, subject, at, late, value, rule.limit, rule.unit)

    # What devices declare, and their silence

    def _judge_events(self, events: Iterable[DeviceEvent]) -> Iterator[Change]:
        for event in events:
            rule = DECLARATION_RULES.get(event.event)
            if rule:
                yield from self._judge_declaration(rule, event)

    def _judge_declaration(self, rule: Rule, event: DeviceEvent) -> Iterator[Change]:
        """A declaration takes effect at once. An older "cleared" never ends a newer "active"."""
        key = (rule.id, event.device_slot)
        active_since = self._declared.get(key)
        if event.active and active_since is None and event.observed_at > self._declared_ended.get(key, NEVER):
            self._declared[key] = event.observed_at
            yield self._declaration(ChangeKind.RAISE, rule, event)
        elif event.active and active_since is not None:
            self._declared[key] = max(active_since, event.observed_at)
        elif not event.active and active_since is not None and event.observed_at > active_since:
            del self._declared[key]
            self._declared_ended[key] = event.observed_at
            yield self._declaration(ChangeKind.CLEAR, rule, event)

    def _declaration(self, kind: ChangeKind, rule: Rule, event: DeviceEvent) -> Change:
        subject = self._device_subject(event.device_slot)
        return Change(kind, rule, subject, event.observed_at, note=event.text)

    def _judge_silence(self, batch: Batch, now: int) -> Iterator[Change]:
        readings = batch.readings
        slots = (
            self._roster.sensors["device_slot"][readings["slot"]]
            if len(readings)
            else batch.devices_heard[:0]
        )
        heard = np.concatenate([slots, batch.devices_heard]).astype(np.int32)
        at = np.concatenate([readings["received_at"], np.full(len(batch.devices_heard), now)])
        for slot in (*self._silence.hear(heard, at), *self._silence.release_retired()):
            yield Change(ChangeKind.CLEAR, DEVICE_SILENT, self._device_subject(int(slot)), now)
        for slot in self._silence.sweep(now):
            yield Change(ChangeKind.RAISE, DEVICE_SILENT, self._device_subject(int(slot)), now)

    def _judge_sequences(self, batch: Batch, now: int) -> Iterator[Change]:
        for slot, first in batch.births:
            self.sequences.begin(slot, first)
        for slot, seq in batch.seqs:
            self.sequences.hear(slot, seq, now)
        fallen, filled = self.sequences.sweep(now, self._roster.devices["served"])
        for slot in filled:
            yield Change(ChangeKind.CLEAR, SEQUENCE_GAP, self._device_subject(slot), now)
        for slot in fallen:
            note = f"missing {self.sequences.missing(slot)}"
            yield Change(ChangeKind.RAISE, SEQUENCE_GAP, self._device_subject(slot), now, note=note)

    def _restore_device(self, known: KnownCondition) -> None:
        slot = self._roster.device_slots.get(known.subject_id)
        if slot is None:
            return
        if known.rule_id == DEVICE_SILENT.id:
            # Whoever serves a device watches its silence.
            self._silence.silent[slot] = known.active and self._roster.devices["served"][slot]
            return
        if known.rule_id == SEQUENCE_GAP.id:
            if known.active:
                self.sequences.restore_gap(slot, known.at)
            return
        key = known.rule_id, slot
        if known.active:
            self._declared[key] = known.at
        else:
            self._declared.pop(key, None)
            self._declared_ended[key] = known.at

    # Subjects

    def _sensor_subject(self, slot: int) -> Subject:
        sensor = self._roster.sensors[slot]
        at = self._device_subject(int(sensor["device_slot"]))
        sensor_id = int(sensor["sensor_id"])
        return Subject(SubjectKind.SENSOR, sensor_id, at.building_id, at.zone_id, at.device_id, sensor_id)

    def _device_subject(self, slot: int) -> Subject:
        device = self._roster.devices[slot]
        zone_id = int(device["zone_id"])
        device_id = int(device["device_id"])
        zone = None if zone_id == NO_ZONE else zone_id
        return Subject(SubjectKind.DEVICE, device_id, int(device["building_id"]), zone, device_id, None)


def find_calm_ranges(quantities: NDArray[np.int8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each sensor (n,) the bounds strictly between which no rule's condition can hold."""
    calm_above, calm_below = np.full(len(quantities), -np.inf), np.full(len(quantities), np.inf)
    for rule in READING_RULES:
        mine = quantities == rule.quantity.code
        calm_above[mine] = np.maximum(calm_above[mine], rule.judge.calm_above)
        calm_below[mine] = np.minimum(calm_below[mine], rule.judge.calm_below)
    return calm_above, calm_below


def split_into_layers(readings: NDArray[np.void]) -> Iterator[NDArray[np.void]]:
    """Cut readings (n,) so that each layer holds at most one of each sensor, in order of arrival.

    The first layer holds everybody's first reading, the second everybody's second, and so on.
    """
    if not len(readings):
        return
    order = np.argsort(readings["slot"], kind="stable")
    slots = readings["slot"][order]
    starts = np.flatnonzero(np.concatenate([[True], slots[1:] != slots[:-1]]))
    if len(starts) == len(readings):
        yield readings
        return
    lengths = np.diff(np.append(starts, len(readings)))
    ranks = np.arange(len(readings)) - np.repeat(starts, lengths)
    by_rank = np.argsort(ranks, kind="stable")
    for rows in np.split(order[by_rank], np.cumsum(np.bincount(ranks))[:-1]):
        yield readings[rows]
