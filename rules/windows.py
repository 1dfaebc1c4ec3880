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
DEPTHS = (16, 32, DEPTH)
"""How far back one looks: as few samples as reach to where a window begins. All are multiples of eight, in which numpy
adds up, so that sums come out the same."""
LAGS = np.arange(DEPTH - 1, -1, -1)
"""How many readings before one's own each sample of a look is; the last is the own one."""

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

    def look_back(self, series: Series, rows: NDArray[np.intp], since: Times, depth: int) -> NDArray[np.void]:
        """The newest samples (n, ≥ depth) of windows as they will be with some readings of a series to be pushed.

        There are more than `depth`, up to all, where those do not reach back beyond `since` (n,). The oldest comes
        first, wherever the ring begins, so that sums over them come out the same.
        """
        for enough in DEPTHS:
            if enough >= depth:
                samples = self._newest(series, rows, enough)
                if enough == DEPTH or (samples["observed_at"][:, 0] <= since).all():
                    break
        return samples

    def _newest(self, series: Series, rows: NDArray[np.intp], depth: int) -> NDArray[np.void]:
        slots, rank, lags = series.slots[rows], series.rank[rows], LAGS[-depth:]
        places = ((self._next[slots] + rank)[:, None] - lags) & (DEPTH - 1)
        samples: NDArray[np.void] = self._samples.reshape(-1).take(slots[:, None] * DEPTH + places)
        if series.single:
            samples["observed_at"][:, -1] = series.observed_at[rows]
            samples["value"][:, -1] = series.values[rows]
        else:
            reading, lag = np.nonzero(rank[:, None] >= lags)
            samples[reading, lag] = _as_samples(series)[rows[reading] - lags[lag]]
        return samples

    def forget(self, slots: Slots) -> None:
        """Empty the windows of sensors that somebody else has judged meanwhile."""
        self._samples["observed_at"][slots] = NEVER


def _as_samples(series: Series) -> NDArray[np.void]:
    samples = np.empty(len(series), SAMPLE)
    samples["observed_at"], samples["value"] = series.observed_at, series.values
    return samples


class Glance:
    """The samples (n, m), the oldest first, that lie in the windows (since, until] of n readings."""

    def __init__(self, samples: NDArray[np.void], since: Times, until: Times) -> None:
        self._times, self._values, self._until = samples["observed_at"], samples["value"], until
        self.within: NDArray[np.bool_] = self._times > since[:, None]

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
