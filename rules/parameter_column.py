"""One number of each subject of a kind, in as little memory as it takes.

The tables of parameters name classes and uses of places, so nearly every column that is not the same for all holds two
or three numbers; and a city's sensors have some fifty of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", np.int64, np.float64)

MOST_DIFFERENT = 16


@dataclass(frozen=True)
class Column(Generic[Number]):
    """`values` are () where they are the same for all; with `codes` the different ones, of which each subject (n,) has
    that at its code; without, each subject's own (n,).
    """

    values: NDArray[Number]
    codes: NDArray[np.uint8] | None = None

    @property
    def is_same(self) -> bool:
        """Whether it is the same for all."""
        return not self.values.ndim

    def of(self, slots: NDArray[np.integer]) -> NDArray[Number]:
        """The numbers of subjects (n,): (n,), or () where they are the same for all."""
        if self.is_same:
            return self.values
        found: NDArray[Number] = self.values[slots if self.codes is None else self.codes[slots]]
        return found

    def at(self, slot: int) -> float:
        """The number of one subject."""
        if self.is_same:
            return float(self.values)
        return float(self.values[slot if self.codes is None else self.codes[slot]])

    def whole(self) -> NDArray[Number]:
        """The numbers of all subjects: (n,), or () where they are the same for all."""
        return self.values if self.codes is None else self.values[self.codes]


def make_column(numbers: NDArray[Number]) -> Column[Number]:
    """A column of numbers (n,), or () where they are the same for all."""
    if not numbers.ndim:
        return Column(numbers)
    different: list[Number] = []
    codes, rest = np.zeros(len(numbers), np.uint8), np.arange(len(numbers))
    while len(rest):
        if len(different) == MOST_DIFFERENT:
            return Column(numbers)
        number = numbers[rest[0]]
        same = numbers[rest] == number
        codes[rest[same]] = len(different)
        different.append(number)
        rest = rest[~same]
    if len(different) == 1:
        return Column(np.array(different[0], numbers.dtype))
    return Column(np.array(different, numbers.dtype), codes)
