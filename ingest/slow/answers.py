"""Answers of people to the alerts of each day, packed for whoever asks how long they took."""

from __future__ import annotations

from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.slow.progress import ANSWERS, find_next_hour, note_progress

MOST_CHANGES = 20_000
"""In one step: of a city that has never been looked at, all there ever were wait."""

SELECT_CHANGES = "SELECT p.change_id, c.last_id FROM answer_progress p, change_counter c"
SELECT_DAYS = """
SELECT DISTINCT (recorded_at AT TIME ZONE 'Asia/Shanghai')::date FROM alerts
WHERE change_id > %(after)s AND change_id <= %(upto)s"""
DELETE_DAYS = "DELETE FROM answer_days WHERE day = ANY(%(days)s)"
# A day is packed as it is now, with changes that come after those that are looked at.
PACK_DAYS = """
INSERT INTO answer_days (day, act, person, seconds, hours, classes)
SELECT changed.day, act, person, string_agg(float8send(seconds), ''), string_agg(int2send(hour), ''),
       string_agg(int2send(class_place), '')
FROM unnest(%(days)s::date[]) AS changed (day)
JOIN answers a ON a.recorded_at >= changed.day::timestamp AT TIME ZONE 'Asia/Shanghai'
              AND a.recorded_at < (changed.day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
GROUP BY 1, 2, 3"""
UPDATE_PROGRESS = "UPDATE answer_progress SET change_id = %(upto)s"


def pack_answers(connection: Connection[TupleRow]) -> bool:
    """Take up the next changes of alerts, each hour until there are none; False when there is nothing to do."""
    hour = find_next_hour(connection, ANSWERS)
    if hour is None:
        return False
    with connection.transaction():
        row = connection.execute(SELECT_CHANGES).fetchone()
        assert row is not None
        after, newest = row
        upto = min(newest, after + MOST_CHANGES)
        changed = connection.execute(SELECT_DAYS, {"after": after, "upto": upto}).fetchall()
        days = {"days": [day for (day,) in changed]}
        connection.execute(DELETE_DAYS, days)
        connection.execute(PACK_DAYS, days)
        connection.execute(UPDATE_PROGRESS, {"upto": upto})
        if upto == newest:
            note_progress(connection, ANSWERS, hour)
    return True
