"""Readings of hours or weeks, as time buckets: what slow rules look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Floats = NDArray[np.float64]
Number = TypeVar("Number", np.float64, np.int32)


@dataclass(frozen=True)
class History:
    """Buckets of (n,) sensors over (m,) equal stretches of event time, the oldest first; only good readings count.

    Attributes
    ----------
    slots
        The sensors, (n,).
    starts
        Where each bucket begins [µs since the epoch], (m,); the last one is complete.
    bucket_us
        How long a bucket is [µs].
    least, mean, most
        Of the values of a bucket in the stored unit, (n, m); NaN where nothing came.
    count
        How many readings there were, (n, m).
    quietest
        The least of the hourly means of a bucket, (n, m): what a sensor shows when nothing happens, without its noise.
        None for hours, whose mean it is.
    """

    slots: NDArray[np.int32]
    starts: Times
    bucket_us: int
    least: Floats
    mean: Floats
    most: Floats
    count: NDArray[np.int32]
    quietest: Floats | None = None

    @property
    def quiet(self) -> Floats:
        """What a sensor shows when nothing happens, (n, m)."""
        return self.mean if self.quietest is None else self.quietest

    def fold(self, times: int) -> History:
        """The same in buckets `times` as long; the number of buckets must be a multiple of it."""
        if times == 1:
            return self
        count = self._split(self.count, times)
        total = np.where(count > 0, self._split(self.mean, times) * count, 0.0).sum(axis=2)
        folded = count.sum(axis=2, dtype=np.int32)
        mean = np.divide(total, folded, out=np.full(total.shape, np.nan), where=folded > 0)
        return History(
            self.slots,
            self.starts[::times],
            self.bucket_us * times,
            np.fmin.reduce(self._split(self.least, times), axis=2),
            mean,
            np.fmax.reduce(self._split(self.most, times), axis=2),
            folded,
            np.fmin.reduce(self._split(self.quiet, times), axis=2),
        )

    @staticmethod
    def _split(column: NDArray[Number], times: int) -> NDArray[Number]:
        return column.reshape(len(column), -1, times)
