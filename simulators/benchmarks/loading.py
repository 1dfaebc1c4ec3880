"""Yardsticks in the database alone: bare binary COPY of given rows, with and without an index."""

from __future__ import annotations

import time
from typing import LiteralString

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.store_readings import COPY_READINGS, ROW
from schemas.binary_copy import SIGNATURE, TRAILER, decode_rows
from simulators.benchmarks.backlog import Backlog
from simulators.benchmarks.ground import Ground

# In the order in which the worker stored them.
COPY_OUT: LiteralString = """
COPY (
    SELECT ts, received_at, value, sensor_id, quality FROM readings
    WHERE ts >= to_timestamp(%s / 1e3) ORDER BY tableoid, ctid
) TO STDOUT (FORMAT BINARY)"""
CREATE_BARE: LiteralString = "CREATE TABLE IF NOT EXISTS bare_readings (LIKE readings)"
EMPTY_BARE: LiteralString = "TRUNCATE bare_readings"
COPY_BARE: LiteralString = (
    "COPY bare_readings (ts, received_at, value, sensor_id, quality) FROM STDIN (FORMAT BINARY)"
)


def read_rows(ground: Ground, backlog: Backlog) -> NDArray[np.void]:
    """What a worker has stored of a backlog, (n_rows,) as it goes over the wire."""
    with (
        ground.connect() as connection,
        connection.cursor() as cursor,
        cursor.copy(COPY_OUT, (backlog.start_ms,)) as copy,
    ):
        return decode_rows(ROW, b"".join(bytes(block) for block in copy))


def copy_into_readings(
    ground: Ground, rows: NDArray[np.void], batch_rows: int, *, empty: bool = True
) -> float:
    """Rows a second of COPY straight into `readings`, emptied or as it is, one transaction a batch."""
    ground.clear(readings=empty)
    with ground.connect() as connection:
        return _copy(connection, COPY_READINGS, rows, batch_rows)


def move_rows(rows: NDArray[np.void], later_ms: int) -> NDArray[np.void]:
    """The same readings so much later, where a table that has these already has none."""
    moved = rows.copy()
    moved["ts"] += later_ms * 1000
    return moved


def copy_into_bare(ground: Ground, rows: NDArray[np.void], batch_rows: int) -> float:
    """The same into a plain table without any index: the most this server takes."""
    with ground.connect() as connection:
        connection.execute(CREATE_BARE)
        connection.execute(EMPTY_BARE)
        ground.clear(readings=True)
        return _copy(connection, COPY_BARE, rows, batch_rows)


def _copy(
    connection: Connection[TupleRow], statement: LiteralString, rows: NDArray[np.void], batch_rows: int
) -> float:
    # Made before the clock runs: nothing but the database's own work is measured.
    batches = [
        SIGNATURE + rows[start : start + batch_rows].tobytes() + TRAILER
        for start in range(0, len(rows), batch_rows)
    ]
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for batch in batches:
            with cursor.copy(statement) as copy:
                copy.write(batch)
    return len(rows) / (time.perf_counter() - began)
