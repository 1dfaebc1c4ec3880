"""Devices that send far more messages than anything needs, minute by minute of the time of receipt.

What a gateway has stored comes in bulk when it can, and is no flood: only messages about the present are counted.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rules.baselines import MINUTE_US
from rules.catalogue.device_flooding import DEVICE_FLOODING
from rules.changes import ChangeKind
from rules.device_messages import Messages
from rules.findings import Finding
from rules.parameters import Resolved
from schemas.columns import NEVER
from schemas.domain import SubjectKind

PRESENT_US = 5 * MINUTE_US


class Flooding:
    """For each device (n_devices,) its messages of this minute, how many minutes had too many, and if it floods."""

    def __init__(self) -> None:
        self.count = np.empty(0, np.int64)
        self.minutes = np.empty(0, np.int64)
        self.active = np.empty(0, np.bool_)
        self.looked_in = NEVER

    def adopt(self, n_devices: int, parameters: Resolved) -> None:
        """Take over the devices of a newer roster, or other limits."""
        fresh = n_devices - len(self.count)
        self.count = np.concatenate([self.count, np.zeros(fresh, np.int64)])
        self.minutes = np.concatenate([self.minutes, np.zeros(fresh, np.int64)])
        self.active = np.concatenate([self.active, np.zeros(fresh, np.bool_)])
        slots = np.arange(n_devices, dtype=np.int32)
        self._limit, self._clears_below, self._minutes = (
            parameters.of_devices(DEVICE_FLOODING.id, name, slots)
            for name in ("limit", "clears_below", "minutes")
        )

    def restore(self, slot: int, active: bool) -> None:
        """Take over what the tables say of a device."""
        self.active[slot], self.minutes[slot] = active, 0

    def take(self, messages: Messages) -> None:
        """Messages (m,) in the order of their arrival."""
        present = messages.received_at - messages.newest < PRESENT_US
        np.add.at(self.count, messages.devices[present], 1)

    def look(self, now: int) -> Iterator[Finding]:
        """Once a minute."""
        if self.looked_in != NEVER and now // MINUTE_US <= self.looked_in:
            return
        self.looked_in = now // MINUTE_US
        many = self.count >= self._limit
        self.minutes = np.where(many, self.minutes + 1, 0)
        raised = ~self.active & many & (self.minutes >= self._minutes)
        cleared = self.active & (self.count < self._clears_below)
        self.active = (self.active | raised) & ~cleared
        for slot in np.flatnonzero(raised | cleared).tolist():
            kind = ChangeKind.RAISE if raised[slot] else ChangeKind.CLEAR
            count, limit = float(self.count[slot]), float(self._limit[slot])
            yield Finding(kind, DEVICE_FLOODING, SubjectKind.DEVICE, slot, now, count, limit, unit="1/min")
        self.count[:] = 0
