"""Heat that is seen in two ways at one device is one alarm there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from rules.changes import ChangeKind
from simulators.benchmarks.plain.changes import PlainChange

SHARING = {"heat_fixed_alarm", "heat_rate_of_rise"}


class PlainSharing:
    """By device what the alarm is told as, and the conditions beneath it."""

    def __init__(self, devices: list[int]) -> None:
        self._devices = devices
        self._told: dict[int, tuple[str, int]] = {}
        self._active: dict[int, set[tuple[str, int]]] = {}

    def settle(self, changes: Iterable[PlainChange]) -> Iterator[PlainChange]:
        """Only the first to begin and the last to end are told, as the first."""
        for change in changes:
            if change.rule_id not in SHARING:
                yield change
                continue
            device, member = self._devices[change.slot], (change.rule_id, change.slot)
            active = self._active.setdefault(device, set())
            if change.kind is ChangeKind.RAISE:
                if not active:
                    self._told[device] = member
                    yield change
                active.add(member)
            else:
                active.discard(member)
                if not active:
                    told = self._told.pop(device)
                    rule_id, slot = told
                    yield (
                        change
                        if told == member
                        else replace(change, rule_id=rule_id, slot=slot, value=None, limit=None)
                    )
