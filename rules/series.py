"""Readings of some sensors side by side, each newer than the one before, and what the sensors learn from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rules import baselines
from rules import rows as whole_rows
from rules.baselines import MINUTE_US
from rules.layers import split_by_rank
from schemas.columns import NEVER

Number = TypeVar("Number", np.int64, np.int32, np.int8, np.float64, np.bool_)
Slots = NDArray[np.intp]
Times = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Series:
    """Readings (n,), those of one sensor side by side.

    Attributes
    ----------
    starts
        Where each sensor's readings begin, (n_sensors,).
    sensor
        Each reading's sensor, as a place in `starts`, (n,).
    single
        Whether there is just one reading of each sensor: the usual case, in which nothing needs to be gathered.
    """

    slots: Slots
    observed_at: Times
    values: Floats
    starts: Rows
    sensor: Rows
    single: bool

    @staticmethod
    def of(slots: Slots, observed_at: Times, values: Floats) -> Series:
        """Columns (n,) whose sensors lie side by side."""
        begins = np.empty(len(slots), np.bool_)
        begins[:1] = True
        np.not_equal(slots[1:], slots[:-1], out=begins[1:])
        starts = np.flatnonzero(begins)
        if len(starts) == len(slots):
            return Series(slots, observed_at, values, starts, starts, True)
        return Series(slots, observed_at, values, starts, np.cumsum(begins) - 1, False)

    def __len__(self) -> int:
        return len(self.slots)

    @property
    def of_sensors(self) -> Slots:
        """The slot of each sensor (n_sensors,)."""
        return self.slots if self.single else self.slots[self.starts]

    @cached_property
    def rank(self) -> Rows:
        """How many readings of the same sensor come before each (n,)."""
        return (
            np.zeros(len(self), np.intp) if self.single else np.arange(len(self)) - self.starts[self.sensor]
        )

    @cached_property
    def counts(self) -> Rows:
        """How many readings there are of each sensor (n_sensors,)."""
        return np.diff(np.append(self.starts, len(self)))

    def pick(self, rows: Rows) -> Series:
        """Some of the readings (m,), in the order of `rows`, which keeps those of one sensor side by side."""
        return Series.of(self.slots[rows], self.observed_at[rows], self.values[rows])

    def follow(self, newest: Times) -> Flags:
        """Whether each reading (n,) is newer than the one before; the first of a sensor, than `newest` (n_sensors,)."""
        newer: Flags = self.observed_at > self.before_each(self.observed_at, newest)
        return newer

    def lead(self, flags: Flags) -> Flags:
        """Which readings (n,) come before the first of their sensor without its flag."""
        if self.single:
            return flags
        rows = np.arange(len(flags))
        ends = np.minimum.reduceat(np.where(flags, len(flags), rows), self.starts)
        leading: Flags = rows < ends[self.sensor]
        return leading

    def each(self, column: NDArray[Number]) -> NDArray[Number]:
        """A column of the sensors (n_sensors, ...) for each reading (n, ...)."""
        return column if self.single else column[self.sensor]

    def before_each(self, column: NDArray[Number], first: NDArray[Number]) -> NDArray[Number]:
        """The value before each reading's (n,); before each sensor's first that of `first` (n_sensors,)."""
        if self.single:
            return first
        before = np.empty_like(column)
        before[1:] = column[:-1]
        before[self.starts] = first
        return before

    def last(self, column: NDArray[Number]) -> NDArray[Number]:
        """The value of each sensor's last reading (n_sensors,)."""
        return column if self.single else column[self.starts + self.counts - 1]


@dataclass(frozen=True)
class Lesson:
    """What is known before each reading (n,) of a series, and of its sensors (n_sensors,) after all.

    Attributes
    ----------
    baseline, spread
        What is usual (see `rules.baselines`). Before its first reading ever a sensor has none: then it is what that
        reading makes of it.
    previous, previous_at
        Value and time of the reading before; NaN and `NEVER` where there was none.
    after
        States of `SLOW`.
    """

    baseline: Floats
    spread: Floats
    previous: Floats
    previous_at: Times
    after: NDArray[np.void]


def learn(series: Series, states: NDArray[np.void], quantity: NDArray[np.intp]) -> Lesson:
    """Take a series whose sensors are in the states (n_sensors,) of `SLOW`; these are overwritten."""
    values, times = series.values, series.observed_at
    previous = series.before_each(values, states["value"].copy())
    previous_at = series.before_each(times, states["newest"].copy())
    if series.single:
        baseline, spread = states["baseline"].copy(), states["spread"].copy()
        # A multiplication for each and a division for few: dividing is slow.
        opening = np.flatnonzero(times >= (states["minute"] + np.int64(1)) * MINUTE_US)
        _advance(states, opening, values, times, quantity)
    else:
        minutes = (times // MINUTE_US).astype(np.int32)
        opens = minutes > series.before_each(minutes, states["minute"])
        known = list(_learn_by_minutes(series, states, np.flatnonzero(opens), minutes, quantity))
        opened = np.cumsum(opens)
        opened = opened - (opened - opens)[series.starts][series.sensor]
        every = np.stack(known).reshape(-1)
        before = every.take((opened - opens) * len(states) + series.sensor)
        baseline, spread = before["baseline"], before["spread"]
        states = every.take(series.last(opened) * len(states) + np.arange(len(states)))
    unknown = np.flatnonzero(np.isnan(baseline))
    baseline[unknown] = baselines.begin(values[unknown], series.each(quantity)[unknown])
    if series.single:
        np.copyto(states["changed_at"], times, where=values != previous)
    else:
        changed_at = np.maximum.reduceat(np.where(values == previous, NEVER, times), series.starts)
        np.copyto(states["changed_at"], changed_at, where=changed_at != NEVER)
    states["newest"], states["value"] = series.last(times), series.last(values)
    return Lesson(baseline, spread, previous, previous_at, states)


def _learn_by_minutes(
    series: Series,
    states: NDArray[np.void],
    opening: Rows,
    minutes: NDArray[np.int32],
    quantity: NDArray[np.intp],
) -> Iterator[NDArray[np.void]]:
    """States (n_sensors,) after none, one, two … first readings of a minute, which are at the rows `opening`."""
    yield states
    for layer in split_by_rank(series.sensor[opening].astype(np.int32)):
        rows = opening[layer]
        sensors = series.sensor[rows]
        some = states.take(sensors)
        baselines.advance(some, series.values[rows], minutes[rows], quantity[sensors])
        states = states.copy()
        whole_rows.put(states, sensors, some)
        yield states


def _advance(
    states: NDArray[np.void], opening: Rows, values: Floats, times: Times, quantity: NDArray[np.intp]
) -> None:
    """Let those states (n,) whose readings open a minute take them; in place."""
    if len(opening):
        some = states.take(opening)
        minutes = (times[opening] // MINUTE_US).astype(np.int32)
        baselines.advance(some, values[opening], minutes, quantity[opening])
        whole_rows.put(states, opening, some)
