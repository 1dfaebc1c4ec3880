"""What devices declare of themselves and what matters only once it lasts: no mains, shielded, in test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.conditions import Conditions, Key
from rules.findings import Finding, begins, ends
from rules.parameters import Resolved
from rules.places import Places
from rules.rule import Rule, seconds
from rules.voices import Channel, Voices
from schemas.columns import NEVER, DeviceEvent
from schemas.domain import DeviceEventKind, SubjectKind


@dataclass(frozen=True)
class DurationRule(Rule):
    """It raises when declared for `on_seconds` and ends `off_seconds` after the device says that it is over.

    `within_scope` names the parameter that counts instead of `on_seconds` while the device stands in a declared window.
    """

    within_scope: str = "on_seconds"


@dataclass
class Declared:
    """Since when it is declared, the newest time at which it was, and since when it is over (NEVER while it is not)."""

    since: int
    newest: int
    over_since: int = NEVER


class DeclaredDurations:
    """What is declared, by rule and device slot, and the conditions that have come of it."""

    def __init__(self, rules: Mapping[DeviceEventKind, DurationRule]) -> None:
        self._of_event = rules
        self.rules = {rule.id: rule for rule in rules.values()}
        self.declared: dict[Key, Declared] = {}
        self.over_at: dict[Key, int] = {}
        self._voices = Voices()
        self.conditions = Conditions()

    def adopt(self, places: Places, devices: NDArray[np.void], parameters: Resolved) -> None:
        """Take over a newer roster; what devices of other shares declare is told by those."""
        self._places, self._parameters = places, parameters
        served, retired = devices["served"], devices["retired"]
        for key in [key for key in self.declared if not served[key[1]]]:
            del self.declared[key]
            self._voices.forget(key)
            self.conditions.active.pop(key, None)
        self._retired = retired.copy()

    def restore(
        self, rule_id: str, slot: int, active: bool, at: int, severity: int, voices: Mapping[Channel, int]
    ) -> None:
        """Take over what the tables say."""
        key = rule_id, slot
        self.conditions.restore(key, active, at, severity)
        self.declared.pop(key, None)
        self._voices.restore(key, (voices or {None: at}) if active else {})
        if active:
            self.declared[key] = Declared(at, at)

    def take(self, event: DeviceEvent) -> None:
        """One declaration, in event time: an older "cleared" never ends a newer "active"."""
        rule = self._of_event.get(event.event)
        if rule is None:
            return
        key, at = (rule.id, event.device_slot), event.observed_at
        declared = self.declared.get(key)
        if declared is None:
            if event.active and at > self.over_at.get(key, NEVER):
                self.declared[key] = Declared(at, at)
                self._voices.speak(key, event.sensor_slot, at)
            elif not event.active:
                self.over_at[key] = max(at, self.over_at.get(key, NEVER))
        elif event.active:
            declared.newest = max(declared.newest, at)
            self._voices.speak(key, event.sensor_slot, at)
            if at > declared.over_since:
                declared.over_since = NEVER
        elif self._voices.fall_silent(key, event.sensor_slot, at):
            declared.over_since = max(at, declared.newest)
            if key not in self.conditions.active:
                self._forget(key)

    def tick(self, now: int) -> Iterator[Finding]:
        """What has lasted for long enough, and what has been over for long enough."""
        for key, declared in sorted(self.declared.items()):
            rule, is_active = self.rules[key[0]], key in self.conditions.active
            if self._retired[key[1]] and not is_active:
                self._forget(key)
            elif is_active:
                at = self._end_of(rule, key[1], declared, now)
                if at is not None and now >= at:
                    self.conditions.end(key, at)
                    self._forget(key)
                    yield ends(rule, SubjectKind.DEVICE, key[1], at)
            else:
                at = declared.since + self._value(rule, self._wait_of(rule, key[1], now), key[1])
                if now >= at and self.conditions.begin(key, at, rule.severity):
                    yield begins(rule, SubjectKind.DEVICE, key[1], at)

    def _end_of(self, rule: DurationRule, slot: int, declared: Declared, now: int) -> int | None:
        """When an active condition ends; None while it lasts."""
        if self._retired[slot]:
            return now
        if declared.over_since == NEVER:
            return None
        return declared.over_since + self._value(rule, "off_seconds", slot)

    def _forget(self, key: Key) -> None:
        """It was over before it mattered, or its end has been told; what is older does not begin it again."""
        declared = self.declared.pop(key)
        self._voices.forget(key)
        self.over_at[key] = max(declared.newest, declared.over_since)

    def _wait_of(self, rule: DurationRule, slot: int, now: int) -> str:
        building, zone = self._places.building_of_device(slot), self._places.zone_of_device(slot)
        scope = self._places.find_scope(now, building, zone, slot)
        return "on_seconds" if scope is None else rule.within_scope

    def _value(self, rule: DurationRule, name: str, slot: int) -> int:
        """A wait in microseconds."""
        return seconds(float(self._parameters.of_devices(rule.id, name, np.array([slot], np.int32))[0]))
