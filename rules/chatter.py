"""Conditions that come and go: one open episode is held and its device marked; nothing is hidden.

What is told of a sensor or device passes through here last. Once a rule's condition on one of them has changed too
often, its end is withheld until it has been calm for the whole window. Fires confirm each other by what really happens.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from rules.catalogue.device_chatter import DEVICE_CHATTER
from rules.changes import Change, ChangeKind
from rules.parameters import Resolved
from rules.places import Places
from rules.rule import seconds
from schemas.domain import Severity, SubjectKind
from schemas.roster import Roster

Key = tuple[str, SubjectKind, int]
"""Rule, kind and id of its subject."""


@dataclass
class Flutter:
    """When a condition changed lately, and if it flutters the end that is withheld and the colour that is told."""

    device_id: int
    times: deque[int] = field(default_factory=deque)
    flutters: bool = False
    withheld: Change | None = None
    severity: Severity = Severity.YELLOW


class Chatter:
    """By rule and subject what has changed within the window."""

    def __init__(self) -> None:
        self.flutters: dict[Key, Flutter] = {}
        self.marked: set[int] = set()

    def adopt(self, places: Places, roster: Roster, parameters: Resolved) -> None:
        """Take over a newer roster, or other parameters; what other shares serve is told by those."""
        self._places, self._slots = places, roster.device_slots
        every = np.arange(len(roster.devices), dtype=np.int32)
        windows = parameters.of_devices(DEVICE_CHATTER.id, "window_seconds", every)
        self._windows_us = [seconds(count) for count in windows.tolist()]
        self._shortest_us = min(self._windows_us, default=0)
        self._changes = parameters.of_devices(DEVICE_CHATTER.id, "changes", every).tolist()
        served = roster.devices["served"]
        self.marked = {device_id for device_id in self.marked if served[self._slots[device_id]]}
        self.flutters = {
            key: flutter for key, flutter in self.flutters.items() if served[self._slots[flutter.device_id]]
        }

    def restore(self, device_id: int, active: bool, at: int) -> None:
        """Take over what the tables say: a device that is marked is so until all has been calm from then on."""
        key = DEVICE_CHATTER.id, SubjectKind.DEVICE, device_id
        self.flutters.pop(key, None)
        self.marked.discard(device_id)
        if active:
            self.flutters[key] = Flutter(device_id, deque([at]), flutters=True)
            self.marked.add(device_id)

    def settle(self, changes: Iterable[Change]) -> Iterator[Change]:
        """Pass changes on, but for the ends and new beginnings of what flutters."""
        for change in changes:
            if change.subject.device_id is None:
                yield change
            else:
                yield from self._settle(change, change.subject.device_id)

    def _settle(self, change: Change, device_id: int) -> Iterator[Change]:
        key = change.rule.id, change.subject.kind, change.subject.id
        flutter = self.flutters.get(key)
        if flutter is None:
            # A change of colour alone is no coming and going.
            if change.kind is ChangeKind.SEVERITY:
                yield change
                return
            flutter = self.flutters[key] = Flutter(device_id)
        if change.kind is not ChangeKind.SEVERITY:
            yield from self._count(flutter, change)
        if flutter.flutters and change.kind is ChangeKind.CLEAR:
            flutter.withheld = change
        elif flutter.withheld is not None:
            # It is back, and was never told to be gone; only its colour may be news.
            flutter.withheld = None
            if change.severity != flutter.severity:
                flutter.severity = change.severity
                yield change._replace(kind=ChangeKind.SEVERITY)
        else:
            flutter.severity = change.severity
            yield change

    def _count(self, flutter: Flutter, change: Change) -> Iterator[Change]:
        flutter.times.append(change.at)
        window_us = self._window_us(flutter.device_id)
        while flutter.times[0] < change.at - window_us:
            flutter.times.popleft()
        if not flutter.flutters and len(flutter.times) >= self._changes[self._slots[flutter.device_id]]:
            flutter.flutters = True
            if flutter.device_id not in self.marked:
                self.marked.add(flutter.device_id)
                subject = f"{change.subject.kind} {change.subject.id}"
                note = f"{change.rule.id} of {subject}: {len(flutter.times)} changes in {window_us // 60_000_000} min"
                yield self._mark(ChangeKind.RAISE, flutter.device_id, change.at, note)

    def tick(self, now: int) -> Iterator[Change]:
        """Tell the ends of what has been calm for long enough, and forget what has not changed for as long."""
        calm = [
            (key, flutter)
            for key, flutter in self.flutters.items()
            if now - flutter.times[-1] >= self._shortest_us
            and now - flutter.times[-1] >= self._window_us(flutter.device_id)
        ]
        for key, flutter in sorted(calm, key=lambda item: item[0]):
            del self.flutters[key]
            if flutter.withheld is not None:
                yield flutter.withheld._replace(at=now)
        restless = {flutter.device_id for flutter in self.flutters.values() if flutter.flutters}
        for device_id in sorted(self.marked - restless):
            self.marked.discard(device_id)
            yield self._mark(ChangeKind.CLEAR, device_id, now)

    def _mark(self, kind: ChangeKind, device_id: int, at: int, note: str | None = None) -> Change:
        slot, places = self._slots[device_id], self._places
        building, zone = places.building_of_device(slot), places.zone_of_device(slot)
        scope = places.find_scope(at, building, zone, slot)
        rule = DEVICE_CHATTER
        return Change(kind, rule, places.device(slot), at, rule.severity, note=note, scope_id=scope)

    def _window_us(self, device_id: int) -> int:
        return self._windows_us[self._slots[device_id]]
