"""What the slow work of an hour takes for a city, and what it takes from whoever stores readings meanwhile."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np
from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.slow.buckets import FILL_AFTER_US, fill_day, fill_hour
from ingest.slow.completeness import fill_device_day
from ingest.slow.hazards import keep_ledger
from ingest.slow.looks import Registered, find_next_look, look
from ingest.slow.risk import judge_hour
from ingest.slow.runner import SET_BOUNDS
from ingest.store_readings import COPY_READINGS, ROW
from ingest.store_roster import load_roster
from rules.catalogue import CATALOGUE, SLOW_RULES
from rules.parameters import Parameters
from rules.places import Places
from rules.slow.bucket_times import DAY_US, HOUR_US
from schemas.binary_copy import SIGNATURE, TRAILER, decode_rows
from schemas.database import connect
from schemas.roster import Roster
from schemas.settings import Settings
from simulators.benchmarks.children import BenchmarkError, running_apart
from simulators.benchmarks.figures import Figure, alone, compare
from simulators.benchmarks.ground import Ground, open_ground
from simulators.benchmarks.processes import read_cpu_seconds
from simulators.benchmarks.slow_city import MIDNIGHT, SlowCity, build_city, make_blocks

NOW = MIDNIGHT + FILL_AFTER_US
BATCH_ROWS = 5_000
COPY_SECONDS = 10.0
HOUR_SECONDS = 3600.0

FORGET = "DELETE FROM slow_progress"
BEGIN_ANEW = """
INSERT INTO slow_progress (step, done_upto) SELECT step, to_timestamp(at / 1e6)
FROM (VALUES ('hours', %(hour)s), ('days', %(day)s), ('completeness', %(day)s)) AS known (step, at)"""
DROP_INDEX, CREATE_INDEX = (
    "DROP INDEX readings_ts",
    "CREATE INDEX readings_ts ON readings USING brin (ts) WITH (pages_per_range = 64)",
)
COUNT_RISK = "SELECT count(*) FROM building_risk WHERE at = to_timestamp(%s / 1e6)"

Series = defaultdict[str, list[float]]
HOUR = "an hour of readings summed up"
STEPS = (HOUR, "a day summed up", "completeness of a day", "looks of slow rules", "hazards ledger", "risk")


@dataclass(frozen=True)
class Spent:
    """Time by the clock, and that of the processors: of this process and of the one that serves its connection.

    The latter is the clock's where the server is not on this machine.
    """

    seconds: float
    processor_seconds: float


@dataclass(frozen=True)
class Copied:
    """So many rows by COPY."""

    rows: int
    spent: Spent

    @property
    def rate(self) -> float:
        return self.rows / self.spent.seconds

    @property
    def cost(self) -> float:
        """Microseconds of the processors a row."""
        return self.spent.processor_seconds / self.rows * 1e6


class Stopwatch:
    """Time since it was made."""

    def __init__(self, connection: Connection[TupleRow]) -> None:
        self._pid = connection.info.backend_pid
        self._began, self._server_began = time.perf_counter(), read_cpu_seconds(self._pid, "postgres")
        self._process_began = time.process_time()

    def read(self) -> Spent:
        seconds = time.perf_counter() - self._began
        server = read_cpu_seconds(self._pid, "postgres")
        own = time.process_time() - self._process_began
        return Spent(seconds, own + server - self._server_began if server else seconds)


def measure_slow(
    settings: Settings, city: SlowCity, runs: int, copy_seconds: float = COPY_SECONDS
) -> list[Figure]:
    """Each step of the slow work by itself, then COPY with and without all of it beside."""
    series: Series = defaultdict(list)
    with open_ground(settings) as ground:
        build_city(ground, city)
        for run in range(runs):
            spent = time_slow_work(ground.database_url)
            for name, one in spent.items():
                series[name].append(one.processor_seconds)
            series["all"].append(sum(one.processor_seconds for one in spent.values()))
            series["all, clock"].append(sum(one.seconds for one in spent.values()))
            _measure_copy(ground, city, series, copy_seconds, turned=run % 2 == 1)
        _check(ground, city)
    return _conclude(series, city)


def time_slow_work(database_url: str) -> dict[str, Spent]:
    """Do the work of the hour before midnight, and of the day that it ends; what each step took."""
    with connect(database_url, "fengsui slow rules") as connection:
        connection.execute(SET_BOUNDS)
        connection.execute(FORGET)
        connection.execute(BEGIN_ANEW, {"hour": MIDNIGHT - HOUR_US, "day": MIDNIGHT - DAY_US})
        roster = load_roster(connection, Roster.empty(), "bench")
        parameters = Parameters.built_in(CATALOGUE).resolve(roster)
        registered = Registered(roster, parameters, Places(roster))
        steps: dict[str, Callable[[], object]] = {
            HOUR: lambda: fill_hour(connection, NOW),
            STEPS[1]: lambda: fill_day(connection, NOW),
            STEPS[2]: lambda: fill_device_day(connection),
            STEPS[3]: lambda: _look_all(connection, registered),
            STEPS[4]: lambda: keep_ledger(connection),
            STEPS[5]: lambda: judge_hour(connection),
        }
        return {name: _time(connection, step) for name, step in steps.items()}


def _look_all(connection: Connection[TupleRow], registered: Registered) -> None:
    for rule in SLOW_RULES:
        at = find_next_look(connection, rule, NOW)
        if at is None:
            raise BenchmarkError(f"{rule.id} has nothing to look at")
        look(connection, rule, registered, at)


def _time(connection: Connection[TupleRow], step: Callable[[], object]) -> Spent:
    watch = Stopwatch(connection)
    step()
    return watch.read()


def _measure_copy(ground: Ground, city: SlowCity, series: Series, seconds: float, *, turned: bool) -> None:
    """Into the present, so that nothing of it is in the hour that is summed up meanwhile."""
    batches = _cut_batches(city)

    def without() -> None:
        copied = _copy(ground, batches, seconds)
        series["copy"].append(copied.rate)
        series["cost"].append(copied.cost)

    def beside() -> None:
        with running_apart(time_slow_work, ground.database_url) as work:
            copied = _copy_until(ground, batches, work.done)
            series["copy beside"].append(copied.rate)
            series["beside seconds"].append(copied.spent.seconds)

    def unindexed() -> None:
        with ground.connect() as connection:
            connection.execute(DROP_INDEX)
            series["cost unindexed"].append(_copy(ground, batches, seconds).cost)
            connection.execute(CREATE_INDEX)

    measures = [without, beside, unindexed]
    for measure in reversed(measures) if turned else measures:
        measure()
        with ground.connect() as connection:
            connection.execute(
                "DELETE FROM readings WHERE ts >= to_timestamp(%s / 1e6)", (MIDNIGHT + HOUR_US,)
            )


def _cut_batches(city: SlowCity) -> list[bytes]:
    """A minute of later readings in batches as a worker's, without their times."""
    block = b"".join(bytes(block) for block in islice(make_blocks(city, MIDNIGHT + HOUR_US), 1))
    rows = decode_rows(ROW, block)
    return [rows[begin : begin + BATCH_ROWS].tobytes() for begin in range(0, len(rows), BATCH_ROWS)]


