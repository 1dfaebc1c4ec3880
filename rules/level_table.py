"""All levels of the rules on readings, those of a quantity side by side; a level is known by its place here.

The columns of a sensor's runs are the levels of its quantity, in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rules.episodes import Terms
from rules.parameter_column import MOST_DIFFERENT, Column, Number, make_column
from rules.parameters import Resolved
from rules.rule import Level, ReadingRule
from schemas.columns import MICROSECONDS
from schemas.domain import QUANTITIES

Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]


class Words(NamedTuple):
    """What judges say: with the reading at a row, does a level hold, and does it speak for its end; each (m,)."""

    rows: Rows
    levels: Rows
    holds: Flags
    clears: Flags

    def pick(self, some: Rows | Flags) -> Words:
        return Words(self.rows[some], self.levels[some], self.holds[some], self.clears[some])

    @staticmethod
    def join(parts: list[Words]) -> Words:
        return Words(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


class PerLevel(Generic[Number]):
    """One number of each of some levels or rules, as it is in force for each sensor."""

    def __init__(self, columns: list[NDArray[Number]]) -> None:
        kept = [make_column(column) for column in columns]
        same = [column.values if column.is_same else 0 for column in kept]
        self._same: NDArray[Number] = np.array(same, columns[0].dtype)
        # Those that take few numbers are looked up all at once, the others one by one.
        few = [place for place, column in enumerate(kept) if column.codes is not None]
        self._many: list[tuple[int, Column[Number]]] = [
            (place, column)
            for place, column in enumerate(kept)
            if not column.is_same and column.codes is None
        ]
        self._row = np.full(len(kept), -1)
        self._row[few] = np.arange(len(few))
        self._codes = np.array([kept[place].codes for place in few], np.uint8)
        self._few: NDArray[Number] = np.zeros((len(few), MOST_DIFFERENT), self._same.dtype)
        for row, place in enumerate(few):
            self._few[row, : len(kept[place].values)] = kept[place].values

    def of(self, places: Rows, slots: Rows) -> NDArray[Number]:
        """Of levels (m,), each for one sensor (m,)."""
        values: NDArray[Number] = self._same.take(places)
        if len(self._few):
            row = self._row.take(places)
            mine = (row >= 0).nonzero()[0]
            row = row[mine]
            values[mine] = self._few[row, self._codes[row, slots[mine]]]
        for place, column in self._many:
            mine = (places == place).nonzero()[0]
            values[mine] = column.of(slots[mine])
        return values


class ByQuantity:
    """Things of which each belongs to one quantity, those of a quantity side by side."""

    def __init__(self, codes: NDArray[np.intp], n_quantities: int) -> None:
        self.count = np.bincount(codes, minlength=n_quantities)
        self.first = np.cumsum(self.count) - self.count

    def pair(self, codes: NDArray[np.intp]) -> tuple[Rows, Rows]:
        """Each reading (n,) of quantities (n,) with everything of its quantity: rows and places, each (m,)."""
        counts = self.count.take(codes)
        rows = np.repeat(np.arange(len(codes)), counts)
        shift = self.first.take(codes) - np.cumsum(counts) + counts
        return rows, np.arange(len(rows)) + np.repeat(shift, counts)


class LevelTable:
    """The levels (n_levels,) and what is looked up of them for every reading.

    Attributes
    ----------
    rules, levels
        The rule of each level, and the level.
    column
        Its column in the runs of its sensors.
    """

    def __init__(self, rules: Mapping[int, tuple[ReadingRule, ...]], parameters: Resolved) -> None:
        self._parameters = parameters
        pairs = [
            (rule, level)
            for code in range(len(QUANTITIES))
            for rule in rules.get(code, ())
            for level in rule.levels
        ]
        self.rules = [rule for rule, _ in pairs]
        self.levels = [level for _, level in pairs]
        quantities = np.array([rule.quantity.code for rule in self.rules], np.intp)
        self.column = np.arange(len(pairs)) - ByQuantity(quantities, len(QUANTITIES)).first[quantities]
        self._columns: dict[str, slice] = {}
        for place, rule in enumerate(self.rules):
            if rule.id not in self._columns:
                column = int(self.column[place])
                self._columns[rule.id] = slice(column, column + len(rule.levels))
        self._n_true, self._m_samples, self._min_samples = (
            np.array([getattr(level, name) for level in self.levels], np.int64)
            for name in ("n_true", "m_samples", "min_samples")
        )
        self._on_us, self._off_us = (
            PerLevel([_microseconds(self.look_up(rule, getattr(level, name))) for rule, level in pairs])
            for name in ("on_seconds", "off_seconds")
        )

    def look_up(self, rule: ReadingRule, name: str) -> NDArray[np.float64]:
        """A parameter for all sensors: (n_sensors,), or () where it is the same for all."""
        return self._parameters.of_all_sensors(rule.id, name)

    def terms(self, levels: Rows, slots: Rows) -> Terms:
        """What levels (m,) ask for, each for one sensor (m,)."""
        return Terms(
            self._on_us.of(levels, slots),
            self._off_us.of(levels, slots),
            self._n_true.take(levels),
            self._m_samples.take(levels),
            self._min_samples.take(levels),
        )

    def columns_of(self, rule: ReadingRule) -> slice:
        """The columns of a rule in the runs of its sensors."""
        return self._columns[rule.id]

    def limit_of(self, rule: ReadingRule, level: Level, slot: int) -> float:
        """The limit of a level in force for one sensor."""
        return self._parameters.of_sensor(rule.id, level.limit, slot)


def _microseconds(count: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray(np.rint(count * MICROSECONDS), np.int64)
