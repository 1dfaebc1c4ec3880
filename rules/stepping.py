"""Steps the runs of levels by the readings that touch them, all rules at once, and tells what changes colour."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rules import episodes
from rules import rows as whole_rows
from rules.episodes import Terms
from rules.layers import split_by_rank
from rules.levels import Levels, Touched
from rules.rule import ReadingRule
from rules.series import Series
from rules.turns import SensorChange
from schemas.domain import Severity

NOTHING = 0
"""Stands for no severity."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]


class Toggle(NamedTuple):
    """The level in a column began or ended with the reading at a row."""

    row: int
    column: int


def step(
    runs: NDArray[np.void], readings: Series, touched: list[Touched], broken: Flags, *, late: bool
) -> list[Toggle]:
    """Let readings (n,) step the runs (n_sensors, n_levels) that they touch; returns what began and ended."""
    if not touched:
        return []
    counts = [len(one.rows) for one in touched]
    rows = np.concatenate([one.rows for one in touched])
    columns = np.repeat([one.column for one in touched], counts)
    holds = np.concatenate([one.holds for one in touched])
    clears = np.concatenate([one.clears for one in touched])
    terms = Terms(
        np.concatenate([one.on_us for one in touched]),
        np.concatenate([one.off_us for one in touched]),
        np.repeat([one.level.n_true for one in touched], counts),
        np.repeat([one.level.m_samples for one in touched], counts),
        np.repeat([one.level.min_samples for one in touched], counts),
    )
    places = readings.slots[rows] * runs.shape[1] + columns
    layers = [np.arange(len(rows))] if readings.single else list(split_by_rank(places))
    order = np.concatenate(layers)
    rows, columns, places, holds, clears = (
        column[order] for column in (rows, columns, places, holds, clears)
    )
    terms, observed_at, broken = terms.pick(order), readings.observed_at[rows], broken[rows]
    table, first, changed = runs.reshape(-1), 0, []
    for layer in layers:
        part = slice(first, first + len(layer))
        some = table.take(places[part])
        was = some["active"].copy()
        if late:
            episodes.step_late(some, observed_at[part], holds[part], broken[part], terms.pick(part))
        else:
            episodes.step(some, observed_at[part], holds[part], clears[part], broken[part], terms.pick(part))
        whole_rows.put(table, places[part], some)
        changed.append(first + np.flatnonzero(was != some["active"]))
        first = part.stop
    toggled = np.concatenate(changed)
    return sorted(map(Toggle, rows[toggled].tolist(), columns[toggled].tolist()))


def tell(
    levels: Levels,
    toggles: list[Toggle],
    runs: NDArray[np.void],
    readings: Series,
    figures: Floats,
    late: bool,
) -> list[SensorChange]:
    """Which rules of one quantity go from one colour to another, with the rows of `readings`.

    `figures` (n, n_levels) are what the readings were judged by. The runs are as they are after all toggles, so that
    these are gone through from the last to the first.
    """
    active: dict[int, list[bool]] = {}
    found: list[SensorChange] = []
    for (row, rule), group in groupby(
        reversed(toggles), lambda toggle: (toggle.row, levels.rule_of(toggle.column))
    ):
        slot = int(readings.slots[row])
        mine = active.setdefault(slot, runs["active"][slot].tolist())
        columns = levels.columns_of(rule)
        after = _find_gravest(rule, mine[columns])
        for toggle in group:
            mine[toggle.column] = not mine[toggle.column]
        before = _find_gravest(rule, mine[columns])
        if before != after:
            place = _find_speaker(rule, after or before)
            change = SensorChange(
                row,
                slot,
                rule,
                int(readings.observed_at[row]),
                before,
                after,
                float(figures[row, columns.start + place]),
                levels.limit_of(rule, rule.levels[place], slot),
                late,
            )
            found.append(change)
    return found[::-1]


def _find_gravest(rule: ReadingRule, active: list[bool]) -> int:
    """The gravest colour of those of a rule's levels that are active; NOTHING where none is."""
    return min(
        (level.severity for level, is_active in zip(rule.levels, active, strict=True) if is_active),
        default=NOTHING,
    )


def _find_speaker(rule: ReadingRule, severity: int) -> int:
    """The level whose figure is told of a change to this colour."""
    return next(place for place, level in enumerate(rule.levels) if level.severity == Severity(severity))
