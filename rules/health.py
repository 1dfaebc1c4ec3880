"""The watch over gateways, devices and sensors: who is silent, whose readings cannot be believed, composed once.

Everything comes in as columns, before bad readings are sorted out; what is found goes out as changes of conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from rules.arrivals import Arrivals
from rules.catalogue.clock_fault import CLOCK_FAULT
from rules.catalogue.detector_dead import DETECTOR_DEAD
from rules.catalogue.device_flooding import DEVICE_FLOODING
from rules.catalogue.device_silent import DEVICE_SILENT
from rules.catalogue.gateway_silent import GATEWAY_SILENT
from rules.catalogue.metric_silent import METRIC_SILENT
from rules.catalogue.reading_invalid import READING_INVALID
from rules.changes import Change, KnownCondition
from rules.dead_detectors import DeadDetectors
from rules.declared_durations import DeclaredDurations, DurationRule
from rules.device_clocks import DeviceClocks
from rules.device_messages import DeviceMessages, Messages
from rules.findings import Finding, begins, ends
from rules.flooding import Flooding
from rules.gateways import Gateways
from rules.judging import Judging
from rules.likelihood import Likelihood
from rules.metric_silence import MetricSilence
from rules.parameters import Resolved
from rules.places import Places
from rules.silence import Silence
from rules.upkeep import Upkeep, UpkeepRule
from rules.validity import Validity
from rules.voices import Channel
from schemas.columns import Batch
from schemas.domain import DeviceEventKind, Quality, SubjectKind
from schemas.roster import Roster

SENSOR, DEVICE = SubjectKind.SENSOR, SubjectKind.DEVICE


class Health:
    """Conditions of everything that reports."""

    def __init__(
        self,
        silence: Silence,
        judging: Judging,
        likelihood: Likelihood,
        duration_rules: Mapping[DeviceEventKind, DurationRule],
        upkeep_rules: tuple[UpkeepRule, ...],
    ) -> None:
        self._silence, self._judging = silence, judging
        self.gateways = Gateways(silence)
        self.metrics = MetricSilence(silence)
        self.validity = Validity()
        self.dead = DeadDetectors(likelihood, self.metrics, self.validity)
        self.messages = DeviceMessages()
        self.clocks = DeviceClocks()
        self.flooding = Flooding()
        self.upkeep = Upkeep(upkeep_rules)
        self.durations = DeclaredDurations(duration_rules)

    def adopt(self, places: Places, roster: Roster, parameters: Resolved) -> None:
        """Take over a newer roster, or other parameters."""
        self._places = places
        self._device_of = roster.sensors["device_slot"].astype(np.intp)
        self._served = roster.devices["served"]
        self._silence.adopt(roster.devices)
        self.gateways.adopt(roster.devices, parameters)
        self.metrics.adopt(roster.sensors, roster.devices, parameters)
        self.validity.adopt(roster.sensors, parameters)
        self.dead.adopt(roster.sensors, roster.devices, parameters)
        self.clocks.adopt(len(roster.devices), parameters)
        self.flooding.adopt(len(roster.devices), parameters)
        self.upkeep.adopt(roster.sensors, parameters)
        self.durations.adopt(places, roster.devices, parameters)

    def restore(self, known: KnownCondition, slot: int, voices: Mapping[Channel, int]) -> bool:
        """Take over what the tables know of a condition; False where it is none of these."""
        of_sensor, rule_id = known.subject_kind is SENSOR, known.rule_id
        silent = {
            (DEVICE_SILENT.id, DEVICE): self._silence.silent,
            (GATEWAY_SILENT.id, DEVICE): self.gateways.silent,
            (METRIC_SILENT.id, SENSOR): self.metrics.silent,
        }.get((rule_id, known.subject_kind))
        if silent is not None:
            # Whoever serves a device watches its silence.
            silent[slot] = known.active and self._served[self._device_of[slot] if of_sensor else slot]
        elif rule_id in self.durations.rules:
            self.durations.restore(rule_id, slot, known.active, known.at, known.severity, voices)
        elif rule_id == READING_INVALID.id:
            self.validity.restore(slot, known.active)
        elif rule_id == CLOCK_FAULT.id:
            self.clocks.restore(slot, known.active)
        elif rule_id == DEVICE_FLOODING.id:
            self.flooding.restore(slot, known.active)
        elif rule_id == DETECTOR_DEAD.id:
            self.dead.restore(slot, known.active)
        elif rule_id in self.upkeep.rules:
            self.upkeep.restore(rule_id, slot, known.active)
        else:
            return False
        return True

    def take(self, readings: Arrivals) -> tuple[list[Change], NDArray[np.bool_]]:
        """Readings (n,) of any quality.

        Returns what is found, and which of the readings (n,) the other rules may believe.
        """
        slots, received_at, good = readings.slots, readings.received_at, readings.quality == Quality.GOOD
        begun, complete = self.messages.take(self._device_of.take(slots), received_at, readings.observed_at)
        changes = list(self.hear(begun.devices, begun.received_at))
        self.flooding.take(complete)
        changes += map(self._tell, self.clocks.take(complete))
        for slot, at in self.metrics.hear(slots, received_at, good):
            changes.append(self._tell(ends(METRIC_SILENT, SENSOR, slot, at)))
        findings, believed = self.validity.take(readings, good)
        changes += map(self._tell, findings)
        return changes, believed

    def take_refused(self, batch: Batch) -> Iterator[Change]:
        """What was refused because it would come from the future."""
        return map(self._tell, self.clocks.take(Messages.of_refused(batch.clocks_ahead)))

    def hear(self, device_slots: NDArray[np.integer], received_at: NDArray[np.int64]) -> Iterator[Change]:
        """Devices (n,) were heard."""
        for slot, at in self.gateways.hear(device_slots, received_at):
            yield self._tell(ends(GATEWAY_SILENT, DEVICE, slot, at))
        for slot, at in self._silence.hear(device_slots, received_at):
            yield self._tell(ends(DEVICE_SILENT, DEVICE, slot, at))

    def tick(self, now: int) -> Iterator[Change]:
        """What time alone decides."""
        for finding in self._look(now):
            yield self._tell(finding)

    def _look(self, now: int) -> Iterator[Finding]:
        for slot in self.gateways.release():
            yield ends(GATEWAY_SILENT, DEVICE, slot, now)
        for slot in self._silence.release_retired().tolist():
            yield ends(DEVICE_SILENT, DEVICE, slot, now)
        for slot in self.metrics.release_retired():
            yield ends(METRIC_SILENT, SENSOR, slot, now)
        if self._silence.listening:
            yield from self._look_for_silence(now)

        yield from self.durations.tick(now)
        yield from self.dead.tick(now)
        yield from self.flooding.look(now)
        yield from self.upkeep.look(now, self._judging.slow)

    def _look_for_silence(self, now: int) -> Iterator[Finding]:
        for slot in self.gateways.sweep(now):
            note = f"{self.gateways.count_unknown(slot)} devices unknown"
            yield begins(GATEWAY_SILENT, DEVICE, slot, now, note)
        for slot in self._silence.sweep(now, self.gateways.hold).tolist():
            yield begins(DEVICE_SILENT, DEVICE, slot, now)
        for slot in self.metrics.sweep(now):
            yield begins(METRIC_SILENT, SENSOR, slot, now)

    def _tell(self, finding: Finding) -> Change:
        places, slot = self._places, finding.slot
        of_sensor = finding.subject is SENSOR
        device = places.device_of_sensor(slot) if of_sensor else slot
        building, zone = places.building_of_device(device), places.zone_of_device(device)
        return Change(
            finding.kind,
            finding.rule,
            places.sensor(slot) if of_sensor else places.device(slot),
            finding.at,
            finding.rule.severity,
            value=finding.value,
            limit=finding.limit,
            unit=finding.unit,
            note=finding.note,
            scope_id=places.find_scope(finding.at, building, zone, device),
        )
