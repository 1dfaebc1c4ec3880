"""What the tables know of buildings that a share takes over, at its start or when they move to it.

A restart forgets nothing: the engine is brought to where the tables are before it judges the first message.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.store_alerts import read_conditions
from ingest.store_readings import ROW
from rules.changes import Change, KnownCondition
from rules.engine import Engine
from schemas.binary_copy import POSTGRES_EPOCH_US, decode_rows
from schemas.columns import READING
from schemas.roster import Roster

# Longer than any rule looks back or waits.
LOOK_BACK_US = 15 * 60 * 1_000_000

SELECT_SEQUENCES = """
SELECT device_id, last_seq FROM device_state JOIN devices USING (device_id) JOIN buildings USING (building_id)
WHERE last_seq IS NOT NULL AND buildings.code = ANY(%s)"""
COPY_RECENT = """
COPY (
    SELECT ts, received_at, value, sensor_id, quality FROM readings
    WHERE ts > to_timestamp(%s / 1e6) AND sensor_id IN (
        SELECT sensor_id FROM sensors JOIN devices USING (device_id) JOIN buildings USING (building_id)
        WHERE buildings.code = ANY(%s)
    )
    ORDER BY received_at, ts
) TO STDOUT (FORMAT BINARY)"""


@dataclass(frozen=True)
class Known:
    """Conditions, the number up to which each device slot is stored, and the readings (n,) of the last while."""

    conditions: list[KnownCondition]
    sequences: list[tuple[int, int]]
    readings: NDArray[np.void]


def read_known(connection: Connection[TupleRow], roster: Roster, buildings: Iterable[str], now: int) -> Known:
    """Read all of it for buildings given by their codes."""
    codes = sorted(buildings)
    with connection.cursor() as cursor:
        conditions = read_conditions(cursor, codes)
        sequences = [
            (roster.device_slots[device_id], seq)
            for device_id, seq in cursor.execute(SELECT_SEQUENCES, (codes,)).fetchall()
            if device_id in roster.device_slots
        ]
    return Known(conditions, sequences, read_recent(connection, roster, codes, now))


def restore_engine(engine: Engine, known: Known) -> list[Change]:
    """Bring `engine` to where the tables are; returns the changes that the stored readings make all the same."""
    engine.restore(known.conditions)
    for slot, seq in known.sequences:
        engine.sequences.restore(slot, seq)
    return engine.rebuild(known.readings)


def read_recent(
    connection: Connection[TupleRow], roster: Roster, buildings: list[str], now: int
) -> NDArray[np.void]:
    """The readings (n,) of the last quarter of an hour in the order of their arrival."""
    with connection.cursor() as cursor, cursor.copy(COPY_RECENT, (now - LOOK_BACK_US, buildings)) as copy:
        rows = decode_rows(ROW, b"".join(bytes(block) for block in copy))
    # A sensor registered since the roster was read has nothing to restore yet.
    rows = rows[[sensor_id in roster.sensor_slots for sensor_id in rows["sensor_id"].tolist()]]
    readings = np.zeros(len(rows), READING)
    readings["slot"] = [roster.sensor_slots[sensor_id] for sensor_id in rows["sensor_id"].tolist()]
    readings["observed_at"] = rows["ts"] + POSTGRES_EPOCH_US
    readings["received_at"] = rows["received_at"] + POSTGRES_EPOCH_US
    readings["value"] = rows["value"]
    readings["quality"] = rows["quality"]
    return readings
