"""Devices whose clocks are wrong, by the newest time that each of their messages gives.

Ahead of the time of receipt is wrong however much. Late may be on purpose: what a gateway has stored comes when it can,
each message later than it was by another amount. A clock that is behind is behind by the same in every message, while
time goes on.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rules.catalogue.clock_fault import CLOCK_FAULT
from rules.changes import ChangeKind
from rules.device_messages import Messages
from rules.findings import Finding
from rules.layers import split_by_rank
from rules.parameters import Resolved
from schemas.columns import MICROSECONDS
from schemas.domain import SubjectKind

CLOCK = np.dtype(
    [
        ("off", np.uint8),
        ("fine", np.uint8),
        ("active", np.bool_),
        ("off_from", np.int64),
        ("least", np.int64),
        ("most", np.int64),
    ],
    align=True,
)
"""State of one device: messages in a row by which its clock is off, or fine; since which time of receipt it is off, and
by how much at least and at most [µs, ahead is positive]."""
MOST_MESSAGES = np.iinfo(np.uint8).max - 1


class DeviceClocks:
    """States (n_devices,) of `CLOCK`."""

    def __init__(self) -> None:
        self.clocks = np.empty(0, CLOCK)

    def adopt(self, n_devices: int, parameters: Resolved) -> None:
        """Take over the devices of a newer roster, or other limits."""
        fresh = np.zeros(n_devices - len(self.clocks), CLOCK)
        self.clocks = np.concatenate([self.clocks, fresh])
        slots = np.arange(n_devices, dtype=np.int32)
        self._limit_us, self._steady_us, self._on_us = (
            (parameters.of_devices(CLOCK_FAULT.id, name, slots) * MICROSECONDS).astype(np.int64)
            for name in ("limit", "steady", "on_seconds")
        )
        self._samples = parameters.of_devices(CLOCK_FAULT.id, "samples", slots)
        self._least_limit_us = int(self._limit_us.min(initial=np.iinfo(np.int64).max))
        self._underway = self.clocks["active"] | (self.clocks["off"] > 0)

    def restore(self, slot: int, active: bool) -> None:
        """Take over what the tables say of a device."""
        self.clocks[slot] = np.zeros((), CLOCK)
        self.clocks["active"][slot] = self._underway[slot] = active

    def take(self, messages: Messages) -> Iterator[Finding]:
        """Messages (m,) in the order of their arrival."""
        skew_us = messages.newest - messages.received_at
        strange = np.flatnonzero((np.abs(skew_us) > self._least_limit_us) | self._underway[messages.devices])
        for rows in split_by_rank(messages.devices[strange]):
            yield from self._step(messages.pick(strange[rows]), skew_us[strange[rows]])

    def _step(self, messages: Messages, skew_us: NDArray[np.int64]) -> Iterator[Finding]:
        """One message of each of (n,) different devices."""
        slots, received_at = messages.devices, messages.received_at
        clocks = self.clocks[slots]
        ahead = skew_us > self._limit_us[slots]
        off = ahead | (skew_us < -self._limit_us[slots])
        least, most = np.minimum(clocks["least"], skew_us), np.maximum(clocks["most"], skew_us)
        steady = np.where(ahead, least > 0, (most < 0) & (most - least <= self._steady_us[slots]))
        goes_on = off & (clocks["off"] > 0) & steady
        clocks["off"] = np.where(off, np.where(goes_on, np.minimum(clocks["off"], MOST_MESSAGES) + 1, 1), 0)
        clocks["fine"] = np.where(off, 0, np.minimum(clocks["fine"], MOST_MESSAGES) + 1)
        clocks["least"] = np.where(goes_on, least, skew_us)
        clocks["most"] = np.where(goes_on, most, skew_us)
        clocks["off_from"] = np.where(goes_on, clocks["off_from"], received_at)
        lasts = ahead | (received_at - clocks["off_from"] >= self._on_us[slots])
        was_active, needed = clocks["active"].copy(), self._samples[slots]
        raised = ~was_active & off & lasts & (clocks["off"] >= needed)
        cleared = was_active & (clocks["fine"] >= needed)
        clocks["active"] = (was_active | raised) & ~cleared
        self.clocks[slots] = clocks
        self._underway[slots] = clocks["active"] | (clocks["off"] > 0)
        for i in np.flatnonzero(raised | cleared).tolist():
            yield self._tell(int(slots[i]), int(received_at[i]), int(skew_us[i]), bool(raised[i]))

    def _tell(self, slot: int, at: int, skew_us: int, raised: bool) -> Finding:
        return Finding(
            ChangeKind.RAISE if raised else ChangeKind.CLEAR,
            CLOCK_FAULT,
            SubjectKind.DEVICE,
            slot,
            at,
            value=skew_us / MICROSECONDS,
            limit=int(self._limit_us[slot]) / MICROSECONDS,
            unit="s",
        )
