"""Readings of one sensor over a span, bucketed on the server when there are many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg import sql

from api.alert_models import Point, Readings
from api.connections import Connection, fetch_all, fetch_one
from api.problems import ProblemError
from schemas.domain import Quantity
from schemas.units import UNIT_OF

MAX_POINTS = 2000
AROUND = timedelta(minutes=10)
GROUP_SENSORS = 8
LONGEST_OF_READINGS = timedelta(days=7)
"""A sensor that reports each ten seconds has sent 60,000 by then."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

SELECT_QUANTITY = "SELECT quantity FROM sensors WHERE sensor_id = %(sensor_id)s"
SELECT_POINTS = """
SELECT ts AS at, value, value AS minimum, value AS maximum, 1 AS count, quality
FROM readings WHERE sensor_id = %(sensor_id)s AND ts >= %(begin)s AND ts < %(end)s
ORDER BY ts LIMIT %(limit)s"""
# With the buckets counted from the span's begin there is none more than the span holds.
SELECT_BUCKETS = """
SELECT time_bucket(%(width)s::interval, ts, %(begin)s::timestamptz) AS at, avg(value) AS value,
       min(value) AS minimum, max(value) AS maximum, count(*) AS count, max(quality) AS quality
FROM readings WHERE sensor_id = %(sensor_id)s AND ts >= %(begin)s AND ts < %(end)s
GROUP BY 1 ORDER BY 1"""
# Longer spans out of what was summed up, which outlives the readings; what came since then out of these. Only good
# readings are in the sums.
SELECT_SUMS = sql.SQL("""
SELECT time_bucket(%(width)s::interval, at, %(begin)s::timestamptz) AS at, sum(mean * good) / sum(good) AS value,
       min(least) AS minimum, max(most) AS maximum, sum(good)::bigint AS count, 0 AS quality
FROM (
    SELECT starts_at AS at, mean::float8 AS mean, least::float8 AS least, most::float8 AS most, good
    FROM {table}
    WHERE sensor_id = %(sensor_id)s AND starts_at >= %(begin)s AND starts_at < LEAST(%(end)s, {summed}) AND good > 0
    UNION ALL
    SELECT time_bucket('1 hour', ts), avg(value), min(value), max(value), count(*)
    FROM readings
    WHERE sensor_id = %(sensor_id)s AND ts >= GREATEST(%(begin)s, {summed}) AND ts < %(end)s AND quality = 0
    GROUP BY 1
) made GROUP BY 1 ORDER BY 1""")
SUMMED = sql.SQL(
    "COALESCE((SELECT done_upto FROM slow_progress WHERE step = {step}), '-infinity'::timestamptz)"
)
OF_HOURS = SELECT_SUMS.format(
    table=sql.Identifier("reading_hours"), summed=SUMMED.format(step=sql.Literal("hours"))
)
OF_DAYS = SELECT_SUMS.format(
    table=sql.Identifier("reading_days"), summed=SUMMED.format(step=sql.Literal("days"))
)
# Of each quantity the sensor that moved most, then the second of each, and so on.
SELECT_GROUP = """
SELECT s.sensor_id
FROM sensors s JOIN devices d USING (device_id)
JOIN LATERAL (
    SELECT max(value) - min(value) AS swing FROM readings
    WHERE sensor_id = s.sensor_id AND ts >= %(begin)s AND ts < %(end)s
) r ON r.swing IS NOT NULL
WHERE NOT d.retired AND CASE WHEN %(device_id)s::integer IS NOT NULL THEN d.device_id = %(device_id)s
                             ELSE d.zone_id = %(zone_id)s END
ORDER BY row_number() OVER (PARTITION BY s.quantity ORDER BY r.swing DESC, s.sensor_id), s.quantity
LIMIT %(limit)s"""


@dataclass(frozen=True)
class Span:
    """From `begin` up to, not including, `end`, in at most `max_points`."""

    begin: datetime
    end: datetime
    max_points: int = MAX_POINTS

    @property
    def bucket(self) -> timedelta:
        """Width of a bucket so that at most `max_points` cover the span."""
        microseconds = (self.end - self.begin) // timedelta(microseconds=1)
        return timedelta(microseconds=-(-microseconds // self.max_points))


async def read_around(connection: Connection, sensor_id: int, moment: datetime) -> Readings:
    """Readings ten minutes to either side of `moment`."""
    return await read_readings(connection, sensor_id, Span(moment - AROUND, moment + AROUND))


async def read_group_around(
    connection: Connection, zone_id: int | None, device_id: int | None, moment: datetime
) -> list[Readings]:
    """The same of the sensors of a device, else of a zone, that moved most; 2,000 points in all."""
    span = Span(moment - AROUND, moment + AROUND, MAX_POINTS // GROUP_SENSORS)
    params = {
        "zone_id": zone_id,
        "device_id": device_id,
        "begin": span.begin,
        "end": span.end,
        "limit": GROUP_SENSORS,
    }
    sensors = await fetch_all(connection, SELECT_GROUP, params, lambda sensor_id: int(sensor_id))
    return [await read_readings(connection, sensor_id, span) for sensor_id in sensors]


async def read_readings(connection: Connection, sensor_id: int, span: Span) -> Readings:
    """All readings of the span, or at most as many buckets of them as it takes points.

    Raises
    ------
    ProblemError
        There is no such sensor.
    """
    quantity = await fetch_one(connection, SELECT_QUANTITY, {"sensor_id": sensor_id}, _quantity)
    if quantity is None:
        raise ProblemError(404, "no-sensor", f"there is no sensor {sensor_id}")
    points, width = await _read_points(connection, sensor_id, span)
    return Readings(
        sensor_id=sensor_id,
        quantity=quantity,
        unit=UNIT_OF[quantity],
        begin=span.begin,
        end=span.end,
        bucket_seconds=width.total_seconds() if width else None,
        points=tuple(points),
    )


async def _read_points(
    connection: Connection, sensor_id: int, span: Span
) -> tuple[list[Point], timedelta | None]:
    """The points and the width of their buckets, None when they are single readings."""
    params = {"sensor_id": sensor_id, "begin": span.begin, "end": span.end}
    if span.end - span.begin > LONGEST_OF_READINGS:
        return await _read_sums(connection, span, params)
    points = await fetch_all(connection, SELECT_POINTS, {**params, "limit": span.max_points + 1}, Point)
    if len(points) <= span.max_points:
        return points, None
    buckets = await fetch_all(connection, SELECT_BUCKETS, {**params, "width": span.bucket}, Point)
    return buckets, span.bucket


async def _read_sums(
    connection: Connection, span: Span, params: dict[str, object]
) -> tuple[list[Point], timedelta]:
    query, step = (OF_HOURS, HOUR) if span.bucket <= HOUR else (OF_DAYS, DAY)
    width = max(step, span.bucket)
    return await fetch_all(connection, query, {**params, "width": width}, Point), width


def _quantity(quantity: str) -> Quantity:
    return Quantity(quantity)
