"""Answers of people as columns: how long each took, parted by person and by shift."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from schemas.domain import SignalClass

Seconds = NDArray[np.float64]
Parted = dict[tuple[str | None, int | None], dict[str, Seconds]]

_SECONDS, _SMALL = np.dtype(">f8"), np.dtype(">i2")


class Answers:
    """Acknowledgements and verdicts, taken up in the packed columns of the database.

    `shifts` are the hours at which shifts begin, in order; before the first of a day it is still the last one of the
    day before. Of `classes` only these count; without any, all do.
    """

    def __init__(self, shifts: Sequence[int], classes: Sequence[str]) -> None:
        self._shifts = np.array(shifts)
        places = {one: place for place, one in enumerate(SignalClass, 1)}
        self._places = np.array([places[SignalClass(one)] for one in classes])
        self._packed: dict[tuple[str, str], list[tuple[bytes, bytes, bytes]]] = defaultdict(list)

    def take(self, act: str, person: str, seconds: bytes, hours: bytes, classes: bytes) -> None:
        """Acts of one kind by one person: seconds as 8 bytes each, hours in China and places of classes as 2."""
        self._packed[act, person].append((seconds, hours, classes))

    def split(self, *, by_person: bool, by_shift: bool) -> Parted:
        """Seconds (n,) of each act, by person and the hour at which the shift began, in order."""
        parts: dict[tuple[str | None, int | None], dict[str, list[Seconds]]] = {}
        for (act, person), packed in self._packed.items():
            seconds, began = self._unpack(packed)
            for shift in self._shifts if by_shift else (None,):
                chosen = seconds if shift is None else seconds[began == shift]
                if len(chosen):
                    key = (person if by_person else None, None if shift is None else int(shift))
                    parts.setdefault(key, {}).setdefault(act, []).append(chosen)
        return {
            key: {act: np.concatenate(found) for act, found in parts[key].items()}
            for key in sorted(parts, key=lambda key: (key[0] or "", key[1] or 0))
        }

    def _unpack(self, packed: list[tuple[bytes, bytes, bytes]]) -> tuple[Seconds, NDArray[np.int64]]:
        """Seconds (n,) and the hours (n,) at which the shifts of their alerts began, of the classes that count."""
        columns = [b"".join(column) for column in zip(*packed, strict=True)]
        seconds = np.frombuffer(columns[0], _SECONDS).astype(np.float64)
        hours, classes = (np.frombuffer(column, _SMALL) for column in columns[1:])
        began = self._shifts[np.searchsorted(self._shifts, hours, side="right") - 1]
        if len(self._places):
            counts = np.isin(classes, self._places)
            seconds, began = seconds[counts], began[counts]
        return seconds, began
