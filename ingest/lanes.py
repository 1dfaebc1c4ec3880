"""How far each lane is stored: a lane is a run of numbered batches that share one spool file."""

from __future__ import annotations

from psycopg import Connection
from psycopg.rows import TupleRow

SELECT_LAST_BATCH = "SELECT last_batch FROM ingest_lanes WHERE lane = %s"
# Each start of a worker begins a lane. What a spool holds is refused as too old long before this.
FORGET_OLD = "DELETE FROM ingest_lanes WHERE stored_at < clock_timestamp() - interval '400 days'"


def read_last_batch(connection: Connection[TupleRow], lane: str) -> int:
    """Number of the last batch that took effect: one whose commit was not confirmed may have, all the same."""
    row = connection.execute(SELECT_LAST_BATCH, (lane,)).fetchone()
    return int(row[0]) if row is not None else 0


def forget_old_lanes(connection: Connection[TupleRow]) -> None:
    connection.execute(FORGET_OLD)
