"""Which device reports when: at its interval, evenly spread, and at once when something changes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulators.buildings import City
from simulators.layout import Indexes, Layout
from simulators.optics import Floats

FAST_INTERVAL_SECONDS = 2.0
STAYS_FAST_SECONDS = 60.0


class Reporting:
    """The reporting clock of every device.

    A device whose channel has moved by more than the `change` of its model since the last report sends at
    once, though not sooner than 2 s after that report, and keeps to every 2 s for a minute.
    """

    def __init__(self, city: City, layout: Layout, now: float) -> None:
        self._sensors = layout.sensors
        self._interval = np.array([device.model.interval_seconds for device in city.devices])
        self._last_values = np.full(len(layout.sensors.device), np.nan)
        self._last_at = np.full(len(self._interval), -np.inf)
        self._fast_until = np.full(len(self._interval), -np.inf)
        self._next_at = now + self._spread() * self._interval

    def choose_due(self, now: float, values: Floats, silent: NDArray[np.bool_]) -> Indexes:
        """Devices that report now; they are taken to have done so."""
        self._notice_changes(now, values)
        # A clock that was set back must not keep the city quiet until it has caught up.
        self._next_at = np.minimum(self._next_at, now + self._interval)
        due = np.flatnonzero((self._next_at <= now) & ~silent)
        fast = now < self._fast_until[due]
        interval = np.where(fast, FAST_INTERVAL_SECONDS, self._interval[due])
        planned = self._next_at[due] + interval
        self._next_at[due] = np.where(planned > now, planned, now + interval)
        self._last_at[due] = now
        reported = np.isin(self._sensors.device, due)
        self._last_values[reported] = values[reported]
        return due

    def _notice_changes(self, now: float, values: Floats) -> None:
        moved = np.abs(values - self._last_values) >= self._sensors.change
        changed = np.logical_or.reduceat(moved, self._sensors.start[:-1])
        self._fast_until[changed] = now + STAYS_FAST_SECONDS
        soon = np.maximum(self._last_at[changed] + FAST_INTERVAL_SECONDS, now)
        self._next_at[changed] = np.minimum(self._next_at[changed], soon)

    def _spread(self) -> Floats:
        """Offsets in (0, 1] for each device, even among the devices of one interval."""
        spread = np.empty(len(self._interval))
        for interval in np.unique(self._interval):
            same = np.flatnonzero(self._interval == interval)
            # Multiples of the golden ratio are even over the city and within each building.
            spread[same] = np.mod(np.arange(1, len(same) + 1) * 0.6180339887498949, 1.0)
        return spread