def _copy(ground: Ground, batches: list[bytes], seconds: float) -> Copied:
    until = time.perf_counter() + seconds
    return _copy_until(ground, batches, lambda: time.perf_counter() >= until)


def _copy_until(ground: Ground, batches: list[bytes], done: Callable[[], bool]) -> Copied:
    """Bare COPY, a transaction a batch; each round of the batches is a second later than the one before."""
    rows, later_us = 0, 0
    with ground.connect() as connection, connection.cursor() as cursor:
        watch = Stopwatch(connection)
        for place, batch in enumerate(cycle(batches)):
            if done():
                break
            later_us += 1_000_000 if place and place % len(batches) == 0 else 0
            moved = np.frombuffer(batch, ROW).copy()
            moved["ts"] += later_us
            with cursor.copy(COPY_READINGS) as copy:
                copy.write(SIGNATURE + moved.tobytes() + TRAILER)
            rows += len(moved)
        return Copied(rows, watch.read())


def _check(ground: Ground, city: SlowCity) -> None:
    with ground.connect() as connection:
        row = connection.execute(COUNT_RISK, (MIDNIGHT,)).fetchone()
    if row is None or row[0] != city.buildings:
        raise BenchmarkError("not every building has its risk")


def _conclude(series: Series, city: SlowCity) -> list[Figure]:
    slowed = [
        (1 - beside / copy) * min(1.0, seconds / HOUR_SECONDS) * 100
        for beside, copy, seconds in zip(
            series["copy beside"], series["copy"], series["beside seconds"], strict=True
        )
    ]
    return [
        alone("readings in the hour", "rows", [city.rows]),
        *(alone(name, "s of processor", series[name]) for name in STEPS),
        alone("all of it", "s of processor", series["all"]),
        alone("all of it, by the clock", "s", series["all, clock"]),
        compare(
            "COPY while all of it goes on", "rows/s", series["copy beside"], "COPY alone", series["copy"]
        ),
        alone("slower for it, over an hour", "%", slowed),
        compare(
            "COPY with the index of times",
            "µs of processor a row",
            series["cost"],
            "without it",
            series["cost unindexed"],
        ),
    ]
