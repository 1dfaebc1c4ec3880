"""What gauges, meters and floats make of the water: noise, steps, hammer, and the ways in which they die."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from simulators.optics import Floats

NOISE_MPA, STEP_MPA = 0.0015, 0.001
NOISE_L_S, STEP_L_S = 0.01, 0.01
NOISE_M, STEP_M = 0.002, 0.001
HAMMERS_PER_DAY, HAMMER_SECONDS = 4.0, 2.0
MOST_MPA = 2.5


class Death(StrEnum):
    """How a gauge dies: its value stays, or wanders off, or falls to nothing while there is water."""

    STUCK = "stuck"
    DRIFTING = "drifting"
    AT_ZERO = "at_zero"


@dataclass(frozen=True)
class DeadGauges:
    """Of (m,) gauges: building, tap, since which minute, and how."""

    building: NDArray[np.intp]
    tap: NDArray[np.intp]
    minute: NDArray[np.int64]
    death: NDArray[np.str_]
    drift_mpa_per_day: Floats

    @staticmethod
    def none() -> DeadGauges:
        empty = np.empty(0, np.int64)
        return DeadGauges(
            empty.astype(np.intp), empty.astype(np.intp), empty, np.empty(0, np.str_), np.empty(0)
        )


class Gauges:
    """Reads a stretch of minutes; a gauge that is stuck remembers what it showed last."""

    def __init__(self, dead: DeadGauges, offsets_mpa: Floats, rng: np.random.Generator) -> None:
        self._dead, self._offsets, self._rng = dead, offsets_mpa, rng
        self._last = np.full(len(dead.building), np.nan)

    def read_pressures(self, true_mpa: Floats, first_minute: int) -> Floats:
        """True pressures (m, n, n_taps) as they are shown; a hammer of two seconds meets few samples."""
        noise = NOISE_MPA * self._rng.standard_normal(true_mpa.shape)
        struck = self._rng.random(true_mpa.shape) < HAMMERS_PER_DAY * HAMMER_SECONDS / 86_400.0
        hammer = struck * self._rng.uniform(-0.2, 0.2, true_mpa.shape)
        shown = true_mpa + self._offsets + noise + hammer
        self._let_die(shown, first_minute)
        shown = np.round(np.clip(shown, 0.0, MOST_MPA) / STEP_MPA) * STEP_MPA
        return np.asarray(shown)

    def read_flows(self, true_l_s: Floats) -> Floats:
        shown = true_l_s + np.abs(NOISE_L_S * self._rng.standard_normal(true_l_s.shape))
        return np.asarray(np.round(shown / STEP_L_S) * STEP_L_S)

    def read_levels(self, true_m: Floats) -> Floats:
        shown = true_m + NOISE_M * self._rng.standard_normal(true_m.shape)
        return np.asarray(np.round(np.maximum(shown, 0.0) / STEP_M) * STEP_M)

    def _let_die(self, shown: Floats, first_minute: int) -> None:
        """Overwrite what dead gauges show, in place."""
        minutes = first_minute + np.arange(len(shown))
        for place in range(len(self._dead.building)):
            building, tap = self._dead.building[place], self._dead.tap[place]
            since = int(self._dead.minute[place])
            after = minutes >= since
            if not after.any():
                self._last[place] = shown[-1, building, tap]
                continue
            if np.isnan(self._last[place]):
                self._last[place] = shown[0, building, tap]
            before = np.flatnonzero(~after)
            last = shown[before[-1], building, tap] if len(before) else self._last[place]
            self._last[place] = last
            series = shown[:, building, tap]
            match self._dead.death[place]:
                case Death.STUCK:
                    series[after] = last
                case Death.AT_ZERO:
                    series[after] = 0.0
                case _:
                    days = (minutes[after] - since) / 1440.0
                    series[after] += self._dead.drift_mpa_per_day[place] * days
