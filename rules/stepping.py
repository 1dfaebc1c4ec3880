"""Steps the runs of levels by the readings that touch them, all rules at once, and tells what changes colour."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rules import episodes
from rules import rows as whole_rows
from rules.layers import split_by_rank
from rules.level_table import LevelTable, Words
from rules.series import Series
from rules.turns import SensorChange

NOTHING = 0
"""Stands for no severity."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Toggle(NamedTuple):
    """The level at a place of the table began or ended with the reading at a row."""

    row: int
    level: int


class Stepping:
    """The runs of the levels of a table."""

    def __init__(self, table: LevelTable) -> None:
        self._table = table
        # Python reads a single number out of lists faster than out of arrays.
        self._column: list[int] = table.column.tolist()
        self._first = [table.rules.index(rule) for rule in table.rules]
        self._colours = [[int(level.severity) for level in rule.levels] for rule in table.rules]

    def step(
        self,
        runs: NDArray[np.void],
        readings: Series,
        words: Words,
        underway: Flags,
        broken: Flags,
        *,
        late: bool,
    ) -> list[Toggle]:
        """Let readings (n,) step the runs (n_slots, n_columns); returns what began and ended.

        `underway` (n_sensors, n_columns) says in which of the sensors' runs something has begun before; of the others
        only what holds changes anything.
        """
        words = self._touched(words, readings, underway)
        if not len(words.rows):
            return []
        places = readings.slots[words.rows] * runs.shape[1] + self._table.column[words.levels]
        layers = [np.arange(len(places))] if readings.single else list(split_by_rank(places))
        order = np.concatenate(layers)
        words, places = words.pick(order), places[order]
        terms = self._table.terms(words.levels, readings.slots[words.rows])
        observed_at, broken = readings.observed_at[words.rows], broken[words.rows]
        table, first, changed = runs.reshape(-1), 0, []
        for layer in layers:
            part = slice(first, first + len(layer))
            some = table.take(places[part])
            was, holds = some["active"].copy(), words.holds[part]
            if late:
                episodes.step_late(some, observed_at[part], holds, broken[part], terms.pick(part))
            else:
                clears = words.clears[part]
                episodes.step(some, observed_at[part], holds, clears, broken[part], terms.pick(part))
            whole_rows.put(table, places[part], some)
            changed.append(first + np.flatnonzero(was != some["active"]))
            first = part.stop
        toggled = np.concatenate(changed)
        return sorted(map(Toggle, words.rows[toggled].tolist(), words.levels[toggled].tolist()))

    def _touched(self, words: Words, readings: Series, underway: Flags) -> Words:
        """Of each run what is said from the first word on that holds, or all where something has begun before."""
        keys = readings.sensor[words.rows] * underway.shape[1] + self._table.column[words.levels]
        touched = underway.reshape(-1).take(keys) | words.holds
        if not readings.single:
            first = np.full(underway.size, len(readings))
            np.minimum.at(first, keys[touched], words.rows[touched])
            touched = words.rows >= first.take(keys)
        return words.pick(np.flatnonzero(touched))

    def tell(
        self, toggles: list[Toggle], runs: NDArray[np.void], readings: Series, figures: Floats, late: bool
    ) -> list[SensorChange]:
        """Which rules go from one colour to another, with the rows of `readings`.

        `figures` (n, n_columns) are what the readings were judged by. The runs are as they are after all toggles, so
        that these are gone through from the last to the first.
        """
        table, active, is_active = self._table, dict[int, list[bool]](), runs["active"]
        found: list[SensorChange] = []
        for (row, first), group in groupby(reversed(toggles), self._where):
            slot, colours, column = int(readings.slots[row]), self._colours[first], self._column[first]
            mine = active.get(slot)
            if mine is None:
                mine = active[slot] = is_active[slot].tolist()
            after = _find_gravest(colours, mine, column)
            for toggle in group:
                its = self._column[toggle.level]
                mine[its] = not mine[its]
            before = _find_gravest(colours, mine, column)
            if before != after:
                # The figure of the first level of that colour is told.
                rule, place = table.rules[first], colours.index(after or before)
                change = SensorChange(
                    row,
                    slot,
                    rule,
                    int(readings.observed_at[row]),
                    before,
                    after,
                    float(figures[row, column + place]),
                    table.limit_of(rule, rule.levels[place], slot),
                    late,
                )
                found.append(change)
        return found[::-1]

    def _where(self, toggle: Toggle) -> tuple[int, int]:
        """The row of a toggle, and the place of the first level of its rule."""
        return toggle.row, self._first[toggle.level]


def _find_gravest(colours: list[int], active: list[bool], column: int) -> int:
    """The gravest of a rule's levels' colours of which the level is active, from a column on; NOTHING where none is."""
    return min((colour for place, colour in enumerate(colours, column) if active[place]), default=NOTHING)
