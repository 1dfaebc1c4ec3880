"""A device that stops reporting becomes a fault: its state is unknown, never normal.

Silence is measured on the time of receipt, since a device that says nothing has no event time.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rules.rule import seconds
from schemas.columns import NEVER

SHORTEST_SILENCE_US = seconds(90)
MAINS_INTERVALS = 3.0
BATTERY_INTERVALS = 2.2


class Silence:
    """For each device when it was last heard, until when it is excused, whether it is silent, how long it may be, and
    whether it is watched; all (n_devices,).
    """

    def __init__(self) -> None:
        self.heard_at = np.empty(0, np.int64)
        self.excused_until = np.empty(0, np.int64)
        self.silent = np.empty(0, np.bool_)
        self.watched = np.empty(0, np.bool_)
        self.allowed_us = np.empty(0, np.int64)
        self._listening_since = NEVER
        self.swept_at = NEVER

    def adopt(self, devices: NDArray[np.void]) -> None:
        """Take over the devices of a roster; those without a channel or retired are not expected to report.

        Neither are those of buildings that are not served: whoever serves them watches them.
        """
        served = devices["served"]
        fresh = len(devices) - len(self.heard_at)
        self.heard_at = np.concatenate([self.heard_at, np.full(fresh, NEVER, np.int64)])
        self.excused_until = np.concatenate([self.excused_until, np.full(fresh, NEVER, np.int64)])
        self.silent = np.concatenate([self.silent, np.zeros(fresh, np.bool_)])
        were_watched = np.concatenate([self.watched, np.zeros(fresh, np.bool_)])
        self.watched = (devices["interval_us"] > 0) & ~devices["retired"] & served
        self.silent &= served
        intervals = np.where(devices["battery"], BATTERY_INTERVALS, MAINS_INTERVALS)
        self.allowed_us = np.maximum(SHORTEST_SILENCE_US, intervals * devices["interval_us"]).astype(np.int64)
        # A device that comes while we listen gets its full time from now on, not from the beginning; so does one that
        # was out of service, however long ago it was heard before.
        self.excuse(np.flatnonzero(self.watched & ~were_watched).astype(np.int32), self.swept_at)

    @property
    def listening(self) -> bool:
        """Whether anybody could be heard at all; before, silence says nothing."""
        return self._listening_since != NEVER

    def listen_from(self, now: int) -> None:
        """Nobody could be heard before `now`: silence is counted from then on at the earliest."""
        self._listening_since = now
        self.swept_at = now

    def hear(
        self, device_slots: NDArray[np.integer], received_at: NDArray[np.int64]
    ) -> list[tuple[int, int]]:
        """Note that devices (n,) were heard; returns those that had been silent, and when they came back."""
        if (np.diff(received_at) >= 0).all():
            # Of several readings of a device the last is written, which is the newest.
            self.heard_at[device_slots] = np.maximum(self.heard_at[device_slots], received_at)
        else:
            np.maximum.at(self.heard_at, device_slots, received_at)
        back: dict[int, int] = {}
        for place in np.flatnonzero(self.silent[device_slots]).tolist():
            back.setdefault(int(device_slots[place]), int(received_at[place]))
        for slot, at in back.items():
            self.silent[slot] = False
            self.excused_until[slot] = at
        return list(back.items())

    def excuse(self, device_slots: NDArray[np.int32], until: int) -> None:
        """Devices (n,) could not be heard until then: they and their sensors get their full time from then on."""
        self.excused_until[device_slots] = np.maximum(self.excused_until[device_slots], until)

    def excused(self) -> NDArray[np.int64]:
        """Until when the silence of each device, and of its sensors, does not count (n_devices,)."""
        return np.maximum(self.excused_until, self._listening_since)

    def heard_since(self) -> NDArray[np.int64]:
        """From when on the silence of each device counts (n_devices,)."""
        return np.maximum(self.heard_at, self.excused())

    def sweep(self, now: int, hold: Callable[[], NDArray[np.bool_]]) -> NDArray[np.int32]:
        """Slots of the devices that have become silent, without those (n_devices,) that `hold` holds back.

        Retired devices never become silent; a silent one that is retired is returned by `release_retired`.
        """
        if not self.listening:
            return np.empty(0, np.int32)
        self.swept_at = now
        fallen: NDArray[np.bool_] = self.watched & ~self.silent & (now - self.heard_since() > self.allowed_us)
        if fallen.any():
            fallen &= ~hold()
        self.silent |= fallen
        return np.flatnonzero(fallen).astype(np.int32)

    def release_retired(self) -> NDArray[np.int32]:
        """Slots of silent devices that are no longer expected to report; they are silent no more."""
        released = np.flatnonzero(self.silent & ~self.watched).astype(np.int32)
        self.silent[released] = False
        return released
