"""Readings of hours or weeks, as time buckets: what slow rules look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """Buckets of (n,) sensors over (m,) equal stretches of event time, the oldest first; only good readings count.

    Attributes
    ----------
    slots
        The sensors, (n,).
    starts
        Where each bucket begins [µs since the epoch], (m,); the last one is complete.
    bucket_us
        How long a bucket is [µs].
    least, mean, most
        Of the values of a bucket in the stored unit, (n, m); NaN where nothing came.
    count
        How many readings there were, (n, m).
    """

    slots: NDArray[np.int32]
    starts: Times
    bucket_us: int
    least: Floats
    mean: Floats
    most: Floats
    count: NDArray[np.int32]
