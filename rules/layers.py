"""Several readings of one sensor in a batch, taken one after the other without a loop over readings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]


def split_by_rank(slots: NDArray[np.integer]) -> Iterator[Rows]:
    """Rows of readings (n,): everybody's first, everybody's second, and so on; each of different sensors."""
    if not len(slots):
        return
    order = np.argsort(slots, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(slots[order]) != 0]))
    lengths = np.diff(np.append(starts, len(slots)))
    ranks = np.arange(len(slots)) - np.repeat(starts, lengths)
    by_rank = np.argsort(ranks, kind="stable")
    yield from np.split(order[by_rank], np.cumsum(np.bincount(ranks))[:-1])
