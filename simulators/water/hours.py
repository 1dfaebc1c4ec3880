"""Hours of what meters and floats show: the buckets that slow rules look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.slow.history import History
from schemas.columns import MICROSECONDS
from simulators.optics import Floats
from simulators.water.course import Day
from simulators.water.plant import Plants

HOUR_US = 3600 * MICROSECONDS
AFTER_TEST_MINUTES = 90
"""A hydrant test empties the vessel; the jockey pump fills it again within the hour, or an hour and a half."""


@dataclass(frozen=True)
class Hours:
    """Of (n,) sensors in (m,) hours: least, mean and most, (n, m); hour nought begins with the first minute."""

    least: Floats
    mean: Floats
    most: Floats

    def look(self, end_hour: int, bucket_hours: int, n_buckets: int) -> History:
        """The buckets before an hour; NaN where there was nothing yet."""
        count, wanted = len(self.mean), bucket_hours * n_buckets
        columns = [self._before(column, end_hour, wanted) for column in (self.least, self.mean, self.most)]
        least, mean, most = (column.reshape(count, n_buckets, bucket_hours) for column in columns)
        starts = (end_hour - wanted + bucket_hours * np.arange(n_buckets, dtype=np.int64)) * HOUR_US
        known = np.isfinite(mean).all(axis=2)
        return History(
            np.arange(count, dtype=np.int32),
            starts,
            bucket_hours * HOUR_US,
            np.where(known, least.min(axis=2), np.nan),
            np.where(known, mean.mean(axis=2), np.nan),
            np.where(known, most.max(axis=2), np.nan),
            np.where(known, 60 * bucket_hours, 0).astype(np.int32),
        )

    @staticmethod
    def _before(column: Floats, end_hour: int, wanted: int) -> Floats:
        first = max(end_hour - wanted, 0)
        some = column[:, first:end_hour]
        missing = np.full((len(column), wanted - some.shape[1]), np.nan)
        return np.concatenate([missing, some], axis=1)


def sum_up(minutes: NDArray[np.float64]) -> Hours:
    """Minutes (m, n) by the hour."""
    by_hour = minutes.reshape(-1, 60, minutes.shape[1])
    return Hours(by_hour.min(axis=1).T, by_hour.mean(axis=1).T, by_hour.max(axis=1).T)


@dataclass(frozen=True)
class Months:
    """What slow rules may look at of (n,) buildings, and the first minute (n,) of too little water, -1 for never."""

    flow: Hours
    level: Hours
    breach: NDArray[np.int64]


def watch_months(plants: Plants, days: Iterable[Day], least_level_m: float) -> Months:
    """Sum days up. Too little is what the worst hydrant has below its limit, or the tank below `least_level_m`."""
    flows, levels = [], []
    breach = Breach(len(plants))
    for day in days:
        flows.append(day.flow)
        levels.append(day.level)
        breach.take(day, (day.worst < plants.limit_mpa) | (day.true_level < least_level_m))
    return Months(sum_up(np.concatenate(flows)), sum_up(np.concatenate(levels)), breach.minute)


class Breach:
    """The first minute (n,) of too little water, -1 for never; what a test leaves behind for an hour is none."""

    def __init__(self, count: int) -> None:
        self.minute = np.full(count, -1, np.int64)
        self._tested = np.full(count, -AFTER_TEST_MINUTES, np.int64)

    def take(self, day: Day, low: NDArray[np.bool_]) -> None:
        """A day of minutes (m, n), and in which there was too little."""
        minutes = day.first_minute + np.arange(len(low))[:, None]
        tested = np.maximum.accumulate(np.where(day.tests, minutes, self._tested), axis=0)
        low = low & (minutes - tested >= AFTER_TEST_MINUTES)
        fresh = low.any(axis=0) & (self.minute < 0)
        self.minute[fresh] = day.first_minute + low.argmax(axis=0)[fresh]
        self._tested = tested[-1]
