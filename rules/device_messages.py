"""The messages that readings came in: whose, when, and the newest time any of its readings gives.

A message is all that comes of a device at one moment of receipt, side by side. The last one of a batch waits for the
next batch, which may go on with it: so the messages are the same however the stream is cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Slots = NDArray[np.integer]
Times = NDArray[np.int64]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Messages:
    """Columns (m,) over messages: slot of the device, time of receipt, newest time that is given."""

    devices: Slots
    received_at: Times
    newest: Times

    def __len__(self) -> int:
        return len(self.devices)

    def pick(self, rows: Rows | slice) -> Messages:
        return Messages(self.devices[rows], self.received_at[rows], self.newest[rows])

    @staticmethod
    def none() -> Messages:
        return Messages(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64))

    @staticmethod
    def of_refused(clocks_ahead: tuple[tuple[int, int, int], ...]) -> Messages:
        """From (device slot, time of receipt, time given) of readings that were refused."""
        newest: dict[tuple[int, int], int] = {}
        for device, received_at, at in clocks_ahead:
            newest[device, received_at] = max(at, newest.get((device, received_at), at))
        devices, received = zip(*newest, strict=True) if newest else ((), ())
        return Messages(
            np.array(devices, np.int32), np.array(received, np.int64), np.array([*newest.values()], np.int64)
        )


class DeviceMessages:
    """The one message, if any, that is not known to be complete."""

    def __init__(self) -> None:
        self.waiting = Messages.none()

    def take(self, devices: Slots, received_at: Times, observed_at: Times) -> tuple[Messages, Messages]:
        """Readings (n,) in the order of their arrival; returns the messages (m,) they begin or go on with, and those
        that are complete.
        """
        if not len(devices):
            return Messages.none(), Messages.none()
        begins = np.empty(len(devices), np.bool_)
        begins[0] = True
        np.not_equal(devices[1:], devices[:-1], out=begins[1:])
        begins[1:] |= received_at[1:] != received_at[:-1]
        starts = np.flatnonzero(begins)
        # Nearly always a message gives one time for all that is in it.
        is_one = begins[1:] | (observed_at[1:] == observed_at[:-1])
        newest = observed_at[starts] if is_one.all() else np.maximum.reduceat(observed_at, starts)
        fresh = Messages(devices[starts], received_at[starts], newest)
        known = self._join(fresh)
        self.waiting = known.pick(slice(-1, None))
        return fresh, known.pick(slice(None, -1))

    def _join(self, fresh: Messages) -> Messages:
        """What waits, then the fresh ones; the first of those may go on with it."""
        last = self.waiting
        if not len(last):
            return fresh
        if last.devices[0] == fresh.devices[0] and last.received_at[0] == fresh.received_at[0]:
            fresh.newest[0] = max(last.newest[0], fresh.newest[0])
            return fresh
        return Messages(
            np.concatenate([last.devices, fresh.devices]),
            np.concatenate([last.received_at, fresh.received_at]),
            np.concatenate([last.newest, fresh.newest]),
        )
