"""A restart forgets nothing: the engine's state is taken from the tables before the first message."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.store_alerts import read_conditions
from ingest.store_readings import ROW
from rules.changes import Change
from rules.engine import Engine
from schemas.binary_copy import POSTGRES_EPOCH_US, decode_rows
from schemas.columns import READING
from schemas.roster import Roster

# Longer than any rule looks back or waits.
LOOK_BACK_US = 15 * 60 * 1_000_000

SELECT_SEQUENCES = "SELECT device_id, last_seq FROM device_state WHERE last_seq IS NOT NULL"
COPY_RECENT = """
COPY (
    SELECT ts, received_at, value, sensor_id, quality FROM readings
    WHERE ts > to_timestamp(%s / 1e6) ORDER BY received_at, ts
) TO STDOUT (FORMAT BINARY)"""


def restore_engine(
    connection: Connection[TupleRow], engine: Engine, roster: Roster, now: int
) -> list[Change]:
    """Bring `engine` to where the tables are; returns the changes that the stored readings make all the same."""
    with connection.cursor() as cursor:
        engine.restore(read_conditions(cursor))
        for device_id, seq in cursor.execute(SELECT_SEQUENCES):
            engine.sequences.restore(roster.device_slots[device_id], seq)
    return engine.rebuild(read_recent(connection, roster, now))


def read_recent(connection: Connection[TupleRow], roster: Roster, now: int) -> NDArray[np.void]:
    """The readings (n,) of the last quarter of an hour in the order of their arrival."""
    with connection.cursor() as cursor, cursor.copy(COPY_RECENT, (now - LOOK_BACK_US,)) as copy:
        rows = decode_rows(ROW, b"".join(bytes(block) for block in copy))
    readings = np.zeros(len(rows), READING)
    readings["slot"] = [roster.sensor_slots[sensor_id] for sensor_id in rows["sensor_id"].tolist()]
    readings["observed_at"] = rows["ts"] + POSTGRES_EPOCH_US
    readings["received_at"] = rows["received_at"] + POSTGRES_EPOCH_US
    readings["value"] = rows["value"]
    readings["quality"] = rows["quality"]
    return readings
