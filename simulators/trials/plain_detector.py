"""A plain detector: fixed limits on smoke and nothing else, the yardstick of every trial.

Rules 2 and 3 of the catalogue alone, written apart from the rules on purpose, so that no fault of theirs can hide here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.columns import MICROSECONDS, NEVER

Bools = NDArray[np.bool_]

FIRE_DB_PER_M, WARNING_DB_PER_M, CLEAR_DB_PER_M = 0.30, 0.15, 0.10
FIRE_AFTER_US, WARNING_AFTER_US = 10 * MICROSECONDS, 30 * MICROSECONDS
FIRE_CLEARS_US, WARNING_CLEARS_US = 300 * MICROSECONDS, 60 * MICROSECONDS


@dataclass(frozen=True)
class Raised:
    """Which sensors (n,) begin to be in fire and in warning with this sample."""

    fire: Bools
    warning: Bools


class PlainDetectors:
    """The state of (n,) smoke sensors that are sampled together.

    Fire from 0.30 dB/m, on two of the last three samples and over at least 10 s, until below 0.10 dB/m for 300 s;
    warning from 0.15 dB/m on every sample over 30 s, until below 0.10 dB/m for 60 s.
    """

    def __init__(self, count: int) -> None:
        self._fire = _Limit(count, FIRE_AFTER_US, FIRE_CLEARS_US)
        self._warning = _Limit(count, WARNING_AFTER_US, WARNING_CLEARS_US)
        self._above = np.zeros((3, count), np.bool_)

    def step(self, at: int, smoke: NDArray[np.float64]) -> Raised:
        """Take samples (n,) [dB/m] of the time `at` [µs]; NaN where there is none, which changes nothing."""
        heard = np.isfinite(smoke)
        above = smoke >= FIRE_DB_PER_M
        recent = np.stack([above, self._above[0], self._above[1]])
        self._above = np.where(heard, recent, self._above)
        low = smoke < CLEAR_DB_PER_M
        # A run of fire goes on over one sample below the limit, for two of three may still be above.
        goes_on = above | (self._above.sum(axis=0) >= 2) | (heard & self._above[1])
        fire = self._fire.step(at, heard, above, goes_on, low) & (self._above.sum(axis=0) >= 2)
        self._fire.confirm(fire)
        warns = smoke >= WARNING_DB_PER_M
        warning = self._warning.step(at, heard, warns, warns, low)
        self._warning.confirm(warning)
        return Raised(fire, warning)


class _Limit:
    """Since when sensors (n,) have been above a limit, and whether they are in alarm."""

    def __init__(self, count: int, after_us: int, clears_us: int) -> None:
        self._after_us, self._clears_us = after_us, clears_us
        self._above_since = np.full(count, NEVER, np.int64)
        self._low_since = np.full(count, NEVER, np.int64)
        self._active = np.zeros(count, np.bool_)

    def step(self, at: int, heard: Bools, begins: Bools, goes_on: Bools, low: Bools) -> Bools:
        """Which have now been above for long enough and are not in alarm yet."""
        idle = self._above_since == NEVER
        self._above_since[heard & idle & begins] = at
        self._above_since[heard & ~idle & ~goes_on] = NEVER
        self._low_since[heard & ~low] = NEVER
        self._low_since[heard & low & (self._low_since == NEVER)] = at
        calm = self._low_since != NEVER
        self._active &= ~(calm & (at - np.where(calm, self._low_since, at) >= self._clears_us))
        runs = self._above_since != NEVER
        long_enough = runs & (at - np.where(runs, self._above_since, at) >= self._after_us)
        due: Bools = heard & long_enough & ~self._active
        return due

    def confirm(self, raised: Bools) -> None:
        self._active |= raised
