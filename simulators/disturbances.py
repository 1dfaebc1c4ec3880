"""The small smokes of ordinary life: cooking, and steam from showers."""

from __future__ import annotations

import numpy as np

from schemas.domain import ZoneUse
from simulators.layout import Detectors
from simulators.optics import Floats

# Cooking as it reaches a detector: median 0.08 dB/m, 95 % below 0.3 dB/m, with 1 to 8 K. Steam has no heat.
_COOKING_SMOKE = (0.08, 0.80)
_STEAM_SMOKE = (0.10, 0.60)
_COOKING_EVERY_SECONDS = 3 * 3600.0
_STEAM_EVERY_SECONDS = 24 * 3600.0


class Disturbances:
    """At most one at a time at each detector, shape (n_detectors,)."""

    def __init__(self, detectors: Detectors, rng: np.random.Generator) -> None:
        self._rng = rng
        self._cooks = detectors.use == ZoneUse.KITCHEN.value
        bathes = detectors.use == ZoneUse.ROOM.value
        self._rate = self._cooks / _COOKING_EVERY_SECONDS + bathes / _STEAM_EVERY_SECONDS
        count = len(detectors.use)
        self._age = np.full(count, np.inf)
        self._length = np.ones(count)
        self._smoke = np.zeros(count)
        self._heat = np.zeros(count)

    def step(self, step_seconds: float) -> tuple[Floats, Floats]:
        """Smoke [dB/m] and temperature rise [K] at each detector now."""
        self._age += step_seconds
        idle = self._age >= self._length
        self._begin(idle & (self._rng.random(len(idle)) < self._rate * step_seconds))
        share = np.minimum(self._age / self._length, 1.0)
        shape = np.where(share < 1.0, np.square(np.sin(np.pi * share)), 0.0)
        return shape * self._smoke, shape * self._heat

    def _begin(self, begins: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
        where = np.flatnonzero(begins)
        if not len(where):
            return
        cooks = self._cooks[where]
        median = np.where(cooks, _COOKING_SMOKE[0], _STEAM_SMOKE[0])
        spread = np.where(cooks, _COOKING_SMOKE[1], _STEAM_SMOKE[1])
        self._age[where] = 0.0
        self._length[where] = self._rng.uniform(120.0, 900.0, len(where))
        self._smoke[where] = median * np.exp(spread * self._rng.standard_normal(len(where)))
        self._heat[where] = np.where(cooks, self._rng.uniform(1.0, 8.0, len(where)), 0.0)
