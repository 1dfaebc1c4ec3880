"""The rule engine: ``evaluate(batch, now) -> changes``, the same for live data, replays and simulations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from rules.arrivals import Arrivals
from rules.catalogue import (
    CATALOGUE,
    CIRCUIT_RULES,
    DECLARATION_RULES,
    DURATION_RULES,
    GROUP_RULES,
    READING_RULES,
    SEQUENCE_GAP,
    UPKEEP_RULES,
    WATER_RULES,
    ZONE_RULES,
)
from rules.changes import Change, ChangeKind, KnownCondition
from rules.chatter import Chatter
from rules.confirmation import Confirmation
from rules.declarations import Declarations
from rules.electrical.circuit_watch import CircuitWatch
from rules.health import Health
from rules.judging import Judging
from rules.likelihood import Likelihood
from rules.outlasting import Outlasting
from rules.parameters import Parameters
from rules.places import Places
from rules.recall import Recall
from rules.rule import seconds
from rules.sequences import Sequences
from rules.shared_episodes import SharedEpisodes
from rules.silence import Silence
from rules.turns import EvidenceChange, SensorChange
from rules.water.water_watch import WaterWatch
from rules.zone_watch import ZoneWatch
from schemas.columns import NEVER, Batch
from schemas.domain import Severity, SignalClass
from schemas.roster import UNKNOWN, Roster

TICK_US = seconds(10)
SMOKE_RULES = frozenset({"smoke_level_alarm", "detector_fire_state", "zone_fire_likelihood"})
FLOW_RULES = frozenset({"sprinkler_water_flow"})
UNSURE_RULES = frozenset({"smoke_level_alarm", "zone_fire_likelihood"})
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
        self._circuits = CircuitWatch(CIRCUIT_RULES)
        self._likelihood = Likelihood()
        self._zones = ZoneWatch(ZONE_RULES, self._likelihood)
        self._confirmation = Confirmation(GROUP_RULES, SMOKE_RULES, FLOW_RULES, UNSURE_RULES, TITLES)
        self._declarations = Declarations(DECLARATION_RULES)
        self._silence = Silence()
        self._health = Health(self._silence, self._judging, self._likelihood, DURATION_RULES, UPKEEP_RULES)
        self._shared = SharedEpisodes({rule.id: rule for rule in READING_RULES})
        self._water = WaterWatch(WATER_RULES)
        self._chatter = Chatter()
        self._outlasting = Outlasting()
        self._ticked = NEVER
        self._received_upto = NEVER
        self.sequences = Sequences()
        self._recall = Recall(
            self._judging,
            self._circuits,
            self._likelihood,
            self._zones,
            self._confirmation,
            self._declarations,
            self._health,
            self._water,
            self._chatter,
            self.sequences,
            self._shared,
            self._outlasting,
        )
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
        resolved = self._parameters.resolve(roster)
        self.warnings = resolved.unmatched + resolved.conflicts
        sensors, devices = roster.sensors, roster.devices
        self._judging.adopt(sensors, resolved)
        self._circuits.adopt(sensors, self._places, resolved)
        self._likelihood.adopt(
            sensors["quantity"],
            devices["zone_slot"][sensors["device_slot"]],
            roster.zones["use"],
            roster.links,
        )
        self._zones.adopt(self._places, resolved)
        self._confirmation.adopt(self._places, resolved)
        self._declarations.adopt(self._places)
        self._health.adopt(self._places, roster, resolved)
        self._water.adopt(roster, self._places, resolved)
        self._chatter.adopt(self._places, roster, resolved)
        self._outlasting.adopt(roster)
        self._recall.adopt(self._places, roster)

    def restore(self, conditions: Iterable[KnownCondition]) -> None:
        """Take over what the tables hold: at start, or of buildings that come from another share."""
        self._recall.restore(conditions)

    def snapshot(self, building_slot: int) -> bytes:
        """All that is known of a building but the conditions, which the tables hold, and the windows."""
        return self._recall.take_snapshot(building_slot, self._received_upto)

    def restore_snapshot(self, building_slot: int, blob: bytes) -> int:
        """Bring a building to where `snapshot` saw it; returns the time of receipt up to which it had been judged.

        After `restore`, and before `rebuild` with readings from some time before that on.

        Raises
        ------
        SnapshotError
            The bytes are of another version of the rules; nothing has been changed.
        """
        upto = self._recall.restore_snapshot(building_slot, blob)
        # The next snapshot may be taken before anything more is heard.
        self._received_upto = max(self._received_upto, upto)
        return upto

    def rebuild(self, readings: NDArray[np.void]) -> list[Change]:
        """Fill windows, baselines and runs from stored readings, in the order of their arrival.

        Returns what they make true or untrue beyond what `restore` was told; usually nothing. Of a building with a
        snapshot, what had been judged before it only goes into the windows; what came after is judged as it was then,
        and nobody is told again.
        """
        fresh, told = self._recall.refill(readings)
        self._received_upto = max(self._received_upto, int(readings["received_at"].max(initial=NEVER)))
        changes = [
            change
            for piece in self._cut_at_ticks(fresh)
            for change in self._shared.settle(self._judge_again(piece))
            if change.subject.building_id not in told
        ]
        self._recall.finish()
        return changes

    def _judge_again(self, readings: NDArray[np.void]) -> Iterator[Change]:
        self._water.follow(int(readings["received_at"].max()) // TICK_US * TICK_US, self._judging.slow)
        return self._judge_readings(readings)

    def listen_from(self, now: int) -> None:
        """Say that until `now` nobody could be heard, e.g. because the broker was away."""
        self._silence.listen_from(now)

    def evaluate(self, batch: Batch, now: int) -> list[Change]:
        """Judge a batch and the passing of time up to `now`; an empty batch judges time alone.

        The changes of one condition come in the order in which they happened.
        """
        return list(self._outlasting.watch(self._evaluate(batch, now)))

    def _evaluate(self, batch: Batch, now: int) -> Iterator[Change]:
        for readings in self._cut_at_ticks(batch.readings):
            received_upto = int(readings["received_at"].max())
            self._received_upto = max(self._received_upto, received_upto)
            yield from self._pass_time(received_upto)
            yield from self._chatter.settle(self._shared.settle(self._judge_readings(readings)))
        yield from self._chatter.settle(self._take_the_rest(batch, now))
        yield from self._pass_time(now)

    def _take_the_rest(self, batch: Batch, now: int) -> Iterator[Change]:
        yield from self._health.take_refused(batch)
        for event in batch.events:
            self._health.durations.take(event)
            self._water.take(event)
            for change in self._declarations.take(event):
                yield from self._tell_device(change, event.device_slot)
        yield from self._hear(batch, now)
        yield from self._judge_sequences(now)

    def _cut_at_ticks(self, readings: NDArray[np.void]) -> list[NDArray[np.void]]:
        """Pieces (n,) that lie between two ticks of the time of receipt."""
        if not len(readings):
            return []
        received_at = readings["received_at"]
        if int(received_at[0]) // TICK_US == int(received_at.max()) // TICK_US:
            return [readings]
        ticks = np.maximum.accumulate(received_at) // TICK_US
        return np.split(readings, np.flatnonzero(np.diff(ticks)) + 1)

    def _judge_readings(self, readings: NDArray[np.void]) -> Iterator[Change]:
        arrivals = Arrivals.of(readings)
        found, good = self._health.take(arrivals)
        yield from found
        take, look = self._likelihood.take, self._zones.look
        # Nearly always all are good; then nothing is copied.
        for turn in self._judging.judge(arrivals if good.all() else arrivals.pick(good)):
            if isinstance(turn, EvidenceChange):
                for zone in take(turn.slot, turn.points, turn.excess):
                    for change in look(zone, turn.at):
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
        if turn.rule.signal_class is SignalClass.FIRE:
            yield from self._confirmation.take(change, building, zone, device)

    def _tell_device(self, change: Change, device: int) -> Iterator[Change]:
        yield change
        building, zone = self._places.building_of_device(device), self._places.zone_of_device(device)
        yield from self._confirmation.take(change, building, zone, device)

    def _tell_zone(self, change: Change, zone: int) -> Iterator[Change]:
        yield change
        yield from self._confirmation.take(change, self._places.building_of_zone(zone), zone, UNKNOWN)

    def _hear(self, batch: Batch, now: int) -> Iterator[Change]:
        heard = batch.devices_heard.astype(np.int32)
        if len(heard):
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
        yield from self._outlasting.tick(tick * TICK_US)

    def _tick(self, at: int) -> Iterator[Change]:
        for change in self._zones.tick(at):
            zone = self._roster.zone_slots[change.subject.id]
            yield from self._tell_zone(change, zone)
        yield from self._circuits.tick(at, self._judging.slow)
        yield from self._health.tick(at)
        yield from self._water.tick(at, self._judging.slow)

    def _judge_sequences(self, now: int) -> Iterator[Change]:
        fallen, filled = self.sequences.sweep(now, self._roster.devices["served"])
        rule = SEQUENCE_GAP
        for slot in filled:
            yield Change(ChangeKind.CLEAR, rule, self._places.device(slot), now, rule.severity)
        for slot in fallen:
            note = f"missing {self.sequences.missing(slot)}"
            yield Change(ChangeKind.RAISE, rule, self._places.device(slot), now, rule.severity, note=note)
