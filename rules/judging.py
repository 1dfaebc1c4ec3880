"""The rules on single sensors over the readings of a batch: which conditions change, and what is evidence of fire.

Most readings are calm: no rule can have a word on them. They only go into the windows and the baselines, all at once.
The others are judged one of each sensor at a time, in the order of their arrival.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rules import baselines, episodes
from rules import rows as whole_rows
from rules.baselines import MINUTE_US
from rules.calm import Calm
from rules.evidence import SCALES
from rules.parameters import Resolved
from rules.rule import ReadingRule
from rules.series import Lesson, Series
from rules.stepping import Stepping
from rules.turns import EvidenceChange, Turn
from rules.view import View
from rules.windows import Windows
from schemas.columns import NEVER
from schemas.domain import QUANTITIES

GAP_INTERVALS = 3
RESTLESS_AT_LEAST = 4
"""A sensor that is not calm stays so for a while: only every so many of its readings it is asked again."""

Slots = NDArray[np.int32]
Floats = NDArray[np.float64]


class Judging:
    """State of the rules on readings, for all sensors of a roster; `COLUMNS` names what is (n_sensors, ...)."""

    COLUMNS = ("slow", "runs", "late_newest", "points", "excess")

    def __init__(self, rules: tuple[ReadingRule, ...]) -> None:
        self._rules = {
            quantity.code: tuple(rule for rule in rules if rule.quantity is quantity)
            for quantity in QUANTITIES
        }
        self._n_levels = max(sum(len(rule.levels) for rule in mine) for mine in self._rules.values())
        self.slow = baselines.lay_out(0)
        self.runs = episodes.lay_out(0, self._n_levels)
        self.late_newest = np.empty(0, np.int64)
        self.points = np.empty(0, np.int32)
        self.excess = np.empty(0)
        self.windows = Windows(0)
        self._underway = np.empty(0, np.bool_)
        self._rank = np.empty(0, np.int64)

    def adopt(self, sensors: NDArray[np.void], parameters: Resolved) -> None:
        """Take over the sensors of a newer roster, or other parameters."""
        fresh = len(sensors) - len(self.slow)
        self.slow = np.concatenate([self.slow, baselines.lay_out(fresh)])
        self.runs = np.concatenate([self.runs, episodes.lay_out(fresh, self._n_levels)])
        self.late_newest = np.concatenate([self.late_newest, np.full(fresh, NEVER, np.int64)])
        self.points = np.concatenate([self.points, np.zeros(fresh, np.int32)])
        self.excess = np.concatenate([self.excess, np.zeros(fresh)])
        self._underway = np.concatenate([self._underway, np.zeros(fresh, np.bool_)])
        self._rank = np.zeros(len(sensors), np.int64)
        self.windows.grow(len(sensors))
        self._quantity = sensors["quantity"].copy()
        self._intervals_us = sensors["interval_us"].copy()
        self._parameters = parameters
        self._calm = Calm(self._rules, self._quantity, parameters)
        self._steps = {code: Stepping(rules, parameters) for code, rules in self._rules.items()}

    def restore(self, rule_id: str, slot: int, active: bool, at: int, severity: int) -> None:
        """Take over what the tables say of a rule on one sensor: active in this colour, or ended at a time."""
        column = 0
        for rule in self._rules[int(self._quantity[slot])]:
            # A rule may have been milder when the tables were written; then its mildest level it is.
            known = min(severity, rule.severity)
            for level in rule.levels:
                run = self.runs[slot, column]
                if rule.id == rule_id:
                    run["active"] = active and level.severity >= known
                    run["ended_at"] = NEVER if active else at
                column += 1
        self.look_again(np.array([slot], np.int32))

    def take_snapshot(self, slots: Slots) -> dict[str, NDArray[np.generic]]:
        """All that is known of sensors (n,) but their windows, as columns (n, ...)."""
        return {name: getattr(self, name)[slots] for name in self.COLUMNS}

    def restore_snapshot(self, slots: Slots, columns: Mapping[str, NDArray[np.generic]]) -> None:
        """Bring sensors (n,) to what `take_snapshot` knew; their windows are empty until they are refilled."""
        for name in self.COLUMNS:
            getattr(self, name)[slots] = columns[name]
        self.windows.forget(slots)
        self.look_again(slots)

    def refill(self, readings: NDArray[np.void]) -> None:
        """Put readings (n,) that have been judged before into the windows, in the order of their arrival."""
        if not len(readings):
            return
        order = np.argsort(readings["slot"], kind="stable")
        readings = readings[order]
        slots, observed_at = readings["slot"], readings["observed_at"]
        # What came late was never in the windows. Every sensor's times are lifted above those of the one before,
        # so that one running maximum serves all.
        group = np.cumsum(np.concatenate([[0], slots[1:] != slots[:-1]]))
        lifted = observed_at - observed_at.min() + group * (np.ptp(observed_at) + 1)
        newest = np.maximum.accumulate(lifted)
        kept = np.concatenate([[True], lifted[1:] > newest[:-1]])
        slots, observed_at, values = slots[kept], observed_at[kept], readings["value"][kept]
        starts = np.flatnonzero(np.concatenate([[True], slots[1:] != slots[:-1]]))
        self.windows.push_series(slots, observed_at, values, starts)

    def look_again(self, slots: Slots) -> None:
        """The state of these sensors was written from outside."""
        self._underway[slots] = episodes.are_underway(self.runs[slots]) | (self.points[slots] > 0)

    def judge(self, readings: NDArray[np.void]) -> list[Turn]:
        """Take readings (n,) of quality good in the order of their arrival."""
        turns: list[Turn] = []
        if len(readings):
            rows = np.arange(len(readings))
            if self._are_of_different_sensors(readings["slot"]):
                self._judge_different(readings, rows, turns)
            else:
                self._judge_series(readings, turns)
        turns.sort(key=lambda turn: turn.row)
        return turns

    def _are_of_different_sensors(self, slots: Slots) -> bool:
        rows = np.arange(len(slots))
        self._rank[slots] = rows
        return bool((self._rank[slots] == rows).all())

    # One reading of each sensor

    def _judge_different(self, readings: NDArray[np.void], rows: NDArray[np.intp], turns: list[Turn]) -> None:
        slots, observed_at, values = readings["slot"], readings["observed_at"], readings["value"]
        states = self.slow.take(slots)
        newer = observed_at > states["newest"]
        if not newer.all():
            late = np.flatnonzero(~newer)
            self._judge_late(readings[late], rows[late], turns)
            readings, rows, states = readings[newer], rows[newer], states[newer]
            slots, observed_at, values = readings["slot"], readings["observed_at"], readings["value"]
        if not len(slots):
            return
        calm = self._calm.holds(slots, values, states["baseline"], states["spread"])
        restless = np.flatnonzero(self._underway[slots] | ~calm)
        before = states.take(restless)
        self._take(states, slots, observed_at, values)
        whole_rows.put(self.slow, slots, states)
        self.windows.push(slots, observed_at, values)
        if len(restless):
            # A reading is judged by what was usual before it; only the first of a sensor has nothing before it.
            first = before["minutes"] == 0
            before["baseline"][first] = states["baseline"][restless[first]]
            self._judge_restless(
                slots[restless], rows[restless], observed_at[restless], values[restless], before, turns
            )

    def _take(
        self, states: NDArray[np.void], slots: Slots, observed_at: NDArray[np.int64], values: Floats
    ) -> None:
        """Bring states (n,) of `SLOW` forward by one newer reading each."""
        states["changed_at"] = np.where(values == states["value"], states["changed_at"], observed_at)
        states["newest"], states["value"] = observed_at, values
        minutes = (observed_at // MINUTE_US).astype(np.int32)
        opens = minutes > states["minute"]
        if opens.all():
            baselines.advance(states, values, minutes, self._quantity[slots])
        elif opens.any():
            opening = states[opens]
            baselines.advance(opening, values[opens], minutes[opens], self._quantity[slots[opens]])
            states[opens] = opening

    # Several readings of one sensor

    def _judge_series(self, readings: NDArray[np.void], turns: list[Turn]) -> None:
        """Of every sensor all at once that is calm, then a few one after the other, and so on until nothing is left."""
        rows = np.argsort(readings["slot"], kind="stable")
        while len(rows):
            rows = rows[~self._pass_over_calm(readings[rows])]
            for _ in range(RESTLESS_AT_LEAST):
                if len(rows):
                    starts = Series.of(readings[rows]).starts
                    self._judge_different(readings[rows[starts]], rows[starts], turns)
                    rows = np.delete(rows, starts)

    def _pass_over_calm(self, readings: NDArray[np.void]) -> NDArray[np.bool_]:
        """Take, of readings (n,) sorted by sensor, each sensor's first ones that are calm; say which they were."""
        every = Series.of(readings)
        idle = ~self._underway[every.slots]
        passed = every.lead(every.follow(self.slow["newest"][every.slots]) & idle[every.sensor])
        if passed.any():
            series = Series.of(readings[passed])
            lesson = Lesson(series, self.slow.take(series.slots), self._quantity[series.slots])
            slots, values = series.readings["slot"], series.readings["value"]
            calm = series.lead(self._calm.holds(slots, values, lesson.baseline, lesson.spread))
            passed[passed] = calm
            if calm.any():
                self._take_calm(Series.of(series.readings[calm]), lesson.states_after(calm))
        return passed

    def _take_calm(self, series: Series, states: NDArray[np.void]) -> None:
        readings = series.readings
        whole_rows.put(self.slow, series.slots, states)
        self.windows.push_series(readings["slot"], readings["observed_at"], readings["value"], series.starts)

    # Judging proper

    def _judge_restless(
        self,
        slots: Slots,
        rows: NDArray[np.intp],
        observed_at: NDArray[np.int64],
        values: Floats,
        before: NDArray[np.void],
        turns: list[Turn],
    ) -> None:
        broken = self._is_gap(slots, observed_at, before["newest"])
        quantities = self._quantity[slots]
        for code in np.unique(quantities).tolist():
            mine = np.flatnonzero(quantities == code)
            states = before[mine]
            view = self._view(slots[mine], observed_at[mine], values[mine], states["value"], states)
            runs = self.runs.take(view.slots, axis=0)
            turns += self._steps[code].step(view, rows[mine], runs, broken[mine], late=False)
            whole_rows.put(self.runs, view.slots, runs)
            self._weigh(code, view, rows[mine], turns)
            self._underway[view.slots] = episodes.are_underway(runs) | (self.points[view.slots] > 0)

    def _judge_late(self, readings: NDArray[np.void], rows: NDArray[np.intp], turns: list[Turn]) -> None:
        """Readings that came after newer ones, in a lane of their own that can raise but never clear."""
        unseen = ~self.windows.contain(readings["slot"], readings["observed_at"])
        readings, rows = readings[unseen], rows[unseen]
        slots, observed_at = readings["slot"], readings["observed_at"]
        previous = self.late_newest[slots]
        broken = self._is_gap(slots, observed_at, previous) | (observed_at <= previous)
        self.late_newest[slots] = observed_at
        quantities = self._quantity[slots]
        for code in np.unique(quantities).tolist():
            mine = np.flatnonzero(quantities == code)
            unknown = np.full(len(mine), np.nan)
            states = self.slow.take(slots[mine])
            view = self._view(slots[mine], observed_at[mine], readings["value"][mine], unknown, states)
            runs = self.runs.take(view.slots, axis=0)
            turns += self._steps[code].step(view, rows[mine], runs, broken[mine], late=True)
            whole_rows.put(self.runs, view.slots, runs)
            self._underway[view.slots] |= episodes.are_underway(runs)

    def _weigh(self, code: int, view: View, rows: NDArray[np.intp], turns: list[Turn]) -> None:
        scale = SCALES.get(QUANTITIES[code])
        if scale is None:
            return
        points, excess = scale.weigh(view)
        changed = np.flatnonzero(points != self.points[view.slots])
        self.points[view.slots] = points
        self.excess[view.slots[changed]] = excess[changed]
        columns = (rows, view.slots, view.observed_at, points, excess)
        turns += map(EvidenceChange, *(column[changed].tolist() for column in columns))

    # What it looks things up in

    def _view(
        self,
        slots: Slots,
        observed_at: NDArray[np.int64],
        values: Floats,
        previous: Floats,
        states: NDArray[np.void],
    ) -> View:
        return View(
            slots=slots,
            observed_at=observed_at,
            values=values,
            previous=previous,
            baseline=states["baseline"],
            spread=states["spread"],
            intervals_us=self._intervals_us[slots],
            windows=self.windows,
        )

    def _is_gap(
        self, slots: Slots, observed_at: NDArray[np.int64], previous: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Whether more than three intervals passed since the previous sample, or there was none."""
        longest = GAP_INTERVALS * self._intervals_us[slots]
        gap: NDArray[np.bool_] = (previous == NEVER) | (observed_at - np.maximum(previous, 0) > longest)
        return gap
