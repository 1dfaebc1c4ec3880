"""The rules on single sensors over the readings of a batch: which conditions change, and what is evidence of fire.

Most readings are calm: no rule can have a word on them. They only go into the windows and the baselines, all at once.
The others are judged all at once too, each as if it were its sensor's newest; only the runs of what holds and ends are
stepped one reading of a sensor after the other.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rules import baselines, episodes
from rules import rows as whole_rows
from rules.arrivals import Arrivals
from rules.bounds import Bounds
from rules.calm import Calm
from rules.evidence import weigh
from rules.level_table import LevelTable, Words
from rules.parameters import Resolved
from rules.rule import ReadingRule
from rules.series import Lesson, Series, learn
from rules.shapes import Shapes
from rules.stepping import Stepping
from rules.turns import EvidenceChange, Turn
from rules.view import Candidates
from rules.windows import Windows
from schemas.columns import NEVER
from schemas.domain import QUANTITIES

GAP_INTERVALS = 3

Slots = NDArray[np.intp]
Times = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]


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
        self._quantity = sensors["quantity"].astype(np.intp)
        self._intervals_us = sensors["interval_us"].copy()
        self._parameters = parameters
        self._calm = Calm(self._rules, self._quantity, parameters)
        self._table = table = LevelTable(self._rules, parameters)
        self._bounds, self._stepping = Bounds(table), Stepping(table)
        self._shapes = Shapes(table, parameters, self._n_levels)

    def restore(self, rule_id: str, slot: int, active: bool, at: int, severity: int) -> None:
        """Take over what the tables say of a rule on one sensor: active in this colour, or ended at a time."""
        for rule in self._rules[int(self._quantity[slot])]:
            if rule.id == rule_id:
                # A rule may have been milder when the tables were written; then its mildest level it is.
                known = min(severity, rule.severity)
                runs = self.runs[slot, self._table.columns_of(rule)]
                runs["active"] = [active and level.severity >= known for level in rule.levels]
                runs["ended_at"] = NEVER if active else at
        self.look_again(np.array([slot]))

    def find_active(self, rule: ReadingRule) -> Slots:
        """The sensors of which some level of a rule is active, (n,)."""
        columns = self._table.columns_of(rule)
        active = np.any(self.runs["active"][:, columns], axis=1)
        return np.flatnonzero(active & (self._quantity == rule.quantity.code))

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
        self.windows.push(Series.of(slots[kept].astype(np.intp), observed_at[kept], readings["value"][kept]))

    def look_again(self, slots: Slots) -> None:
        """The state of these sensors was written from outside."""
        self._underway[slots] = episodes.are_underway(self.runs[slots]) | (self.points[slots] > 0)

    def judge(self, readings: Arrivals) -> list[Turn]:
        """Take readings (n,) of quality good."""
        turns: list[Turn] = []
        rows = self._put_side_by_side(readings.slots)
        while len(rows):
            newer = self._take_newer(_gather(readings, rows), rows, turns)
            if newer.all():
                break
            rows = rows[~newer]
            # What now comes first of a sensor is late.
            late = _gather(readings, rows).starts
            self._take_late(_gather(readings, rows[late]), rows[late], turns)
            rows = np.delete(rows, late)
        turns.sort(key=_row)
        return turns

    def _put_side_by_side(self, slots: Slots) -> Rows:
        """Rows of readings (n,) with those of each sensor side by side, in the order of their arrival."""
        rows = np.arange(len(slots))
        self._rank[slots] = rows
        if (self._rank.take(slots) == rows).all():
            return rows
        return np.argsort(slots, kind="stable")

    def _take_newer(self, series: Series, rows: Rows, turns: list[Turn]) -> Flags:
        """Take of each sensor the first readings that follow each other; returns which of (n,) they were.

        `rows` are those of the readings in the batch.
        """
        states = self.slow.take(series.of_sensors)
        newer = series.lead(series.follow(states["newest"]))
        if not newer.all():
            taken = np.flatnonzero(newer)
            series, rows = series.pick(taken), rows[taken]
            states = self.slow.take(series.of_sensors)
        if len(series):
            sensors = series.of_sensors
            lesson = learn(series, states, self._quantity[sensors])
            calm = self._calm.holds(series.slots, series.values, lesson.baseline, lesson.spread)
            restless = np.flatnonzero(~series.lead(calm & ~series.each(self._underway[sensors])))
            if len(restless):
                self._judge_restless(series, lesson, restless, rows, turns)
            whole_rows.put(self.slow, sensors, lesson.after)
            self.windows.push(series)
        return newer

    def _judge_restless(
        self, series: Series, lesson: Lesson, restless: Rows, rows: Rows, turns: list[Turn]
    ) -> None:
        """Judge some of the readings of a series: of each sensor all from a certain one on."""
        places = self._sort_by_quantity(series, restless)
        candidates = self._gather_candidates(
            series, places, lesson.previous[places], lesson.baseline[places], lesson.spread[places]
        )
        judged = self._judge(candidates, rows[places], lesson.previous_at[places], turns, late=False)
        runs = self.runs.take(judged, axis=0)
        self._underway[judged] = episodes.are_underway(runs) | (self.points[judged] > 0)

    def _take_late(self, series: Series, rows: Rows, turns: list[Turn]) -> None:
        """One reading of each of some sensors that came after newer ones, in a lane that can raise but never clear."""
        unseen = np.flatnonzero(~self.windows.contain(series.slots, series.observed_at))
        if not len(unseen):
            return
        places = self._sort_by_quantity(series, unseen)
        slots = series.slots[places]
        states, previous_at, unknown = (
            self.slow.take(slots),
            self.late_newest[slots],
            np.full(len(slots), np.nan),
        )
        candidates = self._gather_candidates(series, places, unknown, states["baseline"], states["spread"])
        self.late_newest[slots] = series.observed_at[places]
        judged = self._judge(candidates, rows[places], previous_at, turns, late=True)
        self._underway[judged] |= episodes.are_underway(self.runs.take(judged, axis=0))

    def _judge(
        self, candidates: Candidates, rows: Rows, previous_at: Times, turns: list[Turn], *, late: bool
    ) -> Slots:
        """Judge readings (n,), sensors of one quantity side by side; returns the slots of the sensors.

        `rows` are those of the readings in the batch, `previous_at` the times of the readings before.
        """
        readings = Series.of(candidates.slots, candidates.observed_at, candidates.values)
        sensors, codes = readings.of_sensors, self._quantity[candidates.slots]
        runs = self.runs.take(sensors, axis=0)
        underway = runs["active"] | (runs["late_samples" if late else "samples"] > 0)
        figures = np.full((len(candidates), self._n_levels), np.nan)
        words = [self._bounds.judge(candidates, codes, figures)]
        evidence: list[Turn] = []
        words += self._shapes.judge(candidates, codes, readings, underway, figures, late=late)
        if not late:
            self._weigh(candidates, codes, readings, rows, evidence)
        broken = self._is_broken(candidates, previous_at, late)
        toggles = self._stepping.step(self.runs, readings, Words.join(words), underway, broken, late=late)
        changes = self._stepping.tell(toggles, self.runs, readings, figures, late)
        turns += (change._replace(row=int(rows[change.row])) for change in changes)
        turns += evidence
        return sensors

    def _weigh(
        self, candidates: Candidates, codes: NDArray[np.intp], series: Series, rows: Rows, turns: list[Turn]
    ) -> None:
        points, excess = weigh(candidates, codes)
        sensors = series.of_sensors
        changed = (points != series.before_each(points, self.points[sensors])).nonzero()[0]
        self.points[sensors] = series.last(points)
        slots = series.slots[changed]
        # Of several changes of a sensor the last is written.
        self.excess[slots] = excess[changed]
        columns = (rows[changed], slots, series.observed_at[changed], points[changed], excess[changed])
        turns += map(EvidenceChange, *(column.tolist() for column in columns))

    # What it looks things up in

    def _sort_by_quantity(self, series: Series, places: Rows) -> Rows:
        return places[np.argsort(self._quantity[series.slots[places]], kind="stable")]

    def _gather_candidates(
        self, series: Series, places: Rows, previous: Floats, baseline: Floats, spread: Floats
    ) -> Candidates:
        slots = series.slots[places]
        return Candidates(
            slots,
            series.observed_at[places],
            series.values[places],
            previous,
            baseline,
            spread,
            self._intervals_us[slots],
            places,
            series,
            self.windows,
        )

    def _is_broken(self, candidates: Candidates, previous_at: Times, late: bool) -> Flags:
        """Whether more than three intervals passed since the reading before, or there was none."""
        gap = candidates.observed_at - np.maximum(previous_at, 0) > GAP_INTERVALS * candidates.intervals_us
        broken: Flags = (previous_at == NEVER) | gap
        return broken | (candidates.observed_at <= previous_at) if late else broken


def _gather(readings: Arrivals, rows: Rows) -> Series:
    """Some of the readings, by sensor."""
    if len(rows) == len(readings) and (rows[:-1] < rows[1:]).all():
        return Series.of(readings.slots, readings.observed_at, readings.values)
    return Series.of(readings.slots[rows], readings.observed_at[rows], readings.values[rows])


def _row(turn: Turn) -> int:
    return turn.row
