"""Sequence numbers of devices: how far each is stored without a gap, and gaps that stay become a fault.

The number up to which nothing is missing goes back to the device as its receipt: what it may forget.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.rule import seconds

PATIENCE_US = seconds(120)
# A device this far ahead of its gap is not filling it; forgetting the oldest only makes the gap look larger.
MOST_BEYOND = 100_000


class Sequences:
    """For each device slot the highest contiguous number stored, and the numbers beyond a gap."""

    def __init__(self) -> None:
        self._upto: dict[int, int] = {}
        self._beyond: dict[int, set[int]] = {}
        self._gap_since: dict[int, int] = {}
        self._raised: set[int] = set()

    def restore(self, slot: int, upto: int) -> None:
        """Take over what the tables say: everything up to `upto` is stored, and what was heard meanwhile counts."""
        if upto < self._upto.get(slot, upto):
            return
        beyond = self._beyond.get(slot)
        if beyond:
            beyond.difference_update([seq for seq in beyond if seq <= upto])
        self._advance(slot, upto)

    def forget(self, slot: int) -> None:
        """The device is another share's now."""
        for known in (self._upto, self._beyond, self._gap_since):
            known.pop(slot, None)
        self._raised.discard(slot)

    def restore_gap(self, slot: int, at: int) -> None:
        """Take over that a gap of this device has been raised and not filled."""
        self._raised.add(slot)
        self._gap_since[slot] = at

    def begin(self, slot: int, first: int) -> None:
        """A device says at birth that it begins at `first`: it holds nothing older, so nothing older is missing."""
        self._upto[slot] = first - 1
        self._beyond.pop(slot, None)
        self._gap_since.pop(slot, None)

    def hear(self, slot: int, seq: int, received_at: int) -> None:
        """Take the number of one message; the first ever heard of a device begins its count."""
        upto = self._upto.get(slot)
        if upto is None or seq == upto + 1:
            self._advance(slot, seq)
        elif seq > upto:
            beyond = self._beyond.setdefault(slot, set())
            if len(beyond) < MOST_BEYOND:
                beyond.add(seq)
            self._gap_since.setdefault(slot, received_at)

    def contiguous(self, slot: int) -> int | None:
        """Everything of this device up to here is stored; None while nothing is known of it."""
        return self._upto.get(slot)

    def missing(self, slot: int) -> str:
        """The first range that is missing, e.g. ``50-60``."""
        first = self._upto[slot] + 1
        last = min(self._beyond.get(slot, {first + 1})) - 1
        return f"{first}-{last}" if last > first else str(first)

    def sweep(self, now: int, served: NDArray[np.bool_]) -> tuple[list[int], list[int]]:
        """Slots whose gap has stayed too long, and slots whose raised gap has been filled.

        Of devices (n_devices,) that are not served a gap says nothing: another share holds the rest.
        """
        fallen = [
            slot
            for slot, since in self._gap_since.items()
            if slot not in self._raised and now - since > PATIENCE_US and served[slot]
        ]
        filled = [slot for slot in self._raised if slot not in self._gap_since]
        self._raised.update(fallen)
        self._raised.difference_update(filled)
        return fallen, filled

    def _advance(self, slot: int, seq: int) -> None:
        beyond = self._beyond.get(slot)
        if beyond is not None:
            while seq + 1 in beyond:
                seq += 1
                beyond.remove(seq)
            if not beyond:
                del self._beyond[slot]
                self._gap_since.pop(slot, None)
        self._upto[slot] = seq
