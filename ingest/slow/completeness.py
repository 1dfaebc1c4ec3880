"""How complete the reports of each device were, a day at a time."""

from __future__ import annotations

from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.slow.progress import COMPLETENESS, DAYS, note_progress, read_progress
from rules.slow.bucket_times import DAY_US

# A device beneath a silent gateway is silent too, though only the gateway's silence is told.
FILL_DEVICE_DAY = """
WITH asked AS (SELECT to_timestamp(%(start)s / 1e6) AS start, to_timestamp(%(end)s / 1e6) AS "end"),
silence AS (
    SELECT device_id,
           sum(extract(epoch FROM LEAST(COALESCE(cleared_at, 'infinity'), "end")
                                  - GREATEST(raised_at, start))) AS seconds
    FROM (
        SELECT device_id, raised_at, cleared_at FROM alerts
        WHERE rule IN ('device_silent', 'gateway_silent') AND subject_kind = 'device'
        UNION
        SELECT beneath.device_id, raised_at, cleared_at
        FROM alerts a JOIN devices beneath ON beneath.gateway_id = a.device_id
        WHERE a.rule = 'gateway_silent' AND a.subject_kind = 'device'
    ) silent, asked
    WHERE raised_at < "end" AND COALESCE(cleared_at, 'infinity') > start
    GROUP BY device_id
)
INSERT INTO device_days (starts_at, device_id, received, expected, silent_seconds)
SELECT asked.start, d.device_id, COALESCE(sum(LEAST(COALESCE(r.received, 0), round(86400 / s.interval_seconds))), 0),
       COALESCE(sum(round(86400 / s.interval_seconds)), 0), LEAST(86400, COALESCE(min(silence.seconds), 0))
FROM asked CROSS JOIN devices d
JOIN sensors s USING (device_id)
LEFT JOIN reading_days r ON r.sensor_id = s.sensor_id AND r.starts_at = asked.start
LEFT JOIN silence ON silence.device_id = d.device_id
WHERE NOT d.retired AND (%(devices)s::integer[] IS NULL OR d.device_id = ANY(%(devices)s))
GROUP BY asked.start, d.device_id
ON CONFLICT (device_id, starts_at) DO UPDATE SET
    received = EXCLUDED.received, expected = EXCLUDED.expected, silent_seconds = EXCLUDED.silent_seconds"""
# Of a building every device that was judged that day, retired since or not.
FILL_BUILDING_DAY = """
INSERT INTO building_days (starts_at, building_id, devices, received, expected, silent_seconds)
SELECT c.starts_at, d.building_id, count(*), sum(c.received), sum(c.expected), sum(c.silent_seconds)
FROM device_days c JOIN devices d USING (device_id)
WHERE c.starts_at = to_timestamp(%(start)s / 1e6)
  AND (%(devices)s::integer[] IS NULL
       OR d.building_id IN (SELECT building_id FROM devices WHERE device_id = ANY(%(devices)s)))
GROUP BY c.starts_at, d.building_id
ON CONFLICT (starts_at, building_id) DO UPDATE SET
    devices = EXCLUDED.devices, received = EXCLUDED.received, expected = EXCLUDED.expected,
    silent_seconds = EXCLUDED.silent_seconds"""
SELECT_DEVICES = "SELECT DISTINCT device_id FROM sensors WHERE sensor_id = ANY(%s) ORDER BY 1"


def fill_device_day(connection: Connection[TupleRow]) -> bool:
    """Judge the next day that is summed up; False when there is none."""
    filled = read_progress(connection, DAYS)
    if filled is None:
        return False
    start = read_progress(connection, COMPLETENESS)
    if start is None:
        start = filled - DAY_US
    if start + DAY_US > filled:
        return False
    with connection.transaction():
        _fill(connection, start, None)
        note_progress(connection, COMPLETENESS, start + DAY_US)
    return True


def refill_device_day(connection: Connection[TupleRow], start: int, sensor_ids: list[int]) -> None:
    """Judge a day anew for the devices of these sensors, whose late readings have been summed up."""
    if start < (read_progress(connection, COMPLETENESS) or 0):
        devices = [device_id for (device_id,) in connection.execute(SELECT_DEVICES, (sensor_ids,)).fetchall()]
        with connection.transaction():
            _fill(connection, start, devices)


def _fill(connection: Connection[TupleRow], start: int, devices: list[int] | None) -> None:
    asked = {"start": start, "end": start + DAY_US, "devices": devices}
    connection.execute(FILL_DEVICE_DAY, asked)
    connection.execute(FILL_BUILDING_DAY, asked)
