"""What pumps declare of themselves: called, running, stopped; and how often a jockey pump starts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from rules.water.gauging import HOUR_US
from schemas.columns import NEVER, DeviceEvent
from schemas.domain import DeviceEventKind

Times = NDArray[np.int64]


class Pumps:
    """Of (n_devices,): since when each is called, has run, and has been stopped; NEVER where it is not so.

    A pump runs when it feeds back that it does; of one that never feeds anything back, being started counts.
    """

    def __init__(self) -> None:
        self.called, self.running, self.stopped = (np.empty(0, np.int64) for _ in range(3))
        self._feeds_back = np.empty(0, np.bool_)
        self._starts: dict[int, deque[int]] = {}

    def adopt(self, n_devices: int) -> None:
        """Take over the devices of a newer roster."""
        fresh = np.full(n_devices - len(self.called), NEVER, np.int64)
        self.called, self.running, self.stopped = (
            np.concatenate([times, fresh]) for times in (self.called, self.running, self.stopped)
        )
        self._feeds_back = np.concatenate([self._feeds_back, np.zeros(len(fresh), np.bool_)])

    def take(self, event: DeviceEvent) -> None:
        """One declaration, in event time; what is older than what is known changes nothing."""
        slot, at = event.device_slot, event.observed_at
        if at < max(self.called[slot], self.running[slot], self.stopped[slot]):
            return
        if event.event is DeviceEventKind.FEEDBACK:
            self._feeds_back[slot] = True
            self._run(slot, at, event.active)
        elif event.event is DeviceEventKind.STARTED:
            self._call(slot, at, event.active)
            if not self._feeds_back[slot]:
                self._run(slot, at, event.active)

    def starts_per_hour(self, slot: int, now: int) -> int:
        """How often a pump was started within the hour."""
        starts = self._starts.get(slot, deque())
        while starts and starts[0] <= now - HOUR_US:
            starts.popleft()
        return len(starts)

    def find_starts(self, slot: int) -> tuple[int, ...]:
        """When a pump was started, as far as it is kept."""
        return tuple(self._starts.get(slot, ()))

    def take_starts(self, slot: int, starts: Iterable[int]) -> None:
        """Take over when a pump was started."""
        self._starts[slot] = deque(starts)

    def _call(self, slot: int, at: int, active: bool) -> None:
        if not active:
            self.called[slot] = NEVER
        elif self.called[slot] == NEVER:
            self.called[slot] = at
            self._starts.setdefault(slot, deque()).append(at)

    def _run(self, slot: int, at: int, active: bool) -> None:
        if active:
            self.stopped[slot] = NEVER
            if self.running[slot] == NEVER:
                self.running[slot] = at
        elif self.running[slot] != NEVER:
            self.running[slot], self.stopped[slot] = NEVER, at
