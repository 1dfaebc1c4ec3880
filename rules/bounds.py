"""Judges readings by the levels that are no more than a bound: those of all rules and quantities at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules.judges import Bound
from rules.level_table import ByQuantity, LevelTable, PerLevel, Words
from rules.rule import ReadingRule
from rules.view import Candidates
from schemas.domain import QUANTITIES

Floats = NDArray[np.float64]


class Bounds:
    """The levels (n_bounds,) whose judge is a `Bound`, those of a quantity side by side."""

    def __init__(self, table: LevelTable) -> None:
        bounds = [
            (place, rule, level.judge)
            for place, (rule, level) in enumerate(zip(table.rules, table.levels, strict=True))
            if isinstance(level.judge, Bound)
        ]
        self._levels = np.array([place for place, _, _ in bounds], np.intp)
        codes = np.array([rule.quantity.code for _, rule, _ in bounds], np.intp)
        self._of_quantity = ByQuantity(codes, len(QUANTITIES))
        self._columns = table.column[self._levels]
        self._background = np.array([rule.background for _, rule, _ in bounds])
        self._is_most = np.array([bound.is_most for _, _, bound in bounds])
        self._limits = PerLevel([table.look_up(rule, bound.limit) for _, rule, bound in bounds])
        self._clears = PerLevel([_clears(table, rule, bound) for _, rule, bound in bounds])

    def judge(self, candidates: Candidates, codes: NDArray[np.intp], figures: Floats) -> Words:
        """Judge the candidates (n,), of quantities (n,), by every bound; `figures` takes what they are judged by."""
        rows, places = self._of_quantity.pair(codes)
        # What dust has added is no smoke.
        drift = np.fmax(candidates.baseline[rows] - self._background.take(places), 0.0)
        values, slots = candidates.values[rows] - drift, candidates.slots[rows]
        limits, clears = self._limits.of(places, slots), self._clears.of(places, slots)
        is_most = self._is_most.take(places)
        figures[rows, self._columns.take(places)] = values
        return Words(
            rows,
            self._levels.take(places),
            np.where(is_most, values <= limits, values >= limits),
            np.where(is_most, values >= clears, values < clears),
        )


def _clears(table: LevelTable, rule: ReadingRule, bound: Bound) -> Floats:
    """Beyond what a value speaks for the end."""
    clears = table.look_up(rule, bound.clears)
    return np.asarray(table.look_up(rule, bound.limit) - clears) if bound.is_relative else clears
