"""A table of those sensors or devices only that something is kept of, found by their slots.

Of a city's sensors few hang on a circuit or speak for a fire main; a row for each of all would take more memory than
what is known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules import rows as whole_rows

Slots = NDArray[np.integer]


class FewRows:
    """Rows (n,) of the slots (n,), in their order; of a slot that it does not cover it knows the `blank` row (1,)."""

    def __init__(self, blank: NDArray[np.void]) -> None:
        self._blank = blank
        self._slots = np.empty(0, np.int64)
        self.rows = blank[:0]

    def cover(self, slots: Slots) -> None:
        """Make room for these slots too, with blank rows; nothing is forgotten."""
        known, held = self._slots, self.rows
        if self._covers(slots).all():
            return
        self._slots = np.union1d(known, slots)
        self.rows = self._blank.repeat(len(self._slots))
        whole_rows.put(self.rows, np.searchsorted(self._slots, known), held)

    def find(self, slots: Slots) -> NDArray[np.intp]:
        """Where the rows of covered slots (n,) are."""
        return np.searchsorted(self._slots, slots)

    def read(self, slots: Slots) -> NDArray[np.void]:
        """The rows (n,) of any slots (n,)."""
        rows, covered = self._blank.repeat(len(slots)), self._covers(slots)
        whole_rows.put(rows, np.flatnonzero(covered), self.rows.take(self.find(slots[covered])))
        return rows

    def write(self, slots: Slots, rows: NDArray[np.void]) -> None:
        """Put rows (n,) in the place of those of slots (n,); of a slot that it does not cover nothing is kept."""
        covered = self._covers(slots)
        whole_rows.put(self.rows, self.find(slots[covered]), rows[covered])

    def _covers(self, slots: Slots) -> NDArray[np.bool_]:
        """Whether each of slots (n,) has a row, (n,)."""
        if not len(self._slots):
            return np.zeros(len(slots), np.bool_)
        nearest = self._slots[np.minimum(self.find(slots), len(self._slots) - 1)]
        covered: NDArray[np.bool_] = nearest == slots
        return covered
