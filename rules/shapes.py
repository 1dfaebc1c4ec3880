"""Judges readings by the levels that look at how values came about: slopes and rises, seen in the windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from rules.judges import Bound
from rules.level_table import LevelTable, Words
from rules.parameter_column import Column, make_column
from rules.parameters import Resolved
from rules.rule import Judgement, ReadingRule, less_drift
from rules.series import Series
from rules.view import Candidates, View

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]
Judge = Callable[[View], Judgement]


@dataclass(frozen=True)
class Shape:
    """The levels of a rule that look into the windows, by place in the table, and where none of them can hold."""

    rule: ReadingRule
    judges: dict[int, Judge]
    columns: Rows
    above: Column[np.float64]
    below: Column[np.float64]
    above_usual: Column[np.float64]

    def is_calm(self, view: View) -> Flags:
        """Of which readings (n,) no level can hold."""
        values = less_drift(view.values, view.baseline, self.rule.background)
        above, below, above_usual = (
            bound.of(view.slots) for bound in (self.above, self.below, self.above_usual)
        )
        calm: Flags = (values > above) & (values < below) | (view.above_baseline() < above_usual)
        return calm


class Shapes:
    """Of each quantity the rules that have such levels."""

    def __init__(self, table: LevelTable, parameters: Resolved) -> None:
        self._table, self._parameters = table, parameters
        self._of_quantity: dict[int, list[Shape]] = {}
        for rule in dict.fromkeys(table.rules):
            judges = {
                place: level.judge
                for place, level in enumerate(table.levels)
                if table.rules[place] is rule and not isinstance(level.judge, Bound)
            }
            if judges:
                least = rule.above_usual
                above_usual = np.array(-np.inf) if least is None else table.look_up(rule, least)
                bounds = (*rule.calm(partial(table.look_up, rule)), above_usual)
                columns = [make_column(np.asarray(bound)) for bound in bounds]
                shape = Shape(rule, judges, table.column[list(judges)], *columns)
                self._of_quantity.setdefault(rule.quantity.code, []).append(shape)

    def judge(
        self,
        candidates: Candidates,
        code: int,
        part: slice,
        series: Series,
        underway: Flags,
        figures: Floats,
        *,
        late: bool,
    ) -> Iterator[Words]:
        """Judge those candidates (n,), of one quantity, that stand in a part, which `series` has by sensor.

        `underway` (n_sensors, n_levels) says in which runs something has begun before; `figures` takes what each of the
        candidates is judged by.
        """
        view = View(candidates, part)
        for shape in self._of_quantity.get(code, ()):
            # Of what is calm for this rule, and of which nothing has begun, a sample changes nothing.
            begun = series.each(np.any(underway[:, shape.columns], axis=1))
            rows = np.flatnonzero(~series.lead(shape.is_calm(view) & ~begun)) + part.start
            if not len(rows):
                continue
            its = View(candidates, rows, self._parameters_of(shape.rule, candidates.slots[rows]))
            for place, judge in shape.judges.items():
                if self._table.levels[place].judges_late or not late:
                    judged = judge(its)
                    figures[rows, self._table.column[place]] = judged.measure
                    yield Words(rows, np.full(len(rows), place), judged.holds, judged.clears)

    def _parameters_of(self, rule: ReadingRule, slots: Rows) -> Callable[[str], Floats]:
        return lambda name: self._parameters.of_sensors(rule.id, name, slots)
