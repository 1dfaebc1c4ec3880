"""Readings summed up by hours and days, so that nothing slow ever reads single readings again.

An hour is filled once it is over and what is on its way has come; what comes later still is noted by whoever stores
it (`ingest.late_readings`), and the sensor's hour and day are made anew.
"""

from __future__ import annotations

from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.slow.completeness import refill_device_day
from ingest.slow.progress import DAYS, HOURS, note_progress, read_progress
from rules.slow.bucket_times import DAY_US, HOUR_US, floor_time
from schemas.columns import MICROSECONDS

FILL_AFTER_US = 300 * MICROSECONDS
"""How long after its end an hour is filled: later than any of its readings is stored without being noted as late."""
# What is older when the tables are summed up for the first time is left out.
FURTHEST_BACK_US = 45 * DAY_US
KEEP_HOURS_US, KEEP_DAYS_US = 45 * DAY_US, 400 * DAY_US
MOST_LATE = 20_000

SELECT_FIRST = """
SELECT (extract(epoch FROM min(range_start)) * 1e6)::bigint
FROM timescaledb_information.chunks WHERE hypertable_schema = current_schema() AND hypertable_name = 'readings'"""
# New pages are not in the index of times until they are summarised.
SUMMARIZE = """
SELECT brin_summarize_new_values(i.indexrelid)
FROM timescaledb_information.chunks k
JOIN pg_index i ON i.indrelid = format('%%I.%%I', k.chunk_schema, k.chunk_name)::regclass
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
WHERE m.amname = 'brin' AND k.hypertable_schema = current_schema() AND k.hypertable_name = 'readings'
  AND k.range_start < to_timestamp(%(end)s / 1e6) AND k.range_end > to_timestamp(%(start)s / 1e6)"""
# A sum and a count: PostgreSQL's own mean keeps track of its rounding, and takes twice as long. Rows of the wrong hour
# there are none, so the hour is not asked of each of millions.
FILL_HOUR = """
INSERT INTO reading_hours (starts_at, sensor_id, received, good, least, mean, most)
SELECT to_timestamp(%(start)s / 1e6), sensor_id, received, good, least, total / NULLIF(good, 0), most
FROM (
    SELECT sensor_id, count(*) AS received, count(*) FILTER (WHERE quality = 0) AS good,
           min(value) FILTER (WHERE quality = 0) AS least, sum(value) FILTER (WHERE quality = 0) AS total,
           max(value) FILTER (WHERE quality = 0) AS most
    FROM readings WHERE ts >= to_timestamp(%(start)s / 1e6) AND ts < to_timestamp(%(end)s / 1e6) GROUP BY sensor_id
) made
ON CONFLICT (sensor_id, starts_at) DO UPDATE SET
    received = EXCLUDED.received, good = EXCLUDED.good,
    least = EXCLUDED.least, mean = EXCLUDED.mean, most = EXCLUDED.most"""
TAKE_LATE = """
WITH counted AS (
    SELECT late_id, sum(cardinality(sensor_ids)) OVER (ORDER BY late_id) - cardinality(sensor_ids) AS before
    FROM (SELECT late_id, sensor_ids FROM late_readings ORDER BY late_id LIMIT 1000) first),
taken AS (
    DELETE FROM late_readings WHERE late_id IN (SELECT late_id FROM counted WHERE before < %s)
    RETURNING sensor_ids, starts_at)
SELECT sensor_id, starts_at FROM taken, unnest(sensor_ids) sensor_id GROUP BY 1, 2 ORDER BY 1, 2"""
FILL_LATE = """
INSERT INTO reading_hours (starts_at, sensor_id, received, good, least, mean, most)
SELECT late.starts_at, late.sensor_id, made.*
FROM unnest(%s::integer[], %s::timestamptz[]) AS late (sensor_id, starts_at)
CROSS JOIN LATERAL (
    SELECT count(*), count(*) FILTER (WHERE quality = 0), min(value) FILTER (WHERE quality = 0),
           avg(value) FILTER (WHERE quality = 0), max(value) FILTER (WHERE quality = 0)
    FROM readings r
    WHERE r.sensor_id = late.sensor_id AND ts >= late.starts_at AND ts < late.starts_at + INTERVAL '1 hour'
) made (received, good, least, mean, most)
WHERE made.received > 0
ON CONFLICT (sensor_id, starts_at) DO UPDATE SET
    received = EXCLUDED.received, good = EXCLUDED.good,
    least = EXCLUDED.least, mean = EXCLUDED.mean, most = EXCLUDED.most"""
