"""The latest readings of every sensor: numpy ring buffers indexed by slot, in event time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules import rows
from schemas.columns import MICROSECONDS, NEVER

DEPTH = 64
MIN_SLOPE_SAMPLES = 4

SAMPLE = np.dtype([("observed_at", np.int64), ("value", np.float64)])

Slots = NDArray[np.int32]
Times = NDArray[np.int64]
Floats = NDArray[np.float64]


class Windows:
    """Ring buffers of (n_sensors, DEPTH); a place that was never filled has the time `NEVER`."""

    def __init__(self, n_sensors: int) -> None:
        self._samples = np.zeros((n_sensors, DEPTH), SAMPLE)
        self._samples["observed_at"] = NEVER
        self._next = np.zeros(n_sensors, np.int32)

    def grow(self, n_sensors: int) -> None:
        """Make room for sensors registered since."""
        fresh = Windows(n_sensors - len(self._next))
        self._samples = np.concatenate([self._samples, fresh._samples])
        self._next = np.concatenate([self._next, fresh._next])

    def push(self, slots: Slots, observed_at: Times, values: Floats) -> None:
        """Add one newer reading to each of (n,) different sensors."""
        slots = slots.astype(np.intp)
        places = self._next.take(slots)
        fresh = np.empty(len(slots), SAMPLE)
        fresh["observed_at"], fresh["value"] = observed_at, values
        rows.put(self._samples.reshape(-1), slots * DEPTH + places, fresh)
        self._next[slots] = (places + 1) % DEPTH

    def push_series(self, slots: Slots, observed_at: Times, values: Floats, starts: NDArray[np.intp]) -> None:
        """Add ever newer readings (n,), those of one sensor side by side; `starts` is where each sensor's begin."""
        counts = np.diff(np.append(starts, len(slots)))
        ranks = np.arange(len(slots)) - np.repeat(starts, counts)
        # Of more than DEPTH readings the last stay.
        kept = ranks >= np.repeat(counts, counts) - DEPTH
        places = (self._next[slots] + ranks) % DEPTH
        fresh = np.empty(len(slots), SAMPLE)
        fresh["observed_at"], fresh["value"] = observed_at, values
        at = slots[kept].astype(np.intp) * DEPTH + places[kept]
        rows.put(self._samples.reshape(-1), at, fresh[kept] if not kept.all() else fresh)
        last = starts + counts - 1
        self._next[slots[last]] = (places[last] + 1) % DEPTH

    def contain(self, slots: Slots, observed_at: Times) -> NDArray[np.bool_]:
        """Whether each sensor's window already holds a reading of that time, (n,)."""
        held: NDArray[np.bool_] = (self._samples["observed_at"][slots] == observed_at[:, None]).any(axis=1)
        return held

    def look_back(self, slots: Slots, until: Times, window_us: Times) -> Glance:
        """The samples of (n,) sensors in the windows (until - window, until]."""
        samples = self._samples.take(slots, axis=0)
        times, values = samples["observed_at"], samples["value"]
        return Glance(
            times, values, (times > (until - window_us)[:, None]) & (times <= until[:, None]), until
        )

    def forget(self, slots: Slots) -> None:
        """Empty the windows of sensors that somebody else has judged meanwhile."""
        self._samples["observed_at"][slots] = NEVER


class Glance:
    """A part of the windows of n sensors: `times`, `values` and `within` are (n, DEPTH)."""

    def __init__(self, times: Times, values: Floats, within: NDArray[np.bool_], until: Times) -> None:
        self._times, self._values, self.within, self._until = times, values, within, until

    def smallest(self) -> Floats:
        """The smallest value (n,); infinity where there is none."""
        lowest: Floats = np.where(self.within, self._values, np.inf).min(axis=1)
        return lowest

    def slopes_per_minute(self) -> Floats:
        """Least-squares slopes (n,) in units per minute; NaN where fewer than four samples lie in the window."""
        counts = self.within.sum(axis=1)
        minutes = np.where(self.within, self._times - self._until[:, None], 0) / (60.0 * MICROSECONDS)
        values = np.where(self.within, self._values, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            minutes = np.where(self.within, minutes - (minutes.sum(axis=1) / counts)[:, None], 0.0)
            slopes = (minutes * values).sum(axis=1) / (minutes * minutes).sum(axis=1)
        return np.where(counts >= MIN_SLOPE_SAMPLES, slopes, np.nan)
