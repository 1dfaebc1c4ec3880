"""The real worker gets through a backlog, and what it did by its own account: the tables."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from simulators.benchmarks.backlog import Backlog
from simulators.benchmarks.children import BenchmarkError
from simulators.benchmarks.ground import WORKER, Ground
from simulators.benchmarks.processes import log_of, read_memory_bytes, running_part, wait_for
from simulators.benchmarks.sharing import divide_buildings, running_shares

SELECT_RECEIVED = "SELECT COALESCE(sum(messages_received), 0)::bigint FROM ingest_totals"
SELECT_LISTENING = "SELECT FROM workers WHERE broker_connected"
# A worker notes the time of its last commit in its sign of life, which comes once a second: so wait for one of each
# that is younger than the moment at which everything was seen to be there.
SELECT_LAST_COMMIT = """
SELECT extract(epoch FROM max(last_commit_at))::float8 FROM workers WHERE worker = ANY(%s)
HAVING count(*) = %s AND bool_and(heartbeat_at > to_timestamp(%s))"""
SELECT_STORED = """
SELECT count(*), extract(epoch FROM min(received_at))::float8, count(DISTINCT xmin::text)
FROM readings WHERE ts >= to_timestamp(%s / 1e3) AND ts < to_timestamp(%s / 1e3)"""


@dataclass(frozen=True)
class Drained:
    """How one or several workers got through a backlog.

    Attributes
    ----------
    seconds
        From the first message that any received to the last commit of any, by their own clock readings: starting the
        interpreter, loading the registry and polling from outside are not in it.
    transactions
        Commits it took; rows divided by them is the size of its batches.
    peak_bytes
        The most memory that was resident in one worker.
    """

    messages: int
    rows: int
    seconds: float
    transactions: int
    peak_bytes: int


def wait_until_listening(ground: Ground, process: subprocess.Popen[bytes]) -> None:
    """Wait until the worker has told the database that it has the broker."""
    log = log_of(ground.settings, "ingest")
    with ground.connect() as connection:
        wait_for([process], log, lambda: bool(connection.execute(SELECT_LISTENING).fetchall()), "listening")


def drain_backlog(ground: Ground, backlog: Backlog, shares: Sequence[str] = (WORKER,)) -> Drained:
    """Let the worker of each share get through what is queued for it, and see that every row is in the table.

    Raises
    ------
    BenchmarkError
        Not all of it is there afterwards.
    """
    log = log_of(ground.settings, "ingest")
    divide_buildings(ground, shares)
    with ground.connect() as connection, _running(ground, shares) as workers:
        everything = backlog.messages
        wait_for(workers, log, lambda: _count_received(connection) >= everything, "draining")
        complete_at = time.time()
        parameters = (list(shares), len(shares), complete_at)
        wait_for(
            workers,
            log,
            lambda: bool(connection.execute(SELECT_LAST_COMMIT, parameters).fetchall()),
            "a sign of life",
        )
        ended = _fetch(connection, SELECT_LAST_COMMIT, parameters)
        peak = max(read_memory_bytes(worker.pid, peak=True) for worker in workers)
        rows, began, transactions = _read_stored(connection, backlog)
    if rows != backlog.rows:
        raise BenchmarkError(f"{rows} of {backlog.rows} readings are in the table; see quarantine and {log}")
    return Drained(everything, rows, ended - began, transactions, peak)


@contextmanager
def _running(ground: Ground, shares: Sequence[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """One as everybody starts it; several begun at one moment."""
    if len(shares) == 1:
        with running_part(ground.settings.model_copy(update={"share": shares[0]}), "ingest") as process:
            yield [process]
    else:
        with running_shares(ground, shares) as workers:
            yield workers


def _read_stored(connection: Connection[TupleRow], backlog: Backlog) -> tuple[int, float, int]:
    until_ms = backlog.start_ms + backlog.span_ms
    row = connection.execute(SELECT_STORED, (backlog.start_ms, until_ms)).fetchone()
    assert row is not None
    return row[0], row[1] or 0.0, row[2]


def _count_received(connection: Connection[TupleRow]) -> float:
    return _fetch(connection, SELECT_RECEIVED, ())


def _fetch(connection: Connection[TupleRow], query: LiteralString, parameters: tuple[object, ...]) -> float:
    row = connection.execute(query, parameters).fetchone()
    return float(row[0] or 0.0) if row else 0.0
