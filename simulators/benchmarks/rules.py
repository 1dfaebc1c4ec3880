"""What judging a reading costs: the engine over columns, beside the same rules reading by reading."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rules.catalogue import GROUP_RULES, READING_RULES, ZONE_RULES
from rules.changes import Change
from rules.engine import Engine
from schemas.columns import MICROSECONDS, Batch
from simulators.benchmarks.children import BenchmarkError
from simulators.benchmarks.figures import Figure, alone, compare
from simulators.benchmarks.plain.changes import PlainChange
from simulators.benchmarks.plain.engine import PlainEngine
from simulators.benchmarks.quarter import INTERVAL_US, SENSORS_A_BUILDING, Crowd, make_roster, make_rounds

JUDGED = (*READING_RULES, *ZONE_RULES, *GROUP_RULES)
"""What both judge; how devices and sensors themselves are is the engine's question alone."""
PLAIN_BUILDINGS = 20
SERIES_SAMPLES, SERIES_SENSORS = 50, 200
PLAIN = "the same rules, reading by reading"


@dataclass(frozen=True)
class Cost:
    """Nanoseconds a reading and bytes a sensor."""

    nanoseconds: float
    memory: float = 0.0


def measure_rules(crowd: Crowd, runs: int, million: bool) -> list[Figure]:
    """Nanoseconds a reading of the whole catalogue, in rounds and in drained series, beside plain Python.

    Raises
    ------
    BenchmarkError
        The two found different alerts, so that one of them did not do the work.
    """
    ours, theirs, series = [], [], []
    for run in range(runs):
        cost, plain = _measure_both(crowd, np.random.default_rng(run))
        ours.append(cost)
        theirs.append(plain)
        series.append(measure_series(crowd, np.random.default_rng(run)))
    spent, beside = [cost.nanoseconds for cost in ours], [cost.nanoseconds for cost in theirs]
    name = f"rules, a reading of {crowd.sensors:,} sensors"
    drained = f"rules, a reading of drained series, {SERIES_SAMPLES} samples each"
    figures = [
        compare(name, "ns", spent, PLAIN, beside),
        compare(drained, "ns", series, PLAIN, beside),
        alone(PLAIN, "ns", beside),
        alone(
            f"rules, a core's share for {crowd.sensors:,} sensors every {INTERVAL_US // MICROSECONDS} s",
            "%",
            [cost.nanoseconds * crowd.sensors / (INTERVAL_US * 10) for cost in ours],
        ),
        alone("rules, memory a sensor", "bytes", [cost.memory for cost in ours]),
    ]
    if million:
        # Another process's worth of memory: measured once.
        many = replace(crowd, sensors=1_000_000, rounds=10)
        cost = _measure(many, np.random.default_rng(0))
        figures.append(
            compare("rules, a reading of 1,000,000 sensors", "ns", [cost.nanoseconds], name, spent[:1])
        )
        figures.append(alone("rules, memory a sensor of 1,000,000", "bytes", [cost.memory]))
    return figures


def _measure_both(crowd: Crowd, rng: np.random.Generator) -> tuple[Cost, Cost]:
    roster = make_roster(crowd.sensors)
    n_plain = min(PLAIN_BUILDINGS * SENSORS_A_BUILDING, len(roster.sensors))
    plain = PlainEngine(roster)
    found: list[Change] = []
    found_plain: list[PlainChange] = []
    spent = spent_plain = 0
    memory = _resident()
    engine = Engine()
    engine.adopt(roster)
    for round_, readings in enumerate(make_rounds(roster, crowd, rng)):
        is_measured = round_ >= crowd.warm_up
        changes, took = _evaluate(engine, readings, crowd.batch)
        found += changes
        spent += took if is_measured else 0
        # What turns columns into Python's objects is not counted against the loop.
        rows = readings[["slot", "observed_at", "received_at", "value", "quality"]][:n_plain].tolist()
        began = time.process_time_ns()
        found_plain += plain.evaluate(rows)
        spent_plain += time.process_time_ns() - began if is_measured else 0
    _check_same(found, found_plain, n_plain)
    held = (_resident() - memory) / len(roster.sensors)
    return Cost(spent / (crowd.rounds * len(roster.sensors)), held), Cost(
        spent_plain / (crowd.rounds * n_plain)
    )


def _measure(crowd: Crowd, rng: np.random.Generator) -> Cost:
    roster = make_roster(crowd.sensors)
    memory, spent = _resident(), 0
    engine = Engine()
    engine.adopt(roster)
    for round_, readings in enumerate(make_rounds(roster, crowd, rng)):
        _, took = _evaluate(engine, readings, crowd.batch)
        spent += took if round_ >= crowd.warm_up else 0
    held = (_resident() - memory) / len(roster.sensors)
    return Cost(spent / (crowd.rounds * len(roster.sensors)), held)


def measure_series(crowd: Crowd, rng: np.random.Generator) -> float:
    """Nanoseconds a reading of a backlog: each batch has many samples of each of a few sensors."""
    roster = make_roster(min(crowd.sensors, 20_000))
    engine = Engine()
    engine.adopt(roster)
    warm, backlog = crowd.warm_up, replace(crowd, rounds=SERIES_SAMPLES)
    rounds = list(make_rounds(roster, backlog, rng))
    for readings in rounds[:warm]:
        _evaluate(engine, readings, crowd.batch)
    spent = 0
    for batch in _drain(np.stack(rounds[warm:])):
        began = time.process_time_ns()
        engine.evaluate(Batch(batch), int(batch["received_at"][0]))
        spent += time.process_time_ns() - began
    return spent / (SERIES_SAMPLES * len(roster.sensors))


def _drain(rounds: NDArray[np.void]) -> Iterator[NDArray[np.void]]:
    """Batches out of (n_samples, n_sensors), a device's channels side by side, all received at the end."""
    received_at = int(rounds["observed_at"].max()) + INTERVAL_US
    for first in range(0, rounds.shape[1], SERIES_SENSORS):
        of_devices = rounds[:, first : first + SERIES_SENSORS].reshape(SERIES_SAMPLES, -1, 2)
        batch = of_devices.transpose(1, 0, 2).reshape(-1).copy()
        batch["received_at"] = received_at
        yield batch


def _evaluate(engine: Engine, readings: NDArray[np.void], size: int) -> tuple[list[Change], int]:
    changes: list[Change] = []
    began = time.process_time_ns()
    for start in range(0, len(readings), size):
        batch = Batch(readings[start : start + size])
        changes += engine.evaluate(batch, int(batch.readings["received_at"][0]))
    return changes, time.process_time_ns() - began


def _check_same(found: list[Change], found_plain: list[PlainChange], n_plain: int) -> None:
    """The sensors, zones and buildings that both have judged: ids are one above the slots."""
    # Whole buildings, but for the last one of a small crowd, which both have in part.
    n_buildings = -(-n_plain // SENSORS_A_BUILDING)
    ours = {
        (change.kind, change.rule.id, change.subject.kind, change.subject.id - 1, change.at, change.severity)
        for change in found
        if change.subject.building_id <= n_buildings and change.rule in JUDGED
    }
    theirs = {
        (change.kind, change.rule_id, change.subject_kind, change.slot, change.at, change.severity)
        for change in found_plain
    }
    if ours != theirs or not ours:
        raise BenchmarkError(
            f"{len(ours - theirs)} changes of the engine alone, {len(theirs - ours)} of plain Python alone, "
            f"{len(ours & theirs)} of both"
        )


def _resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
