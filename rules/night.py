"""The hours in which few are awake to notice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.slow.bucket_times import CHINA_US, HOUR_US

BEGINS, ENDS = 23, 6


def is_night(at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether times (n,) [µs since the epoch] lie between 23:00 and 06:00 in the city."""
    hours = (at + CHINA_US) // HOUR_US % 24
    night: NDArray[np.bool_] = (hours >= BEGINS) | (hours < ENDS)
    return night