FILL_DAY = """
INSERT INTO reading_days (starts_at, sensor_id, received, good, least, mean, most, quiet)
SELECT time_bucket('1 day', starts_at, 'Asia/Shanghai'), sensor_id, sum(received), sum(good), min(least),
       sum(mean::float8 * good) / NULLIF(sum(good), 0), max(most), min(mean)
FROM reading_hours WHERE starts_at >= to_timestamp(%(start)s / 1e6) AND starts_at < to_timestamp(%(end)s / 1e6)
  AND (%(sensors)s::integer[] IS NULL OR sensor_id = ANY(%(sensors)s))
GROUP BY 1, 2
ON CONFLICT (sensor_id, starts_at) DO UPDATE SET
    received = EXCLUDED.received, good = EXCLUDED.good, least = EXCLUDED.least, mean = EXCLUDED.mean,
    most = EXCLUDED.most, quiet = EXCLUDED.quiet"""
DROP_OLD = """
SELECT drop_chunks('reading_hours', to_timestamp(%s / 1e6)), drop_chunks('reading_days', to_timestamp(%s / 1e6))"""


def fill_hour(connection: Connection[TupleRow], now: int) -> bool:
    """Sum up the next hour if it is time to; False when there is none."""
    start = read_progress(connection, HOURS)
    if start is None:
        # What needs no readings, as the risk of a building, is judged at once.
        note_progress(connection, HOURS, _find_first(connection, now))
        return True
    end = start + HOUR_US
    if end + FILL_AFTER_US > now:
        return False
    connection.execute(SUMMARIZE, {"start": start, "end": end})
    with connection.transaction():
        connection.execute(FILL_HOUR, {"start": start, "end": end})
        note_progress(connection, HOURS, end)
    return True


def fill_day(connection: Connection[TupleRow], now: int) -> bool:
    """Sum up the next day whose hours are all filled; False when there is none."""
    filled = read_progress(connection, HOURS)
    if filled is None:
        return False
    done = read_progress(connection, DAYS)
    start = floor_time(_find_first(connection, now), DAY_US) if done is None else done
    end = start + DAY_US
    if end > filled:
        return False
    with connection.transaction():
        connection.execute(FILL_DAY, {"start": start, "end": end, "sensors": None})
        note_progress(connection, DAYS, end)
    connection.execute(DROP_OLD, (now - KEEP_HOURS_US, now - KEEP_DAYS_US))
    return True


def fill_late(connection: Connection[TupleRow]) -> bool:
    """Make anew what got readings after it had been summed up; False when there was nothing."""
    with connection.transaction():
        late = connection.execute(TAKE_LATE, (MOST_LATE,)).fetchall()
        if not late:
            return False
        connection.execute(FILL_LATE, ([sensor_id for sensor_id, _ in late], [at for _, at in late]))
        days_upto = read_progress(connection, DAYS) or 0
        sensors_of: dict[int, list[int]] = {}
        for sensor_id, at in late:
            sensors_of.setdefault(floor_time(round(at.timestamp()) * MICROSECONDS, DAY_US), []).append(
                sensor_id
            )
        for start, sensors in sorted(sensors_of.items()):
            if start < days_upto:
                connection.execute(FILL_DAY, {"start": start, "end": start + DAY_US, "sensors": sensors})
                refill_device_day(connection, start, sensors)
    return True


def _find_first(connection: Connection[TupleRow], now: int) -> int:
    """Where to begin when nothing was ever summed up."""
    row = connection.execute(SELECT_FIRST).fetchone()
    first = floor_time(now, HOUR_US) if row is None or row[0] is None else int(row[0])
    return floor_time(max(first, now - FURTHEST_BACK_US), HOUR_US)
