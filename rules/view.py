"""What a judge sees: newest readings of many sensors, with baseline, windows and parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rules.series import Series
from rules.windows import DEPTH, Glance, Windows
from schemas.columns import MICROSECONDS

Slots = NDArray[np.intp]
Times = NDArray[np.int64]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Candidates:
    """All readings (n,) that are to be judged, each as if it were the newest of its sensor; see `View`.

    `places` are where they stand in `series`, which is about to be pushed into `windows`.
    """

    slots: Slots
    observed_at: Times
    values: Floats
    previous: Floats
    baseline: Floats
    spread: Floats
    intervals_us: Times
    places: Rows
    series: Series
    windows: Windows

    def __len__(self) -> int:
        return len(self.slots)


def _no_parameter(name: str) -> Floats:
    raise KeyError(name)


class View:
    """Those of the candidates at some `rows`, of one quantity; a column is picked when it is first asked for.

    `parameter` is ``parameter(name)``: a parameter of the rule that is being judged, (n,), as it is in force for each
    sensor.
    """

    def __init__(
        self, of: Candidates, rows: Rows, parameter: Callable[[str], Floats] = _no_parameter
    ) -> None:
        self._of, self._rows = of, rows
        self.parameter = parameter

    @cached_property
    def slots(self) -> Slots:
        """Slots of the sensors (n,)."""
        return self._of.slots[self._rows]

    @cached_property
    def observed_at(self) -> Times:
        """Event times (n,) [µs]."""
        return self._of.observed_at[self._rows]

    @cached_property
    def values(self) -> Floats:
        """Values (n,) in the stored unit."""
        return self._of.values[self._rows]

    @cached_property
    def previous(self) -> Floats:
        """The value before, NaN for the first of a sensor."""
        return self._of.previous[self._rows]

    @cached_property
    def baseline(self) -> Floats:
        """The sensor's own usual value, learnt slowly (see `rules.baselines`)."""
        return self._of.baseline[self._rows]

    @cached_property
    def spread(self) -> Floats:
        """Its usual step from one minute to the next."""
        return self._of.spread[self._rows]

    @cached_property
    def intervals_us(self) -> Times:
        """The registered sampling interval."""
        return self._of.intervals_us[self._rows]

    def above_baseline(self) -> Floats:
        """By how much each value exceeds what is usual for its sensor."""
        return self.values - self.baseline

    def look_back(self, window_seconds: Floats) -> Glance:
        """The samples of the last seconds (n,), this one included."""
        window_us = (window_seconds * MICROSECONDS).astype(np.int64)
        since = self.observed_at - window_us
        usual = int((window_us // self.intervals_us).max(initial=0)) + 2
        places = self._of.places[self._rows]
        samples = self._of.windows.look_back(self._of.series, places, since, min(usual, DEPTH))
        return Glance(samples, since, self.observed_at)
