"""Judges the readings of one quantity by the levels of its rules: which runs they touch, and with what word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rules.parameters import Resolved
from rules.rule import Level, ReadingRule, less_drift
from rules.series import Series
from rules.view import Candidates, View
from schemas.columns import MICROSECONDS

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]
Slots = NDArray[np.intp]


class Touched(NamedTuple):
    """Readings (n,) that may change the run of one level: their rows in a batch, and what its judge says of them."""

    column: int
    level: Level
    rows: Rows
    holds: Flags
    clears: Flags
    on_us: Times
    off_us: Times


@dataclass(frozen=True)
class Known:
    """What is looked up of a rule for every reading, prepared: bounds and waits, of all sensors (n_sensors,) or ().

    `waits` are the on- and the off-delay of each level [µs].
    """

    rule: ReadingRule
    columns: slice
    above: Floats
    below: Floats
    waits: tuple[tuple[Times, Times], ...]

    def is_calm(self, slots: Slots, values: Floats) -> Flags:
        """Of which values (n,), less their drift, no level can hold."""
        calm: Flags = (values > _of(self.above, slots)) & (values < _of(self.below, slots))
        return calm


class Levels:
    """Those of all rules of one quantity, side by side: the columns of its sensors' runs."""

    def __init__(self, rules: tuple[ReadingRule, ...], parameters: Resolved) -> None:
        self._parameters = parameters
        self._known: list[Known] = []
        first = 0
        for rule in rules:
            columns = slice(first, first + len(rule.levels))
            self._known.append(self._prepare(rule, columns))
            first = columns.stop
        self._firsts = [known.columns.start for known in self._known]

    def _prepare(self, rule: ReadingRule, columns: slice) -> Known:
        def look_up(name: str) -> Floats:
            return self._parameters.of_all_sensors(rule.id, name)

        above, below = rule.calm(look_up)
        waits = tuple(
            (_microseconds(look_up(level.on_seconds)), _microseconds(look_up(level.off_seconds)))
            for level in rule.levels
        )
        return Known(rule, columns, above, below, waits)

    def judge(
        self,
        candidates: Candidates,
        part: slice,
        series: Series,
        underway: Flags,
        figures: Floats,
        *,
        late: bool,
    ) -> Iterator[Touched]:
        """Judge those candidates (n,) that stand in a part, which `series` has by sensor.

        `underway` (n_sensors, n_levels) says in which runs something has begun before; `figures` takes what each of the
        candidates is judged by.
        """
        if not self._known:
            return
        view, begun = View(candidates, part), series.each(underway)
        any_begun = np.logical_or.reduceat(begun, self._firsts, axis=1)
        for place, known in enumerate(self._known):
            # Of what is calm for this rule, and of which nothing has begun, a sample changes nothing.
            values = less_drift(view.values, view.baseline, known.rule.background)
            calm = known.is_calm(view.slots, values) & ~any_begun[:, place]
            some = np.flatnonzero(~series.lead(calm))
            if len(some):
                yield from self._judge_levels(
                    known, candidates, part.start, some, series, begun, figures, late
                )

    def _judge_levels(
        self,
        known: Known,
        candidates: Candidates,
        first: int,
        some: Rows,
        series: Series,
        begun: Flags,
        figures: Floats,
        late: bool,
    ) -> Iterator[Touched]:
        """The levels of one rule, for some readings (m,) of the series, which begins at row `first`."""
        rows = some + first
        slots = candidates.slots[rows]
        view = View(candidates, rows, self._parameters_of(known.rule, slots))
        columns = range(known.columns.start, known.columns.stop)
        for column, level, (on_us, off_us) in zip(columns, known.rule.levels, known.waits, strict=True):
            if late and not level.judges_late:
                continue
            judged = level.judge(view)
            figures[rows, column] = judged.measure
            goes_on = begun[some, column] | judged.holds
            if not series.single:
                silent = np.ones(len(series), np.bool_)
                silent[some] = ~goes_on
                goes_on = ~series.lead(silent)[some]
            which = np.flatnonzero(goes_on)
            if len(which):
                its = slots[which]
                yield Touched(
                    column,
                    level,
                    rows[which],
                    judged.holds[which],
                    judged.clears[which],
                    _spread(on_us, its),
                    _spread(off_us, its),
                )

    def rule_of(self, column: int) -> ReadingRule:
        """The rule that a column belongs to."""
        return next(known.rule for known in self._known if known.columns.start <= column < known.columns.stop)

    def columns_of(self, rule: ReadingRule) -> slice:
        """The columns of a rule."""
        return next(known.columns for known in self._known if known.rule is rule)

    def limit_of(self, rule: ReadingRule, level: Level, slot: int) -> float:
        """The limit of a level in force for one sensor."""
        return float(self._parameters_of(rule, np.array([slot]))(level.limit)[0])

    def _parameters_of(self, rule: ReadingRule, slots: Slots) -> Callable[[str], Floats]:
        return lambda name: self._parameters.of_sensors(rule.id, name, slots)


def _of(column: Floats, slots: Slots) -> Floats:
    """What a column says of sensors (n,): (n,), or () where it says the same of all."""
    return column[slots] if column.ndim else column


def _spread(column: Times, slots: Slots) -> Times:
    """What a column says of sensors (n,), (n,)."""
    return column[slots] if column.ndim else np.full(len(slots), column)


def _microseconds(count: Floats) -> Times:
    return np.asarray(np.rint(count * MICROSECONDS), np.int64)
