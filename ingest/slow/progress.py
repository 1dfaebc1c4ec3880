"""How far each kind of slow work has come; written in the transaction that does the work."""

from __future__ import annotations

from psycopg import Connection
from psycopg.rows import TupleRow

from rules.slow.bucket_times import HOUR_US

MOST_HOURS_BEHIND = 72

SELECT_PROGRESS = """
SELECT (extract(epoch FROM done_upto) * 1e6)::bigint FROM slow_progress WHERE step = %s"""
UPSERT_PROGRESS = """
INSERT INTO slow_progress (step, done_upto) VALUES (%s, to_timestamp(%s / 1e6))
ON CONFLICT (step) DO UPDATE SET done_upto = EXCLUDED.done_upto, done_at = clock_timestamp()"""

HOURS, DAYS, COMPLETENESS, HAZARDS, RISK = "hours", "days", "completeness", "hazards", "risk"
ANSWERS = "answers"


def read_progress(connection: Connection[TupleRow], step: str) -> int | None:
    """Up to when a step has done its work [µs since the epoch]; None before its first time."""
    row = connection.execute(SELECT_PROGRESS, (step,)).fetchone()
    return None if row is None else int(row[0])


def find_next_hour(connection: Connection[TupleRow], step: str) -> int | None:
    """The next hour a step is to judge, of those that are summed up; None while there is none.

    The first one there ever is, is the latest; after an absence only the last three days are made up for.
    """
    filled = read_progress(connection, HOURS)
    if filled is None:
        return None
    done = read_progress(connection, step)
    if done is None:
        return filled
    hour = max(done + HOUR_US, filled - MOST_HOURS_BEHIND * HOUR_US)
    return hour if hour <= filled else None


def note_progress(connection: Connection[TupleRow], step: str, done_upto: int) -> None:
    """To be called within the transaction that did the work."""
    connection.execute(UPSERT_PROGRESS, (step, done_upto))
