"""The messages that readings came in: whose, when, and the newest time any of its readings gives.

A message is all that comes of a device at one moment of receipt, side by side. The last one of a batch waits for the
next batch, which may go on with it: so the messages are the same however the stream is cut.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MESSAGE = np.dtype([("device", np.int32), ("received_at", np.int64), ("newest", np.int64)])


class DeviceMessages:
    """The one message that is not known to be complete, (0,) or (1,) of `MESSAGE`."""

    def __init__(self) -> None:
        self.waiting = np.empty(0, MESSAGE)

    def take(self, devices: NDArray[np.int32], readings: NDArray[np.void]) -> NDArray[np.void]:
        """Readings (n,) of devices (n,) in the order of their arrival; returns the complete messages (m,)."""
        if not len(readings):
            return np.empty(0, MESSAGE)
        received_at = readings["received_at"]
        begins = np.empty(len(readings), np.bool_)
        begins[0] = True
        np.not_equal(devices[1:], devices[:-1], out=begins[1:])
        begins[1:] |= received_at[1:] != received_at[:-1]
        starts = np.flatnonzero(begins)
        fresh = np.empty(len(starts), MESSAGE)
        fresh["device"], fresh["received_at"] = devices[starts], received_at[starts]
        fresh["newest"] = np.maximum.reduceat(readings["observed_at"], starts)
        messages = self._join(fresh)
        self.waiting = messages[-1:].copy()
        return messages[:-1]

    def _join(self, fresh: NDArray[np.void]) -> NDArray[np.void]:
        """What waits, then (m,) fresh ones; the first of those may go on with it."""
        if not len(self.waiting):
            return fresh
        last, first = self.waiting[0], fresh[0]
        if last["device"] == first["device"] and last["received_at"] == first["received_at"]:
            first["newest"] = max(last["newest"], first["newest"])
            return fresh
        return np.concatenate([self.waiting, fresh])


def of_refused(clocks_ahead: tuple[tuple[int, int, int], ...]) -> NDArray[np.void]:
    """Messages (m,) whose readings were refused, from (device slot, time of receipt, time given), one for each."""
    newest: dict[tuple[int, int], int] = {}
    for device, received_at, at in clocks_ahead:
        newest[device, received_at] = max(at, newest.get((device, received_at), at))
    rows = [(device, received_at, at) for (device, received_at), at in newest.items()]
    return np.array(rows, MESSAGE)
