"""What judging a reading costs: the engine over columns, beside a plain loop over readings."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.changes import Change
from rules.engine import Engine
from schemas.columns import READING, Batch
from schemas.domain import QUANTITIES
from schemas.roster import Roster, lay_out_devices, lay_out_sensors
from simulators.benchmarks.backlog import QUIET
from simulators.benchmarks.children import BenchmarkError
from simulators.benchmarks.figures import Figure, alone, compare
from simulators.benchmarks.plain_rules import PLAIN_RULES, PlainChange, PlainEngine, PlainReading

INTERVAL_US = 10_000_000
ROUNDS = 32
START_US = 1_800_000_000_000_000
# One sensor in so many leaves its limit for a quarter of the rounds: alerts are rare, and both must find the same.
EXCURSION_EVERY = 997


@dataclass(frozen=True)
class Crowd:
    """So many sensors of all quantities, ten to a device, and the size of batches their readings come in."""

    sensors: int = 100_000
    batch: int = 10_000


def measure_rules(crowd: Crowd, runs: int) -> list[Figure]:
    """Nanoseconds a reading of both, over the same batches in turn.

    Raises
    ------
    BenchmarkError
        The two found different alerts, so that one of them did not do the work.
    """
    series = [_measure_once(crowd, np.random.default_rng(run)) for run in range(runs)]
    ours, theirs = [ours for ours, _ in series], [theirs for _, theirs in series]
    return [
        compare("rules, a reading", "ns", ours, "plain loop, same limits", theirs),
        alone("plain loop, same limits", "ns", theirs),
    ]


def _measure_once(crowd: Crowd, rng: np.random.Generator) -> tuple[float, float]:
    engine = Engine()
    engine.adopt(_make_roster(crowd))
    plain = PlainEngine([QUANTITIES[slot % len(QUANTITIES)] for slot in range(crowd.sensors)], INTERVAL_US)
    found: list[Change] = []
    found_plain: list[PlainChange] = []
    ours = theirs = 0
    for batch in _make_batches(crowd, rng):
        # What turns columns into Python's objects is not counted against the loop.
        rows = list(_make_rows(batch))
        began = time.perf_counter_ns()
        found += engine.evaluate(batch, int(batch.readings["received_at"][0]))
        between = time.perf_counter_ns()
        found_plain += plain.evaluate(rows)
        ours += between - began
        theirs += time.perf_counter_ns() - between
    _check_same(found, found_plain)
    readings = ROUNDS * crowd.sensors
    return ours / readings, theirs / readings


def _check_same(found: list[Change], found_plain: list[PlainChange]) -> None:
    known = {plain.rule.id for plain in PLAIN_RULES.values()}
    changes = {
        (change.rule.id, change.subject.id - 1, change.at, change.kind.value)
        for change in found
        if change.rule.id in known
    }
    if changes != set(found_plain) or not changes:
        raise BenchmarkError(f"{len(changes)} changes of the engine, {len(found_plain)} of the loop")


def _make_batches(crowd: Crowd, rng: np.random.Generator) -> Iterator[Batch]:
    """`ROUNDS` readings of every sensor, ten seconds apart."""
    slots = np.arange(crowd.sensors, dtype=np.int32)
    quiet = np.array([QUIET[quantity] for quantity in QUANTITIES])[slots % len(QUANTITIES)]
    for round_ in range(ROUNDS):
        readings = np.zeros(crowd.sensors, READING)
        readings["slot"] = slots
        readings["observed_at"] = readings["received_at"] = START_US + round_ * INTERVAL_US
        readings["value"] = quiet * rng.uniform(0.98, 1.02, crowd.sensors)
        if ROUNDS // 4 <= round_ < ROUNDS // 2:
            _leave_limits(readings)
        for start in range(0, crowd.sensors, crowd.batch):
            yield Batch(readings[start : start + crowd.batch])


def _leave_limits(readings: NDArray[np.void]) -> None:
    for place in range(0, len(readings), EXCURSION_EVERY):
        plain = PLAIN_RULES.get(QUANTITIES[place % len(QUANTITIES)])
        if plain is not None:
            readings["value"][place] = plain.rule.limit * (1.5 if plain.above else 0.5)


def _make_rows(batch: Batch) -> Iterator[PlainReading]:
    readings = batch.readings
    return zip(
        readings["slot"].tolist(), readings["observed_at"].tolist(), readings["value"].tolist(), strict=True
    )


def _make_roster(crowd: Crowd) -> Roster:
    n_devices = -(-crowd.sensors // len(QUANTITIES))
    devices = lay_out_devices(n_devices)
    devices["device_id"] = np.arange(1, n_devices + 1)
    devices["building_id"], devices["interval_us"] = 1, INTERVAL_US
    sensors = lay_out_sensors(crowd.sensors)
    slots = np.arange(crowd.sensors)
    sensors["sensor_id"], sensors["device_slot"] = slots + 1, slots // len(QUANTITIES)
    sensors["quantity"], sensors["interval_us"] = slots % len(QUANTITIES), INTERVAL_US
    codes = [("B1", f"D{device}") for device in range(n_devices)]
    ids = {int(sensor_id): slot for slot, sensor_id in enumerate(sensors["sensor_id"])}
    return Roster(1, sensors, devices, codes, {}, ids, {device + 1: device for device in range(n_devices)})
