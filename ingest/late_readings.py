"""Readings of an hour that has been summed up already: noted with the batch that stores them, so that it is done again.

See `ingest.slow.buckets`, which waits for longer than is waited here before it sums up an hour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psycopg import Cursor
from psycopg.rows import TupleRow

from ingest.arrays import write_array
from rules.slow.bucket_times import HOUR_US, floor_time
from schemas.columns import MICROSECONDS

LATE_AFTER_US = 120 * MICROSECONDS
"""How long after its end an hour's readings may still be stored without being noted."""

# A row for an hour, not for a sensor: whoever drains a long queue has thousands of sensors late in every batch.
INSERT_LATE = """
INSERT INTO late_readings (starts_at, sensor_ids)
SELECT to_timestamp(%(hour)s * 3600), %(sensors)s::integer[]
WHERE to_timestamp((%(hour)s + 1) * 3600) < clock_timestamp() - INTERVAL '120 s'"""


@dataclass(frozen=True)
class Late:
    """Which sensors, as a PostgreSQL array, have readings of which hours (since the epoch) before `upto` [µs]."""

    upto: int | None
    sensors: dict[int, str]


def last_on_time(now: int) -> int:
    """Where the hours begin whose readings, stored at `now`, are not late yet; µs since the epoch."""
    return floor_time(now - LATE_AFTER_US, HOUR_US)


def find_late(readings: NDArray[np.void], sensor_ids: NDArray[np.int32], upto: int | None) -> Late:
    """Of readings (n,) of sensors (n,) those observed before `upto`; nearly always none. None takes all of them."""
    observed_at = readings["observed_at"]
    if upto is not None:
        late = observed_at < upto
        if not late.any():
            return Late(upto, {})
        observed_at, sensor_ids = observed_at[late], sensor_ids[late]
    hours = observed_at // HOUR_US
    return Late(
        upto,
        {
            int(hour): write_array(np.unique(sensor_ids[hours == hour]).tolist())
            for hour in np.unique(hours).tolist()
        },
    )


def note_late(cursor: Cursor[TupleRow], late: Late) -> None:
    """Note them, if they are late by the database's own clock too."""
    for hour, sensors in late.sensors.items():
        cursor.execute(INSERT_LATE, {"hour": hour, "sensors": sensors})
