"""Many readings of each of some sensors, side by side: what each sensor would have learnt by each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rules import baselines
from rules import rows as whole_rows
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
        begins = np.concatenate([[True], np.diff(readings["slot"]) != 0])[: len(readings)]
        return Series(readings, np.flatnonzero(begins), np.cumsum(begins) - 1)

    @property
    def slots(self) -> NDArray[np.int32]:
        """Slot of each sensor (n_sensors,)."""
        slots: NDArray[np.int32] = self.readings["slot"][self.starts]
        return slots

    def follow(self, newest: NDArray[np.int64]) -> Flags:
        """Whether each reading (n,) is newer than the one before; the first of a sensor, than `newest` (n_sensors,)."""
        times = self.readings["observed_at"]
        newer: Flags = times > self.before_each(times, newest)
        return newer

    def lead(self, flags: Flags) -> Flags:
        """Which readings (n,) come before the first of their sensor without its flag."""
        rows = np.arange(len(flags))
        ends = np.minimum.reduceat(np.where(flags, len(flags), rows), self.starts)
        leading: Flags = rows < ends[self.sensor]
        return leading

    def before_each(self, column: NDArray[Number], first: NDArray[Number]) -> NDArray[Number]:
        """The value before each reading's (n,); before each sensor's first that of `first` (n_sensors,)."""
        before = np.empty_like(column)
        before[1:] = column[:-1]
        before[self.starts] = first
        return before


class Lesson:
    """What sensors in the states (n_sensors,) of `SLOW` learn from a series whose readings follow each other.

    Attributes
    ----------
    baseline, spread
        Those before each reading, (n,).
    """

    def __init__(self, series: Series, states: NDArray[np.void], quantity: NDArray[np.int8]) -> None:
        self._series = series
        times = series.readings["observed_at"]
        minutes = (times // MINUTE_US).astype(np.int32)
        opens = minutes > series.before_each(minutes, states["minute"])
        # After none, one, two … first readings of a minute, (n_opened + 1, n_sensors).
        self._known = np.stack(list(self._advance(states, np.flatnonzero(opens), minutes, quantity)))
        opened = np.cumsum(opens)
        self._opened: NDArray[np.intp] = opened - (opened - opens)[series.starts][series.sensor]
        before = self._known.reshape(-1).take((self._opened - opens) * len(states) + series.sensor)
        self.baseline, self.spread = before["baseline"], before["spread"]

    def _advance(
        self,
        states: NDArray[np.void],
        opening: NDArray[np.intp],
        minutes: NDArray[np.int32],
        quantity: NDArray[np.int8],
    ) -> Iterator[NDArray[np.void]]:
        yield states
        for layer in split_by_rank(self._series.sensor[opening].astype(np.int32)):
            rows = opening[layer]
            sensors = self._series.sensor[rows]
            some = states.take(sensors)
            baselines.advance(some, self._series.readings["value"][rows], minutes[rows], quantity[sensors])
            states = states.copy()
            whole_rows.put(states, sensors, some)
            yield states

    def states_after(self, taken: Flags) -> NDArray[np.void]:
        """States of those sensors of which some first readings (n,) are taken, after these."""
        series, first = self._series, self._known[0]
        times, values = series.readings["observed_at"], series.readings["value"]
        changed = taken & (values != series.before_each(values, first["value"]))
        changed_at = np.maximum.reduceat(np.where(changed, times, NEVER), series.starts)
        count = np.add.reduceat(taken.astype(np.intp), series.starts)
        sensors = np.flatnonzero(count)
        lasts = series.starts[sensors] + count[sensors] - 1
        states = self._known.reshape(-1).take(self._opened[lasts] * len(first) + sensors)
        states["newest"], states["value"] = times[lasts], values[lasts]
        fresh = changed_at[sensors]
        states["changed_at"] = np.where(fresh == NEVER, states["changed_at"], fresh)
        return states
