"""Readings of an hour that has been summed up already: noted with the batch that stores them, so that it is done again.

See `ingest.slow.buckets`, which waits for longer than is waited here before it sums up an hour.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from psycopg import Cursor
from psycopg.rows import TupleRow

from ingest.arrays import write_array
from rules.slow.bucket_times import HOUR_US, floor_time
from schemas.columns import MICROSECONDS

LATE_AFTER_US = 120 * MICROSECONDS
"""How long after its end an hour's readings may still be stored without being noted."""

HOUR_BITS = 32
INSERT_LATE = """
INSERT INTO late_readings (sensor_id, starts_at)
SELECT sensor_id, to_timestamp(hour * 3600) FROM unnest(%s::integer[], %s::bigint[]) AS come (sensor_id, hour)
WHERE to_timestamp((hour + 1) * 3600) < clock_timestamp() - INTERVAL '120 s'"""


def note_late(
    cursor: Cursor[TupleRow], readings: NDArray[np.void], sensor_ids: NDArray[np.int32], now: int | None
) -> None:
    """Note which sensors (n,) of these readings (n,) come late for which hours; nearly always none.

    `now` tells without asking the database; None where the batch may have lain in a spool for long.
    """
    observed_at = readings["observed_at"]
    if now is not None:
        late = observed_at < floor_time(now - LATE_AFTER_US, HOUR_US)
        if not late.any():
            return
        observed_at, sensor_ids = observed_at[late], sensor_ids[late]
    if len(observed_at):
        # One number for sensor and hour: numpy finds the different ones of these many times faster than of pairs.
        keys = np.unique(sensor_ids.astype(np.int64) << HOUR_BITS | observed_at // HOUR_US)
        columns = keys >> HOUR_BITS, keys & ((1 << HOUR_BITS) - 1)
        cursor.execute(INSERT_LATE, [write_array(column.tolist()) for column in columns])
