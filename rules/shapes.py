"""Judges readings by the levels that look at how values came about: slopes and rises, seen in the windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from rules.judges import Bound
from rules.level_table import ByQuantity, LevelTable, PerLevel, Words
from rules.parameters import Resolved
from rules.rule import Judgement, ReadingRule
from rules.series import Series
from rules.view import Candidates, View
from schemas.domain import QUANTITIES

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]
Judge = Callable[[View], Judgement]


class Shapes:
    """The rules (n_shapes,) that have such levels, those of a quantity side by side."""

    def __init__(self, table: LevelTable, parameters: Resolved, n_columns: int) -> None:
        self._table, self._parameters = table, parameters
        judges: dict[ReadingRule, dict[int, Judge]] = {}
        for place, (rule, level) in enumerate(zip(table.rules, table.levels, strict=True)):
            if not isinstance(level.judge, Bound):
                judges.setdefault(rule, {})[place] = level.judge
        self._rules, self._judges = tuple(judges), tuple(judges.values())
        codes = np.array([rule.quantity.code for rule in self._rules], np.intp)
        self._of_quantity = ByQuantity(codes, len(QUANTITIES))
        self._background = np.array([rule.background for rule in self._rules])
        self._columns = np.zeros((len(self._rules), n_columns), np.bool_)
        for shape, of_rule in enumerate(self._judges):
            self._columns[shape, table.column[list(of_rule)]] = True
        # Where none of a rule's levels can hold.
        bounds = [rule.calm(partial(table.look_up, rule)) for rule in self._rules]
        self._above, self._below = (PerLevel([np.asarray(pair[side]) for pair in bounds]) for side in (0, 1))
        self._above_usual = PerLevel(
            [
                np.array(-np.inf) if rule.above_usual is None else table.look_up(rule, rule.above_usual)
                for rule in self._rules
            ]
        )

    def judge(
        self,
        candidates: Candidates,
        codes: NDArray[np.intp],
        readings: Series,
        underway: Flags,
        figures: Floats,
        *,
        late: bool,
    ) -> Iterator[Words]:
        """Judge the candidates (n,), of quantities (n,), which `readings` has by sensor.

        `underway` (n_sensors, n_columns) says in which runs something has begun before; `figures` takes what each of
        the candidates is judged by.
        """
        rows, shapes = self._find_restless(candidates, codes, readings, underway)
        for shape in sorted(set(shapes.tolist())):
            rule = self._rules[shape]
            its = rows[shapes == shape]
            view = View(candidates, its, self._parameters_of(rule, candidates.slots[its]))
            for place, judge in self._judges[shape].items():
                if self._table.levels[place].judges_late or not late:
                    judged = judge(view)
                    figures[its, self._table.column[place]] = judged.measure
                    yield Words(its, np.full(len(its), place), judged.holds, judged.clears)

    def _find_restless(
        self, candidates: Candidates, codes: NDArray[np.intp], readings: Series, underway: Flags
    ) -> tuple[Rows, Rows]:
        """Rows of candidates and the shapes they are to be judged by, each (m,): of each sensor and shape all readings
        from a certain one on. Of what is calm for a rule, and of which nothing has begun, a sample changes nothing.
        """
        rows, shapes = self._of_quantity.pair(codes)
        baseline, slots = candidates.baseline[rows], candidates.slots[rows]
        values = candidates.values[rows]
        unlike = values - baseline
        values -= np.fmax(baseline - self._background.take(shapes), 0.0)
        calm = (values > self._above.of(shapes, slots)) & (values < self._below.of(shapes, slots))
        calm |= unlike < self._above_usual.of(shapes, slots)
        sensors = readings.sensor[rows]
        restless = ~calm | (underway.take(sensors, axis=0) & self._columns.take(shapes, axis=0)).any(axis=1)
        if not readings.single:
            keys = sensors * len(self._rules) + shapes
            first = np.full(len(underway) * len(self._rules), len(readings))
            np.minimum.at(first, keys[restless], rows[restless])
            restless = rows >= first.take(keys)
        which = restless.nonzero()[0]
        return rows[which], shapes[which]

    def _parameters_of(self, rule: ReadingRule, slots: Rows) -> Callable[[str], Floats]:
        return lambda name: self._parameters.of_sensors(rule.id, name, slots)
