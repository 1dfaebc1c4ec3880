"""The latest readings of every sensor: numpy ring buffers indexed by slot, in event time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules import rows as whole_rows
from rules.series import Series
from schemas.columns import MICROSECONDS, NEVER

DEPTH = 64
"""A power of two, so that places wrap around by a mask."""
MIN_SLOPE_SAMPLES = 4
LAGS = np.arange(DEPTH - 1, -1, -1)
"""How many readings before one's own each place of a glance is; the last place is the own one."""

SAMPLE = np.dtype([("observed_at", np.int64), ("value", np.float64)])

Slots = NDArray[np.intp]
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

    def push(self, series: Series) -> None:
        """Add readings (n,), each newer than what its sensor's window holds and than those before it."""
        slots, fresh = series.slots, _as_samples(series)
        if series.single:
            places, kept = self._next.take(slots), None
            self._next[slots] = (places + 1) & (DEPTH - 1)
        else:
            counts = series.counts
            # Of more than DEPTH readings the last stay.
            kept = np.flatnonzero(series.rank >= (counts - DEPTH)[series.sensor])
            places = ((self._next[slots] + series.rank) % DEPTH)[kept]
            lasts = series.starts + counts - 1
            self._next[slots[lasts]] = (self._next[slots[lasts]] + counts) % DEPTH
            slots, fresh = slots[kept], fresh[kept]
        whole_rows.put(self._samples.reshape(-1), slots * DEPTH + places, fresh)

    def contain(self, slots: Slots, observed_at: Times) -> NDArray[np.bool_]:
        """Whether each sensor's window already holds a reading of that time, (n,)."""
        held: NDArray[np.bool_] = (self._samples["observed_at"][slots] == observed_at[:, None]).any(axis=1)
        return held

    def at(self, series: Series, rows: NDArray[np.intp]) -> NDArray[np.void]:
        """The windows (n, DEPTH) as they will be with some of the readings of a series that is still to be pushed.

        The oldest sample comes first, wherever the ring begins, so that sums over them come out the same.
        """
        slots, rank = series.slots[rows], series.rank[rows]
        places = ((self._next[slots] + rank)[:, None] - LAGS) & (DEPTH - 1)
        samples: NDArray[np.void] = self._samples.reshape(-1).take(slots[:, None] * DEPTH + places)
        if series.single:
            samples["observed_at"][:, -1], samples["value"][:, -1] = (
                series.observed_at[rows],
                series.values[rows],
            )
        else:
            reading, lag = np.nonzero(rank[:, None] >= LAGS)
            samples[reading, lag] = _as_samples(series)[rows[reading] - LAGS[lag]]
        return samples

    def forget(self, slots: Slots) -> None:
        """Empty the windows of sensors that somebody else has judged meanwhile."""
        self._samples["observed_at"][slots] = NEVER


def _as_samples(series: Series) -> NDArray[np.void]:
    samples = np.empty(len(series), SAMPLE)
    samples["observed_at"], samples["value"] = series.observed_at, series.values
    return samples


class Glance:
    """The samples (n, DEPTH) that lie in the windows (until - window, until] of n readings."""

    def __init__(self, samples: NDArray[np.void], until: Times, window_us: Times) -> None:
        times, self._values = samples["observed_at"], samples["value"]
        self._until, self._times = until, times
        self.within: NDArray[np.bool_] = times > (until - window_us)[:, None]

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
