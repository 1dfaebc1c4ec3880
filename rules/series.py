"""Many readings of each of some sensors, side by side: what each sensor would have learnt by each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rules import baselines
from rules.baselines import MINUTE_US
from rules.layers import split_by_rank
from schemas.columns import NEVER

Number = TypeVar("Number", np.int64, np.int32, np.float64)
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Series:
    """Readings (n,) sorted by sensor; sensor k's begin at `starts[k]`, and `sensor` (n,) is each reading's k."""

    readings: NDArray[np.void]
    starts: NDArray[np.intp]
    sensor: NDArray[np.intp]

    @staticmethod
    def of(readings: NDArray[np.void]) -> Series:
        begins = np.concatenate([[True], np.diff(readings["slot"]) != 0])
        return Series(readings, np.flatnonzero(begins), np.cumsum(begins) - 1)

    @property
    def slots(self) -> NDArray[np.int32]:
        """Slot of each sensor (n_sensors,)."""
        slots: NDArray[np.int32] = self.readings["slot"][self.starts]
        return slots

    @property
    def lasts(self) -> NDArray[np.intp]:
        """Each sensor's last row (n_sensors,)."""
        return np.append(self.starts[1:], len(self.readings)) - 1

    def follows(self, newest: NDArray[np.int64]) -> Flags:
        """Whether each sensor's times only grow, beyond its `newest` (n_sensors,)."""
        times = self.readings["observed_at"]
        before = self._before(times, newest)
        return np.logical_and.reduceat(times > before, self.starts)

    def learn(self, states: NDArray[np.void], quantity: NDArray[np.int8]) -> tuple[Floats, Floats]:
        """Bring states (n_sensors,) of `SLOW` forward, in place; baseline and spread (n,) before each reading.

        Only for sensors whose times only grow.
        """
        times, values = self.readings["observed_at"], self.readings["value"]
        changed = values != self._before(values, states["value"])
        changed_at = np.maximum.reduceat(np.where(changed, times, NEVER), self.starts)
        states["changed_at"] = np.where(changed_at == NEVER, states["changed_at"], changed_at)
        states["newest"], states["value"] = times[self.lasts], values[self.lasts]
        minutes = (times // MINUTE_US).astype(np.int32)
        opening = np.flatnonzero(minutes > self._before(minutes, states["minute"]))
        known = [(states["baseline"].copy(), states["spread"].copy())]
        for layer in split_by_rank(self.readings["slot"][opening]):
            rows = opening[layer]
            some = states.take(self.sensor[rows])
            baselines.advance(some, values[rows], minutes[rows], quantity[self.sensor[rows]])
            baselines.put(states, self.sensor[rows], some)
            known.append((states["baseline"].copy(), states["spread"].copy()))
        opened = np.zeros(len(times), np.intp)
        opened[opening] = 1
        count = np.cumsum(opened) - opened
        count -= count[self.starts][self.sensor]
        baseline, spread = (np.stack(columns) for columns in zip(*known, strict=True))
        return baseline[count, self.sensor], spread[count, self.sensor]

    def _before(self, column: NDArray[Number], first: NDArray[Number]) -> NDArray[Number]:
        """The value before each reading's (n,); before each sensor's first that of `first` (n_sensors,)."""
        before = np.empty_like(column)
        before[1:] = column[:-1]
        before[self.starts] = first
        return before
