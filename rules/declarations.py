"""What devices declare of themselves: it takes effect at once, and an older "cleared" never ends a newer "active".

What several channels of a device declare is over when the last of them says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.changes import Change, ChangeKind
from rules.conditions import Conditions, Key
from rules.places import Places
from rules.rule import Rule
from rules.voices import Channel, Voices
from schemas.columns import DeviceEvent
from schemas.domain import DeviceEventKind


class Declarations:
    """Conditions by rule and device slot."""

    def __init__(self, rules: Mapping[DeviceEventKind, Rule]) -> None:
        self._rules = rules
        self._voices = Voices()
        self.conditions = Conditions()

    def adopt(self, places: Places) -> None:
        self._places = places

    def restore(self, key: Key, active: bool, at: int, severity: int, voices: Mapping[Channel, int]) -> None:
        """Take over what the tables say."""
        self.conditions.restore(key, active, at, severity)
        self._voices.restore(key, (voices or {None: at}) if active else {})

    def take(self, event: DeviceEvent) -> Iterator[Change]:
        """One declaration. A fire is a fire whatever else the device says of itself, a test bit included."""
        rule = self._rules.get(event.event)
        if rule is None:
            return
        key, at = (rule.id, event.device_slot), event.observed_at
        condition = self.conditions.active.get(key)
        if event.active:
            if condition is not None:
                condition.since = max(condition.since, at)
            elif self.conditions.begin(key, at, rule.severity):
                yield self._tell(ChangeKind.RAISE, rule, event, at)
            else:
                return
            self._voices.speak(key, event.sensor_slot, at)
        elif condition is not None and self._voices.fall_silent(key, event.sensor_slot, at):
            at = max(at, condition.since)
            self.conditions.end(key, at)
            yield self._tell(ChangeKind.CLEAR, rule, event, at)

    def _tell(self, kind: ChangeKind, rule: Rule, event: DeviceEvent, at: int) -> Change:
        slot = event.device_slot
        scope = self._places.find_scope(
            at, self._places.building_of_device(slot), self._places.zone_of_device(slot), slot
        )
        return Change(
            kind, rule, self._places.device(slot), at, rule.severity, note=event.text, scope_id=scope
        )
