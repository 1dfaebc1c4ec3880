"""The latest readings of every sensor: numpy ring buffers indexed by slot, in event time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from schemas.columns import MICROSECONDS, NEVER

DEPTH = 32
MIN_SLOPE_SAMPLES = 4


class Windows:
    """Ring buffers of (n_sensors, DEPTH); a place that was never filled has the time `NEVER`."""

    def __init__(self, n_sensors: int) -> None:
        self.times = np.full((n_sensors, DEPTH), NEVER, np.int64)
        self.values = np.full((n_sensors, DEPTH), np.nan)
        self.newest = np.full(n_sensors, NEVER, np.int64)
        self._next = np.zeros(n_sensors, np.int64)

    def grow(self, n_sensors: int) -> None:
        """Make room for sensors registered since."""
        fresh = Windows(n_sensors - len(self.newest))
        self.times = np.concatenate([self.times, fresh.times])
        self.values = np.concatenate([self.values, fresh.values])
        self.newest = np.concatenate([self.newest, fresh.newest])
        self._next = np.concatenate([self._next, fresh._next])

    def push(
        self, slots: NDArray[np.int32], observed_at: NDArray[np.int64], values: NDArray[np.float64]
    ) -> None:
        """Add one newer reading to each of (n,) different sensors."""
        places = self._next[slots]
        self.times[slots, places] = observed_at
        self.values[slots, places] = values
        self.newest[slots] = observed_at
        self._next[slots] = (places + 1) % DEPTH

    def push_series(
        self,
        slots: NDArray[np.int32],
        observed_at: NDArray[np.int64],
        values: NDArray[np.float64],
        starts: NDArray[np.int64],
    ) -> None:
        """Add ever newer readings (n,), those of one sensor side by side; `starts` is where each sensor's begin."""
        counts = np.diff(np.append(starts, len(slots)))
        ranks = np.arange(len(slots)) - np.repeat(starts, counts)
        # Of more than DEPTH readings the last stay: numpy lets the last of equal places win.
        places = (self._next[slots] + ranks) % DEPTH
        self.times[slots, places] = observed_at
        self.values[slots, places] = values
        last = starts + counts - 1
        self.newest[slots[last]] = observed_at[last]
        self._next[slots[last]] = (places[last] + 1) % DEPTH

    def contain(self, slots: NDArray[np.int32], observed_at: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each sensor's window already holds a reading of that time, (n,)."""
        held: NDArray[np.bool_] = (self.times[slots] == observed_at[:, None]).any(axis=1)
        return held

    def slopes_per_minute(
        self, slots: NDArray[np.int32], until: NDArray[np.int64], window_us: int
    ) -> NDArray[np.float64]:
        """Least-squares slopes (n,) over the window that ends at `until`, in units per minute.

        NaN where fewer than four samples lie in the window.
        """
        times, values = self.times[slots], self.values[slots]
        within = (times > (until - window_us)[:, None]) & (times <= until[:, None])
        counts = within.sum(axis=1)
        minutes = np.where(within, times - until[:, None], 0) / (60.0 * MICROSECONDS)
        values = np.where(within, values, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            minutes = np.where(within, minutes - (minutes.sum(axis=1) / counts)[:, None], 0.0)
            slopes: NDArray[np.float64] = (minutes * values).sum(axis=1) / (minutes * minutes).sum(axis=1)
        return np.where(counts >= MIN_SLOPE_SAMPLES, slopes, np.nan)
