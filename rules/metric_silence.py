"""A sensor of which nothing comes while its device goes on reporting becomes a fault: unknown, never normal.

It is measured on the time of receipt. A sensor's silence is its own only when its device was heard at the time
at which the sensor was due, or later; while the whole device is silent nothing is told of its sensors.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.catalogue.metric_silent import METRIC_SILENT
from rules.parameters import Resolved
from rules.silence import Silence
from schemas.columns import MICROSECONDS

Rows = NDArray[np.intp]
Times = NDArray[np.int64]
Flags = NDArray[np.bool_]


class MetricSilence:
    """For each sensor when anything was last heard of it and whether it is silent, (n_sensors,)."""

    def __init__(self, silence: Silence) -> None:
        self._silence = silence
        self.heard_at = np.empty(0, np.int64)
        self.silent = np.empty(0, np.bool_)

    def adopt(self, sensors: NDArray[np.void], devices: NDArray[np.void], parameters: Resolved) -> None:
        """Take over the sensors of a newer roster."""
        fresh = len(sensors) - len(self.heard_at)
        # A sensor that comes to a device that is watched already gets its full time from now on.
        self.heard_at = np.concatenate([self.heard_at, np.full(fresh, self._silence.swept_at, np.int64)])
        self.silent = np.concatenate([self.silent, np.zeros(fresh, np.bool_)])
        self._device_of = sensors["device_slot"].copy()
        served = devices["served"][self._device_of]
        self._watched = (sensors["interval_us"] > 0) & self._silence.watched[self._device_of]
        self.silent &= served
        self._allowed_us = _find_allowances(
            sensors["interval_us"], devices["battery"][self._device_of], parameters
        )

    def hear(self, slots: Rows, received_at: Times, good: Flags) -> list[tuple[int, int]]:
        """Readings (n,) came; returns the sensors that are silent no more, and since when.

        Any reading says that the sensor is there; only a good one ends its silence.
        """
        self.heard_at[slots] = received_at
        ended = self.silent.take(slots)
        if not ended.any():
            return []
        back: dict[int, int] = {}
        for place in np.flatnonzero(ended & good).tolist():
            back.setdefault(int(slots[place]), int(received_at[place]))
        self.silent[list(back)] = False
        return list(back.items())

    def sweep(self, now: int) -> list[int]:
        """Slots of the sensors that have become silent; of devices that are silent themselves none."""
        silence = self._silence
        overdue = np.flatnonzero(self._watched & ~self.silent & (now - self._allowed_us > self.heard_at))
        devices = self._device_of[overdue]
        due_at = np.maximum(self.heard_at[overdue], silence.excused()[devices]) + self._allowed_us[overdue]
        speaks = ~silence.silent[devices] & (silence.heard_at[devices] >= due_at)
        fallen = overdue[speaks & (now > due_at)]
        self.silent[fallen] = True
        return [int(slot) for slot in fallen]

    def release_retired(self) -> list[int]:
        """Silent sensors that are no longer expected to report; they are silent no more."""
        released = np.flatnonzero(self.silent & ~self._watched)
        self.silent[released] = False
        return released.tolist()


def _find_allowances(intervals_us: Times, battery: Flags, parameters: Resolved) -> Times:
    """How long each sensor (n,) may be silent."""
    slots = np.arange(len(intervals_us), dtype=np.int32)
    mains, on_battery, least = (
        parameters.of_sensors(METRIC_SILENT.id, name, slots)
        for name in ("intervals", "battery_intervals", "least_seconds")
    )
    allowed = np.maximum(least * MICROSECONDS, np.where(battery, on_battery, mains) * intervals_us)
    return allowed.astype(np.int64)
