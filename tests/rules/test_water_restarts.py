"""What gauges have learnt of a jockey pump, and what is waited for, outlasts a restart at whatever moment."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from numpy.typing import NDArray

from rules.changes import Change, ChangeKind, KnownCondition
from rules.engine import Engine
from rules.water.water_memory import GAUGE_STARTS, GAUGES, PUMP_STARTS, WAITS
from schemas.columns import READING, Batch, DeviceEvent
from schemas.domain import DeviceEventKind
from simulators.water.estate import FLOW, JOCKEY, SENSORS_EACH, TOP_GAUGE
from tests.rules.riser import MICROSECONDS, START, STEP_SECONDS, Riser, told

SITE, TOOTH_STEPS, TEETH = 0, 30, 8
LOW_FROM = 170
"""Steps: from then on the pump lifts the pressure to less than it should."""


def make_steps() -> list[NDArray[np.void]]:
    """What all sensors but the meter report, every ten seconds: the teeth of a saw, ever deeper."""
    riser = Riser()
    steps: list[NDArray[np.void]] = []
    for step in range(TOOTH_STEPS * TEETH):
        head = (0.25 if step < LOW_FROM else 0.14) - 0.05 * (step % TOOTH_STEPS) / TOOTH_STEPS
        readings = np.zeros(SENSORS_EACH - 1, READING)
        readings["slot"] = [slot for slot in range(SENSORS_EACH) if slot != FLOW]
        readings["value"] = riser.show(head)[readings["slot"]]
        readings["observed_at"] = readings["received_at"] = START + step * STEP_SECONDS * MICROSECONDS
        steps.append(readings)
    return steps


STEPS = make_steps()


def water_memory(engine: Engine) -> dict[str, NDArray[np.void]]:
    """What a snapshot holds of water systems."""
    with np.load(io.BytesIO(zlib.decompress(engine.snapshot(SITE)))) as file:
        return {name: file[name] for name in (GAUGES, GAUGE_STARTS, PUMP_STARTS, WAITS)}


def make_engine() -> Engine:
    return Riser().engine


def run(engine: Engine, steps: list[NDArray[np.void]]) -> list[Change]:
    return [
        change
        for readings in steps
        for change in engine.evaluate(Batch(readings), int(readings["received_at"][0]))
    ]


def start_again(stopped: int, snapshot: bytes, changes: list[Change]) -> Engine:
    """A fresh engine that knows the conditions, the snapshot and what has been stored of the last steps."""
    engine = make_engine()
    engine.restore(
        KnownCondition(
            c.rule.id, c.subject.kind, c.subject.id, c.kind is not ChangeKind.CLEAR, c.at, c.severity
        )
        for c in changes
    )
    engine.restore_snapshot(SITE, snapshot)
    assert engine.rebuild(np.concatenate(STEPS[max(0, stopped - 90) : stopped])) == []
    return engine


@pytest.mark.parametrize(("taken", "stopped"), [(95, 95), (100, 117), (140, 151), (200, 200)])
def test_a_restart_at_any_point_reaches_the_same_state(taken: int, stopped: int) -> None:
    """The process ends some steps after the snapshot; what the gauges showed since is looked at again."""
    steady, first = make_engine(), make_engine()
    expected = run(steady, STEPS)
    before = run(first, STEPS[:taken])
    snapshot = first.snapshot(SITE)
    before += run(first, STEPS[taken:stopped])
    again = start_again(stopped, snapshot, before)
    ours, theirs = water_memory(again), water_memory(first)
    assert {name: column.tolist() for name, column in ours.items()} == {
        name: column.tolist() for name, column in theirs.items()
    }
    after = run(again, STEPS[stopped:])
    assert told(before + after) == told(expected)
    assert "raise water_pressure_sinking" in told(expected)


def test_starts_that_a_pump_declared_are_counted_on() -> None:
    first = make_engine()
    changes: list[Change] = []
    for step, readings in enumerate(STEPS[:150]):
        at = int(readings["received_at"][0])
        active = step % 8 == 0
        event = DeviceEvent(JOCKEY, None, at, at, DeviceEventKind.STARTED, active, None, None, 0)
        changes += first.evaluate(Batch(readings, (event,)), at)
    assert water_memory(first)[PUMP_STARTS]["at"].tolist() != []
    again = start_again(150, first.snapshot(SITE), changes)
    assert water_memory(again)[PUMP_STARTS].tolist() == water_memory(first)[PUMP_STARTS].tolist()


def test_a_gauge_that_has_gone_is_passed_over_and_a_new_one_begins_anew() -> None:
    first = make_engine()
    run(first, STEPS[:100])
    riser = Riser()
    roster = riser.roster
    roster.sensor_slots[9999] = roster.sensor_slots.pop(TOP_GAUGE + 1)
    roster.sensors["sensor_id"][TOP_GAUGE] = 9999
    riser.engine.adopt(roster)
    riser.engine.restore_snapshot(SITE, first.snapshot(SITE))
    gauges = water_memory(riser.engine)[GAUGES]
    teeth = dict(zip(gauges["id"].tolist(), gauges["teeth"].tolist(), strict=True))
    assert teeth[9999] == 0
    assert teeth[TOP_GAUGE] > 0
