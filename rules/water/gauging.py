"""What is kept of each gauge from tick to tick: the sample before, the teeth of the jockey pump's saw, the usual."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from schemas.columns import MICROSECONDS, NEVER

Slots = NDArray[np.int32]
Rows = NDArray[np.intp]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TURN_MPA = 0.02
"""The saw-tooth spans 0.05 MPa, noise some 0.005: whatever turns by so much is a tooth."""
HOUR_US = 3600 * MICROSECONDS
DAY_US = 24 * HOUR_US
_USUAL_SHARE = 0.2
"""How much a new trough teaches of what is usual."""
LEAST_TEETH = 4
STEEP_MPA_H = 0.6
"""Noise of 0.0015 MPa, a minute apart, looks like 0.13 MPa an hour."""
_LATELY_SHARE, _LONG_SHARE, _LONG_DAYS = 0.2, 0.02, 14.0
"""Of the decay between two starts: what one of them teaches of the last few, and of what is usual for two weeks."""
_MOST_BEND = 0.3
"""By so much of its logarithm a single fall is believed to differ: after a test the vessel fills up in haste."""
LEAST_FALLS = 20
"""Falls between starts, about half a day of them, before it is known what is usual."""


class Gauging:
    """Of (k,) gauges: their newest two samples, and where they stand in the saw-tooth.

    Attributes
    ----------
    value, before
        The newest sample and the one before, NaN where none is or it is too old, (k,).
    drops
        How many samples in a row were far below what was usual within the hour, (k,).
    usual
        What it shows on the mean of a day, (k,).
    lowest
        The lowest it has shown lately, which recovers by a megapascal within the hour, (k,).
    last_fall
        How fast it fell when it fell last [MPa/h], (k,).
    falls
        How fast pressure usually falls between two starts [MPa/h], NaN until known, (k,).
    decay, usual_decay
        The same of the last few starts and of two weeks, neither of them moved far by any single one, (k,).
    ticked
        Up to when it has been looked at, (k,) [µs].
    """

    KEPT = (
        "value",
        "before",
        "newest",
        "drops",
        "teeth",
        "falls",
        "usual",
        "samples",
        "decay",
        "usual_decay",
        "ticked",
        "lowest",
        "last_fall",
        "_trough",
        "_low",
        "_high",
        "_high_at",
        "_rises",
    )

    def __init__(self, slots: Slots) -> None:
        count = len(slots)
        self.slots = slots
        self.value, self.before = np.full(count, np.nan), np.full(count, np.nan)
        self.newest = np.full(count, NEVER, np.int64)
        self.drops = np.zeros(count, np.int64)
        self.lowest, self.last_fall = np.full(count, np.nan), np.full(count, np.nan)
        self.usual, self.samples = np.full(count, np.nan), np.zeros(count)
        self.teeth = np.zeros(count, np.int64)
        self._trough, self.falls = np.full(count, np.nan), np.full(count, np.nan)
        self.decay, self.usual_decay = np.full(count, np.nan), np.full(count, np.nan)
        self.ticked = np.full(count, NEVER, np.int64)
        self._low, self._high = np.full(count, np.nan), np.full(count, np.nan)
        self._high_at = np.zeros(count, np.int64)
        self._rises = np.zeros(count, np.bool_)
        self.starts: list[deque[int]] = [deque() for _ in range(count)]
        self._counted = np.zeros(count)

    def carry_over(self, former: Gauging) -> None:
        """What was known of gauges that are still there."""
        place = {slot: row for row, slot in enumerate(former.slots.tolist())}
        rows = [(row, place[slot]) for row, slot in enumerate(self.slots.tolist()) if slot in place]
        if not rows:
            return
        mine, theirs = np.array(rows).T
        for name in self.KEPT:
            self.column(name)[mine] = former.column(name)[theirs]
        for row, old in rows:
            self.take_starts(row, former.starts[old])

    def column(self, name: str) -> NDArray[np.generic]:
        """One of those of `KEPT`, (k,)."""
        column: NDArray[np.generic] = getattr(self, name)
        return column

    def take_starts(self, gauge: int, starts: Iterable[int]) -> None:
        """Take over when the pressure of a gauge was lifted."""
        self.starts[gauge] = deque(starts)
        self._counted[gauge] = len(self.starts[gauge])

    def take(self, now: int, newest: NDArray[np.int64], value: Floats, fresh: Flags, dropped: Flags) -> None:
        """The newest samples (k,) at a tick; `dropped` says which are far below what was usual.

        What has been looked at up to now, or later, has nothing to learn.
        """
        due = now > self.ticked
        self.ticked = np.maximum(self.ticked, now)
        came = due & fresh & (newest != self.newest)
        hours = np.where(came, newest - np.maximum(self.newest, 0), 1) / HOUR_US
        self.before = np.where(came, self.value, self.before)
        self.value = np.where(came, value, self.value)
        self.drops = np.where(came, np.where(dropped, self.drops + 1, 0), self.drops)
        self._learn_usual(came, newest)
        recovered = self.lowest + np.where(self.newest == NEVER, 0, newest - self.newest) / HOUR_US
        self.lowest = np.where(came, np.fmin(recovered, self.value), self.lowest)
        self.newest = np.where(came, newest, self.newest)
        stale = due & ~fresh
        self.value[stale] = self.before[stale] = np.nan
        self._follow_teeth(came & np.isfinite(value))
        self._note_fall(came & (self.value < self.before), hours)

    @property
    def trough(self) -> Floats:
        """Where the jockey pump usually starts (k,); NaN until it has been seen to several times."""
        return np.asarray(np.where(self.teeth > LEAST_TEETH, self._trough, np.nan))

    @property
    def grown_decay(self) -> Floats:
        """How many times as fast as usual the pressure falls between two starts (k,); NaN until that is known."""
        return np.asarray(np.where(self.teeth > LEAST_FALLS, self.decay / self.usual_decay, np.nan))

    @property
    def steady_low(self) -> Floats:
        """What both newest samples reach at most (k,): a hammer that hits one of them is passed over."""
        return np.asarray(np.fmax(self.value, self.before))

    def starts_per_hour(self, now: int) -> Floats:
        """How often the pressure was lifted within the hour (k,)."""
        for gauge in np.flatnonzero(self._counted > 0).tolist():
            starts = self.starts[gauge]
            while starts and starts[0] <= now - HOUR_US:
                starts.popleft()
            self._counted[gauge] = len(starts)
        return self._counted

    def falling_now(self) -> Floats:
        """How fast pressure has fallen since its last peak [MPa/h] (k,); NaN within the first minutes."""
        hours = (self.newest - self._high_at) / HOUR_US
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where((hours > 0.05) & ~self._rises, (self._high - self.steady_low) / hours, np.nan)

    def _learn_usual(self, came: Flags, newest: NDArray[np.int64]) -> None:
        passed = np.where(self.newest == NEVER, 0, newest - self.newest) / DAY_US
        self.samples = self.samples + came
        share = np.clip(np.fmax(passed, 1.0 / np.maximum(self.samples, 1.0)), 0.0, 1.0)
        known = np.where(np.isnan(self.usual), self.value, self.usual)
        self.usual = np.where(came, known + share * (self.value - known), self.usual)

    def _note_fall(self, falls: Flags, hours: Floats) -> None:
        """Since the last peak, or from one sample to the next where that is more than noise can be."""
        with np.errstate(invalid="ignore", divide="ignore"):
            since_peak = (self._high - self.value) / ((self.newest - self._high_at) / HOUR_US)
            step = (self.before - self.value) / hours
        fall = np.where(step >= STEEP_MPA_H, np.fmax(step, since_peak), since_peak)
        self.last_fall = np.where(falls & np.isfinite(fall), fall, self.last_fall)

    def _follow_teeth(self, came: Flags) -> None:
        value = self.value
        first = came & np.isnan(self._low)
        self._low[first] = self._high[first] = value[first]
        self._high_at[first] = self.newest[first]
        self._low = np.where(came & ~self._rises, np.fmin(self._low, value), self._low)
        higher = came & self._rises & (value >= self._high)
        self._high = np.where(higher, value, self._high)
        self._high_at = np.where(higher, self.newest, self._high_at)
        started = came & ~self._rises & (self.steady_high >= self._low + TURN_MPA)
        ended = came & self._rises & (self.steady_low <= self._high - TURN_MPA)
        for gauge in np.flatnonzero(started).tolist():
            self._note_start(gauge)
        self._rises = (self._rises | started) & ~ended
        self._high = np.where(started, value, self._high)
        self._high_at = np.where(started, self.newest, self._high_at)
        self._low = np.where(ended, value, self._low)

    @property
    def steady_high(self) -> Floats:
        """What both newest samples reach at least (k,)."""
        return np.asarray(np.fmin(self.value, self.before))

    def _note_start(self, gauge: int) -> None:
        """A pump has lifted the pressure of a gauge: its trough and the fall before teach what is usual."""
        at, low = int(self.newest[gauge]), float(self._low[gauge])
        self.starts[gauge].append(at)
        self._counted[gauge] = max(self._counted[gauge], 1.0)
        self.teeth[gauge] += 1
        hours = (at - int(self._high_at[gauge])) / HOUR_US
        rate = (float(self._high[gauge]) - low) / hours if hours > 0.02 else np.nan
        known = self.teeth[gauge] > LEAST_TEETH
        self._trough[gauge] = _learn(self._trough[gauge], low) if known else low
        if np.isfinite(rate) and rate > 0:
            self.falls[gauge] = _learn(self.falls[gauge], rate) if known else rate
            self._learn_decay(gauge, rate, hours)

    def _learn_decay(self, gauge: int, rate: float, hours: float) -> None:
        first = 1.0 / max(float(self.teeth[gauge]), 1.0)
        self.decay[gauge] = _bend(self.decay[gauge], rate, max(_LATELY_SHARE, first))
        long_share = min(_LONG_SHARE, hours / (24.0 * _LONG_DAYS))
        self.usual_decay[gauge] = _bend(self.usual_decay[gauge], rate, max(long_share, first))


def _learn(usual: float, fresh: float) -> float:
    return fresh if np.isnan(usual) else usual + _USUAL_SHARE * (fresh - usual)


def _bend(usual: float, fresh: float, share: float) -> float:
    if np.isnan(usual):
        return fresh
    return usual * float(np.exp(share * np.clip(np.log(fresh / usual), -_MOST_BEND, _MOST_BEND)))
