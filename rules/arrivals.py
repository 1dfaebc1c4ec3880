"""Readings as they arrived, in columns that lie side by side: numpy is slow over fields, and over slots of 32 bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]


@dataclass(frozen=True)
class Arrivals:
    """Columns (n,) of `schemas.columns.READING`, in the order of their arrival."""

    slots: NDArray[np.intp]
    observed_at: Times
    received_at: Times
    values: NDArray[np.float64]
    quality: NDArray[np.int16]

    @staticmethod
    def of(readings: NDArray[np.void]) -> Arrivals:
        """The columns of readings (n,)."""
        observed_at, received_at, values, quality = (
            np.ascontiguousarray(readings[name])
            for name in ("observed_at", "received_at", "value", "quality")
        )
        return Arrivals(readings["slot"].astype(np.intp), observed_at, received_at, values, quality)

    def __len__(self) -> int:
        return len(self.slots)

    def pick(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Arrivals:
        """Some of them."""
        return Arrivals(
            self.slots[rows],
            self.observed_at[rows],
            self.received_at[rows],
            self.values[rows],
            self.quality[rows],
        )
