"""What a judge sees: one newest reading of each of many sensors, with baseline, windows and parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rules.windows import Glance, Windows
from schemas.columns import MICROSECONDS

Floats = NDArray[np.float64]


def _no_parameter(name: str) -> Floats:
    raise KeyError(name)


@dataclass(frozen=True)
class View:
    """Readings (n,) of different sensors of one quantity.

    Attributes
    ----------
    values
        In the stored unit.
    previous
        The value before, NaN for the first of a sensor.
    baseline
        The sensor's own usual value, learnt slowly (see `rules.baselines`).
    spread
        Its usual step from one minute to the next.
    intervals_us
        The registered sampling interval.
    parameter
        ``parameter(name)``: a parameter of the rule that is being judged, (n,), as it is in force for each sensor.
    """

    slots: NDArray[np.int32]
    observed_at: NDArray[np.int64]
    values: Floats
    previous: Floats
    baseline: Floats
    spread: Floats
    intervals_us: NDArray[np.int64]
    windows: Windows
    parameter: Callable[[str], Floats] = _no_parameter

    def pick(self, rows: NDArray[np.intp]) -> View:
        """Some of the readings (m,)."""
        return View(
            self.slots[rows],
            self.observed_at[rows],
            self.values[rows],
            self.previous[rows],
            self.baseline[rows],
            self.spread[rows],
            self.intervals_us[rows],
            self.windows,
        )

    def of_rule(self, parameter: Callable[[str], Floats]) -> View:
        """The same readings for the judge of one rule."""
        return replace(self, parameter=parameter)

    def above_baseline(self) -> Floats:
        """By how much each value exceeds what is usual for its sensor."""
        return self.values - self.baseline

    def look_back(self, window_seconds: Floats) -> Glance:
        """The samples of the last seconds (n,), this one included."""
        return self.windows.look_back(
            self.slots, self.observed_at, (window_seconds * MICROSECONDS).astype(np.int64)
        )
