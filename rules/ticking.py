"""What rules at a tick share: is a newest value fresh, since when does something hold, has it lasted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.rule import seconds
from schemas.columns import NEVER

Times = NDArray[np.int64]
Flags = NDArray[np.bool_]

FRESH_INTERVALS, LEAST_FRESH_US = 3, seconds(90)


def find_fresh_us(intervals_us: Times) -> Times:
    """For how long the newest value of sensors (n,) of these intervals counts [µs]."""
    return np.maximum(FRESH_INTERVALS * intervals_us, LEAST_FRESH_US)


def keep_since(since: Times, holds: Flags, now: int) -> Times:
    """Since when each (n,) holds, by what was known before; NEVER where it does not."""
    return np.where(holds, np.where(since == NEVER, now, since), NEVER)


def have_lasted(since: Times, now: int, wait_us: Times | int) -> Flags:
    """Which of (n,) have held for so long."""
    lasted: Flags = (since != NEVER) & (now - np.maximum(since, 0) >= wait_us)
    return lasted
