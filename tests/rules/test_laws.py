"""Laws that hold for every stream."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rules.changes import Change, ChangeKind
from rules.engine import Engine
from schemas.columns import MICROSECONDS, Batch
from schemas.domain import Quantity
from tests.rules.conftest import SENSORS, START, make_readings, make_roster

VALUES = {
    Quantity.SMOKE: (0.02, 0.12, 0.35, 0.5),
    Quantity.TEMPERATURE: (20.0, 50.0, 57.0, 90.0),
    Quantity.PRESSURE: (0.0, 0.03, 0.4),
    Quantity.FLOW: (0.0, 0.4, 1.0),
    Quantity.RESIDUAL_CURRENT: (100.0, 260.0, 400.0),
    Quantity.CABLE_TEMPERATURE: (30.0, 65.0, 80.0),
}
Rows = list[tuple[Quantity, float, float]]


@st.composite
def streams(draw: st.DrawFn) -> Rows:
    """Readings of a few sensors that linger at a level, with some of them late, repeated or after a gap."""
    rows: Rows = []
    clock = 0.0
    for _ in range(draw(st.integers(1, 12))):
        quantity = draw(st.sampled_from(SENSORS[:4]))
        value = draw(st.sampled_from(VALUES[quantity]))
        clock += draw(st.sampled_from((0.0, 5.0, 40.0, 400.0, -200.0)))
        step = draw(st.sampled_from((2.0, 10.0, 10.0, 30.0)))
        for _ in range(draw(st.integers(1, 40))):
            rows.append((quantity, clock, value))
            clock += step
    return rows


def evaluate(rows: Rows, cuts: list[int], make: type[Engine] = Engine) -> list[Change]:
    engine = make()
    engine.adopt(make_roster())
    readings = make_readings(rows)
    edges = [0, *sorted(cut % (len(rows) + 1) for cut in cuts), len(rows)]
    now = START + 10**6 * MICROSECONDS
    return [change for a, b in pairwise(edges) for change in engine.evaluate(Batch(readings[a:b]), now)]


class RestlessEngine(Engine):
    """Judges every reading one layer after the other and passes over none."""

    def _pass_over_calm(self, readings: NDArray[np.void]) -> NDArray[np.void]:
        return readings


def by_sensor(changes: list[Change]) -> dict[tuple[str, int], list[Change]]:
    found: dict[tuple[str, int], list[Change]] = {}
    for change in changes:
        found.setdefault((change.rule.id, change.subject.id), []).append(change)
    return found


@settings(max_examples=150)
@given(streams(), st.lists(st.integers(0, 10_000), max_size=8))
def test_the_same_stream_cut_into_other_batches_gives_the_same_changes(rows: Rows, cuts: list[int]) -> None:
    assert by_sensor(evaluate(rows, cuts)) == by_sensor(evaluate(rows, []))


@settings(max_examples=150)
@given(streams(), st.lists(st.integers(0, 10_000), max_size=8))
def test_passing_over_calm_sensors_changes_nothing(rows: Rows, cuts: list[int]) -> None:
    assert by_sensor(evaluate(rows, cuts)) == by_sensor(evaluate(rows, cuts, RestlessEngine))


@settings(max_examples=150)
@given(streams())
def test_no_rule_raises_twice_without_clearing_nor_clears_what_is_not_raised(rows: Rows) -> None:
    for changes in by_sensor(evaluate(rows, [])).values():
        kinds = [change.kind for change in changes]
        assert kinds[0] is ChangeKind.RAISE
        assert all(a is not b for a, b in pairwise(kinds))


@settings(max_examples=100)
@given(streams(), st.floats(1, 5000))
def test_adding_late_normal_readings_never_clears_anything(rows: Rows, earlier: float) -> None:
    first = min(at for _, at, _ in rows)
    late = [(Quantity.TEMPERATURE, first - earlier - 10 * i, 20.0) for i in range(40)]
    # One reading first of all, so that whatever is older is late.
    head = [(Quantity.TEMPERATURE, first - 0.5, 20.0)]
    assert by_sensor(evaluate(head + rows + late, [])) == by_sensor(evaluate(head + rows, []))
