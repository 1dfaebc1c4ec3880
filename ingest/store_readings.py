"""Readings into the hypertable: straight binary COPY, and the sorting of a batch that collides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psycopg import Cursor
from psycopg.rows import TupleRow

from schemas.binary_copy import POSTGRES_EPOCH_US, encode_rows, make_row_type

ROW = make_row_type(
    [("ts", "i8"), ("received_at", "i8"), ("value", "f8"), ("sensor_id", "i4"), ("quality", "i2")]
)
ROW_WITH_PLACE = make_row_type(
    [
        ("ts", "i8"),
        ("received_at", "i8"),
        ("value", "f8"),
        ("sensor_id", "i4"),
        ("quality", "i2"),
        ("place", "i4"),
    ]
)

COPY_READINGS = "COPY readings (ts, received_at, value, sensor_id, quality) FROM STDIN (FORMAT BINARY)"
CREATE_INCOMING = "CREATE TEMPORARY TABLE incoming (LIKE readings, place integer NOT NULL) ON COMMIT DROP"
COPY_INCOMING = "COPY incoming (ts, received_at, value, sensor_id, quality, place) FROM STDIN (FORMAT BINARY)"
# Of several rows of one key within the batch the first counts as the reading, as if they had come one by one.
INSERT_NEW = """
WITH first AS (
    SELECT DISTINCT ON (sensor_id, ts) * FROM incoming ORDER BY sensor_id, ts, place
), put AS (
    INSERT INTO readings (ts, received_at, value, sensor_id, quality)
    SELECT ts, received_at, value, sensor_id, quality FROM first
    ON CONFLICT (sensor_id, ts) DO NOTHING
    RETURNING sensor_id, ts
)
SELECT first.place FROM first JOIN put USING (sensor_id, ts)"""
# The bounds let TimescaleDB leave out the chunks that cannot hold a row of this batch.
SELECT_CONFLICTS = """
SELECT incoming.place
FROM incoming JOIN readings USING (sensor_id, ts)
WHERE readings.value <> incoming.value
  AND readings.ts BETWEEN (SELECT min(ts) FROM incoming) AND (SELECT max(ts) FROM incoming)"""
KEEP_CONFLICTS = """
INSERT INTO reading_conflicts (sensor_id, ts, value, quality, received_at)
SELECT DISTINCT ON (sensor_id, ts, value) sensor_id, ts, value, quality, received_at
FROM incoming WHERE place = ANY(%s) ORDER BY sensor_id, ts, value, place
ON CONFLICT DO NOTHING"""


@dataclass(frozen=True)
class Fates:
    """What became of each of (n,) readings; exactly one is true for each."""

    stored: NDArray[np.bool_]
    duplicate: NDArray[np.bool_]
    conflict: NDArray[np.bool_]


def encode_readings(readings: NDArray[np.void], sensor_ids: NDArray[np.int32]) -> bytearray:
    """A batch's readings (n,) as `copy_readings` sends them: sensor by sensor, as the index has them."""
    if not len(readings):
        return bytearray()
    order = np.argsort(sensor_ids, kind="stable")
    return encode_rows(ROW, _columns(readings[order], sensor_ids[order]))


def copy_readings(cursor: Cursor[TupleRow], stream: bytearray, count: int) -> Fates:
    """Store `count` readings that are all new.

    Raises
    ------
    psycopg.errors.UniqueViolation
        They are not, and none was stored.
    """
    if count:
        with cursor.copy(COPY_READINGS) as copy:
            copy.write(stream)
    everything = np.ones(count, np.bool_)
    return Fates(everything, ~everything, ~everything)


def sort_readings(
    cursor: Cursor[TupleRow], readings: NDArray[np.void], sensor_ids: NDArray[np.int32]
) -> Fates:
    """Store what is new, pass over what is known, and keep apart what contradicts a stored reading."""
    cursor.execute(CREATE_INCOMING)
    columns = _columns(readings, sensor_ids) | {"place": np.arange(len(readings), dtype=np.int32)}
    with cursor.copy(COPY_INCOMING) as copy:
        copy.write(encode_rows(ROW_WITH_PLACE, columns))
    stored = _mark(cursor.execute(INSERT_NEW).fetchall(), len(readings))
    conflict = _mark(cursor.execute(SELECT_CONFLICTS).fetchall(), len(readings)) & ~stored
    if conflict.any():
        cursor.execute(KEEP_CONFLICTS, (np.flatnonzero(conflict).tolist(),))
    return Fates(stored, ~stored & ~conflict, conflict)


def _columns(readings: NDArray[np.void], sensor_ids: NDArray[np.int32]) -> dict[str, NDArray[np.generic]]:
    return {
        "ts": readings["observed_at"] - POSTGRES_EPOCH_US,
        "received_at": readings["received_at"] - POSTGRES_EPOCH_US,
        "value": readings["value"],
        "sensor_id": sensor_ids,
        "quality": readings["quality"],
    }


def _mark(places: list[TupleRow], length: int) -> NDArray[np.bool_]:
    marks = np.zeros(length, np.bool_)
    marks[[place for (place,) in places]] = True
    return marks
