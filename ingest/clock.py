"""The worker's clock: the database's time, carried on by a clock that nobody sets.

A machine whose clock is stepped by an hour would take honest readings for ones from the future, or silence for an hour
of it. The database's clock is the one that all workers share and that the API compares with.
"""

from __future__ import annotations

import time

from psycopg import Connection
from psycopg.rows import TupleRow

SELECT_NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1e6)::bigint"
# An answer that took longer says too little about when it was given; a difference this large is taken all the same.
QUICK_US, LARGE_US = 50_000, 1_000_000


class DatabaseClock:
    """Microseconds since the epoch; this machine's own time until the database has been asked."""

    def __init__(self) -> None:
        self._offset_us = time.time_ns() // 1000 - _count_us()

    def now(self) -> int:
        return _count_us() + self._offset_us

    def ask(self, connection: Connection[TupleRow]) -> None:
        """Set it by the database's, which may have been asked long ago."""
        asked_at = _count_us()
        row = connection.execute(SELECT_NOW).fetchone()
        took_us = _count_us() - asked_at
        assert row is not None
        offset_us = row[0] - (asked_at + took_us // 2)
        if took_us <= QUICK_US or abs(offset_us - self._offset_us) > LARGE_US:
            self._offset_us = offset_us


def _count_us() -> int:
    return time.monotonic_ns() // 1000
