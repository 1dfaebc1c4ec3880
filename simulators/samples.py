"""Samples of many sensors that are read together, and the readings that the rules are given of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.columns import READING
from simulators.optics import Floats


@dataclass(frozen=True)
class Samples:
    """Some steps of all sensors.

    Attributes
    ----------
    at
        (n_steps,) time of each step [µs since the epoch].
    values
        (n_steps, n_sensors) in stored units, in the order of the slots; NaN where there is no sample.
    """

    at: NDArray[np.int64]
    values: Floats

    def readings(self) -> NDArray[np.void]:
        """All of them as (n,) of `READING`, step by step, received when they were observed."""
        n_steps, n_sensors = self.values.shape
        rows = np.empty((n_steps, n_sensors), READING)
        rows["slot"] = np.arange(n_sensors, dtype=np.int32)
        rows["observed_at"] = rows["received_at"] = self.at[:, None]
        rows["value"], rows["quality"], rows["message"] = self.values, 0, 0
        readings: NDArray[np.void] = rows[np.isfinite(self.values)]
        return readings

    def cut(self, steps: int) -> Iterator[Samples]:
        """Parts of so many steps, the last of what is left."""
        for start in range(0, len(self.at), steps):
            yield Samples(self.at[start : start + steps], self.values[start : start + steps])
