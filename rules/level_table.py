"""All levels of the rules on readings, those of a quantity side by side; a level is known by its place here.

The columns of a sensor's runs are the levels of its quantity, in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rules.episodes import Terms
from rules.parameter_column import Column, Number, make_column
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
    """One number of each of some levels, as it is in force for each sensor."""

    def __init__(self, columns: list[NDArray[Number]]) -> None:
        # The ones that differ are filled in for each sensor.
        same = [column if not column.ndim else 0 for column in columns]
        self._same: NDArray[Number] = np.array(same, columns[0].dtype)
        self._of_sensors: list[tuple[int, Column[Number]]] = [
            (place, make_column(column)) for place, column in enumerate(columns) if column.ndim
        ]

    def of(self, places: Rows, slots: Rows) -> NDArray[Number]:
        """Of levels (m,), each for one sensor (m,)."""
        values: NDArray[Number] = self._same.take(places)
        for place, column in self._of_sensors:
            mine = np.flatnonzero(places == place)
            if len(mine):
                values[mine] = column.of(slots[mine])
        return values


class LevelTable:
    """The levels (n_levels,) and what is looked up of them for every reading.

    Attributes
    ----------
    first, count
        Where the levels of each quantity begin and how many there are, (n_quantities,).
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
        self.count = np.array(
            [sum(len(rule.levels) for rule in rules.get(code, ())) for code in range(len(QUANTITIES))],
            np.intp,
        )
        self.first = np.cumsum(self.count) - self.count
        quantities = np.array([rule.quantity.code for rule in self.rules], np.intp)
        self.column = np.arange(len(pairs)) - self.first[quantities]
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
        return float(self._parameters.of_sensors(rule.id, level.limit, np.array([slot]))[0])


def _microseconds(count: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray(np.rint(count * MICROSECONDS), np.int64)
