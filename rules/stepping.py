"""Steps the levels of the rules of one quantity by one reading each of many sensors, and tells what changes colour."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rules import episodes
from rules import rows as whole_rows
from rules.parameters import Resolved
from rules.rule import Level, ReadingRule, less_drift
from rules.turns import SensorChange
from rules.view import View
from schemas.columns import MICROSECONDS
from schemas.domain import Severity

NOTHING = 0
"""Stands for no severity in columns of severities."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Stepping:
    """One quantity's rules; `levels` are the columns of its sensors' runs."""

    def __init__(self, rules: tuple[ReadingRule, ...], parameters: Resolved) -> None:
        self._parameters = parameters
        self._columns: list[tuple[ReadingRule, range]] = []
        self.levels: list[tuple[ReadingRule, Level]] = []
        for rule in rules:
            first = len(self.levels)
            self.levels += [(rule, level) for level in rule.levels]
            self._columns.append((rule, range(first, len(self.levels))))

    def step(
        self, view: View, rows: NDArray[np.intp], runs: NDArray[np.void], broken: Flags, *, late: bool
    ) -> Iterator[SensorChange]:
        """Take readings (n,) of different sensors; their `runs` (n, n_levels) are changed in place."""
        was = runs["active"].copy()
        underway = was | (runs["late_samples" if late else "samples"] > 0)
        measures = np.full(runs.shape, np.nan)
        for rule, columns in self._columns:
            # Of what is calm for this rule, and of which nothing has begun, a sample changes nothing.
            its = slice(columns.start, columns.stop)
            matters = np.flatnonzero(underway[:, its].any(axis=1) | ~self._is_calm(rule, view))
            if len(matters):
                some = runs[matters, its]
                measures[matters, its] = self._step_rule(
                    rule, view.pick(matters), some, underway[matters, its], broken[matters], late
                )
                whole_rows.put(runs[:, its], matters, some)
        now = runs["active"]
        if (was != now).any():
            yield from self._tell(view, rows, was, now, measures, late)

    def _is_calm(self, rule: ReadingRule, view: View) -> Flags:
        above, below = rule.calm(lambda name: self._value(rule, name, view.slots))
        values = less_drift(view.values, view.baseline, rule.background)
        calm: Flags = (values > above) & (values < below)
        return calm

    def _step_rule(
        self,
        rule: ReadingRule,
        view: View,
        runs: NDArray[np.void],
        underway: Flags,
        broken: Flags,
        late: bool,
    ) -> Floats:
        """One reading each for all levels of a rule; returns by what figures they were judged (n, n_levels)."""
        view = view.of_rule(lambda name: self._value(rule, name, view.slots))
        measures = np.full(runs.shape, np.nan)
        for column, level in enumerate(rule.levels):
            if level.judges_late or not late:
                measures[:, column] = self._step_level(
                    rule, level, view, runs[:, column], underway[:, column], broken, late
                )
        return measures

    def _step_level(
        self,
        rule: ReadingRule,
        level: Level,
        view: View,
        runs: NDArray[np.void],
        underway: Flags,
        broken: Flags,
        late: bool,
    ) -> Floats:
        judged = level.judge(view)
        touched = np.flatnonzero(judged.holds | underway)
        if len(touched):
            slots = view.slots[touched]
            wait = episodes.Wait(
                _microseconds(self._value(rule, level.on_seconds, slots)),
                _microseconds(self._value(rule, level.off_seconds, slots)),
            )
            some = runs.take(touched)
            advance = episodes.step_late if late else episodes.step
            advance(some, view.observed_at[touched], judged.of(touched), broken[touched], level, wait)
            whole_rows.put(runs, touched, some)
        return judged.measure

    def _tell(
        self, view: View, rows: NDArray[np.intp], was: Flags, now: Flags, measures: Floats, late: bool
    ) -> Iterator[SensorChange]:
        differs = was != now
        for rule, columns in self._columns:
            if not differs[:, columns.start : columns.stop].any():
                continue
            before, after = _find_gravest(was, rule, columns), _find_gravest(now, rule, columns)
            for i in np.flatnonzero(before != after).tolist():
                place = _find_speaker(rule, int(after[i]) or int(before[i]))
                limit = float(self._value(rule, rule.levels[place].limit, view.slots[i : i + 1])[0])
                yield SensorChange(
                    int(rows[i]),
                    int(view.slots[i]),
                    rule,
                    int(view.observed_at[i]),
                    int(before[i]),
                    int(after[i]),
                    float(measures[i, columns[place]]),
                    limit,
                    late,
                )

    def _value(self, rule: ReadingRule, name: str, slots: NDArray[np.int32]) -> Floats:
        return self._parameters.of_sensors(rule.id, name, slots)


def _find_gravest(active: Flags, rule: ReadingRule, columns: range) -> NDArray[np.int8]:
    """The gravest colour (n,) of a rule's levels active in (n, n_levels); NOTHING where none is."""
    gravest = np.full(len(active), NOTHING, np.int8)
    for column, level in zip(columns, rule.levels, strict=True):
        graver = active[:, column] & ((gravest == NOTHING) | (gravest > level.severity))
        gravest[graver] = level.severity
    return gravest


def _find_speaker(rule: ReadingRule, severity: int) -> int:
    """The level whose figure is told of a change to this colour."""
    return next(place for place, level in enumerate(rule.levels) if level.severity == Severity(severity))


def _microseconds(count: Floats) -> NDArray[np.int64]:
    return np.asarray(np.rint(count * MICROSECONDS), np.int64)
