"""The real worker as its own process, and what it did by its own account: the tables."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from schemas.settings import Settings
from simulators.benchmarks.backlog import Backlog
from simulators.benchmarks.children import BenchmarkError
from simulators.benchmarks.ground import Ground

PATIENCE_SECONDS = 600.0
POLL_SECONDS = 0.02
STOP_SECONDS = 20.0

SELECT_RECEIVED = "SELECT COALESCE(sum(messages_received), 0)::bigint FROM ingest_totals"
SELECT_LISTENING = "SELECT FROM workers WHERE broker_connected"
# The worker notes the time of its last commit in its sign of life, which comes once a second: so wait for one that
# is younger than the moment at which everything was seen to be there.
SELECT_LAST_COMMIT = """
SELECT extract(epoch FROM last_commit_at)::float8 FROM workers WHERE heartbeat_at > to_timestamp(%s)"""
SELECT_STORED = """
SELECT count(*), extract(epoch FROM min(received_at))::float8, count(DISTINCT xmin::text)
FROM readings WHERE ts >= to_timestamp(%s / 1e3) AND ts < to_timestamp(%s / 1e3)"""


@dataclass(frozen=True)
class Drained:
    """How a worker got through a backlog.

    Attributes
    ----------
    seconds
        From the first message received to the last commit, by the worker's own clock readings: starting the
        interpreter, loading the registry and polling from outside are not in it.
    transactions
        Commits it took; rows divided by them is the size of its batches.
    peak_bytes
        The most memory that was resident.
    """

    messages: int
    rows: int
    seconds: float
    transactions: int
    peak_bytes: int


@contextmanager
def running_part(settings: Settings, part: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``fengsui ingest`` or ``fengsui api`` on these settings for the length of a block."""
    environment = {
        "FENGSUI_DATABASE_URL": settings.database_url or "",
        "FENGSUI_MQTT_URL": settings.mqtt_url or "",
        "FENGSUI_TOPIC_ROOT": settings.topic_root,
        "FENGSUI_DATA_DIR": str(settings.data_dir),
        "FENGSUI_HTTP_PORT": str(settings.http_port),
    }
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    log = settings.data_dir / f"{part}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", part],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(process: subprocess.Popen[bytes], log: Path, condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so.

    Raises
    ------
    BenchmarkError
        The process has ended, or it takes too long.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            words = log.read_text(errors="replace").strip().splitlines()[-1:]
            raise BenchmarkError(f"{what} did not happen; the last in {log.name}: {' '.join(words)}")
        time.sleep(POLL_SECONDS)


def wait_until_listening(ground: Ground, process: subprocess.Popen[bytes]) -> None:
    """Wait until the worker has told the database that it has the broker."""
    log = ground.settings.data_dir / "ingest.log"
    with ground.connect() as connection:
        wait_for(process, log, lambda: bool(connection.execute(SELECT_LISTENING).fetchall()), "listening")


def drain_backlog(ground: Ground, backlog: Backlog) -> Drained:
    """Let a worker get through what is queued for it, and see that every row of it is in the table."""
    log = ground.settings.data_dir / "ingest.log"
    with ground.connect() as connection, running_part(ground.settings, "ingest") as process:
        everything = backlog.messages
        wait_for(process, log, lambda: _fetch(connection, SELECT_RECEIVED) >= everything, "draining")
        complete_at = time.time()
        wait_for(
            process,
            log,
            lambda: bool(connection.execute(SELECT_LAST_COMMIT, (complete_at,)).fetchall()),
            "a sign of life",
        )
        ended = _fetch(connection, SELECT_LAST_COMMIT, (complete_at,))
        peak = _read_peak_bytes(process.pid)
        rows, began, transactions = _read_stored(connection, backlog)
    if rows != backlog.rows:
        raise BenchmarkError(f"{rows} of {backlog.rows} readings are in the table; see quarantine and {log}")
    return Drained(everything, rows, ended - began, transactions, peak)


def _read_stored(connection: Connection[TupleRow], backlog: Backlog) -> tuple[int, float, int]:
    until_ms = backlog.start_ms + backlog.span_ms
    row = connection.execute(SELECT_STORED, (backlog.start_ms, until_ms)).fetchone()
    assert row is not None
    return row[0], row[1] or 0.0, row[2]


def _fetch(
    connection: Connection[TupleRow], query: LiteralString, parameters: tuple[float, ...] = ()
) -> float:
    row = connection.execute(query, parameters).fetchone()
    return float(row[0] or 0.0) if row else 0.0


def _read_peak_bytes(pid: int) -> int:
    """The kernel's high-water mark; 0 where it does not keep one."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
