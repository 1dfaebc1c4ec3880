"""Histories for slow rules, out of the hours and days that readings are summed up in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from rules.slow.bucket_times import DAY_US, HOUR_US, floor_time
from rules.slow.history import History
from rules.slow.slow_rule import SlowRule
from schemas.binary_copy import POSTGRES_EPOCH_US
from schemas.columns import MICROSECONDS

Slots = NDArray[np.int32]
Floats = NDArray[np.float64]

# As PostgreSQL's send functions write them, one behind the other.
BUCKET = np.dtype(
    [
        ("starts_at", ">i8"),
        ("good", ">i4"),
        ("least", ">f4"),
        ("mean", ">f4"),
        ("most", ">f4"),
        ("quiet", ">f4"),
    ]
)
# One row a sensor, its buckets in a piece: the driver makes an object of every row, of which there would be millions,
# and meanwhile nobody in this process could judge a reading. The bounds on sensors are those of a piece.
SELECT_HOURS = """
SELECT h.sensor_id, string_agg(timestamptz_send(starts_at) || int4send(good) || float4send(least) || float4send(mean)
                               || float4send(most) || float4send(mean), ''::bytea)
FROM reading_hours h JOIN sensors s USING (sensor_id)
WHERE starts_at >= to_timestamp(%(start)s / 1e6) AND starts_at < to_timestamp(%(end)s / 1e6) AND good > 0
  AND h.sensor_id BETWEEN %(first)s AND %(last)s AND s.quantity = %(quantity)s
GROUP BY h.sensor_id"""
SELECT_DAYS = """
SELECT h.sensor_id, string_agg(timestamptz_send(starts_at) || int4send(good) || float4send(least) || float4send(mean)
                               || float4send(most) || float4send(quiet), ''::bytea)
FROM reading_days h JOIN sensors s USING (sensor_id)
WHERE starts_at >= to_timestamp(%(start)s / 1e6) AND starts_at < to_timestamp(%(end)s / 1e6) AND good > 0
  AND h.sensor_id BETWEEN %(first)s AND %(last)s AND s.quantity = %(quantity)s
GROUP BY h.sensor_id"""


@dataclass(frozen=True)
class Span:
    """Equal buckets of event time up to `end` [µs since the epoch], as many as `count`, each `bucket_us` long."""

    end: int
    bucket_us: int
    count: int

    @property
    def start(self) -> int:
        return self.end - self.bucket_us * self.count

    @property
    def base_us(self) -> int:
        """What the buckets are put together from: days where they are whole ones, else hours."""
        return DAY_US if self.bucket_us % DAY_US == 0 else HOUR_US


class BucketError(ValueError):
    """A slow rule wants buckets that are no whole number of hours; the tables have no others."""


def make_span(rule: SlowRule, at: int) -> Span:
    """What a rule looks at, when it looks at `at`: whole buckets that are over.

    Raises
    ------
    BucketError
        Its buckets are no whole hours.
    """
    bucket_us = round(rule.bucket_seconds * MICROSECONDS)
    if bucket_us <= 0 or bucket_us % HOUR_US:
        raise BucketError(f"{rule.id}: buckets of {rule.bucket_seconds:g} s are no whole hours")
    return Span(floor_time(at, bucket_us), bucket_us, rule.n_buckets)


def read_history(
    connection: Connection[TupleRow],
    quantity: str,
    slots: Slots,
    sensor_ids: NDArray[np.int32],
    span: Span,
) -> History:
    """The buckets of sensors (n,), their ids in rising order; of those of another quantity nothing is read."""
    times = span.bucket_us // span.base_us
    count = span.count * times
    base = _lay_out(slots, span.start + np.arange(count, dtype=np.int64) * span.base_us, span.base_us)
    if len(slots):
        asked = {
            "start": span.start,
            "end": span.end,
            "first": int(sensor_ids[0]),
            "last": int(sensor_ids[-1]),
            "quantity": quantity,
        }
        query = SELECT_DAYS if span.base_us == DAY_US else SELECT_HOURS
        with connection.cursor(binary=True) as cursor:
            found = cursor.execute(query, asked).fetchall()
        buckets = np.frombuffer(b"".join(blob for _, blob in found), BUCKET)
        counts = [len(blob) // BUCKET.itemsize for _, blob in found]
        ids = np.repeat(np.array([sensor_id for sensor_id, _ in found], np.int32), counts)
        _fill(base, ids, buckets, sensor_ids, span)
    return base.fold(times)


def _lay_out(slots: Slots, starts: NDArray[np.int64], bucket_us: int) -> History:
    shape = len(slots), len(starts)
    least, mean, most, quiet = (np.full(shape, np.nan) for _ in range(4))
    return History(slots, starts, bucket_us, least, mean, most, np.zeros(shape, np.int32), quiet)


def _fill(
    history: History,
    ids: NDArray[np.int32],
    buckets: NDArray[np.void],
    sensor_ids: NDArray[np.int32],
    span: Span,
) -> None:
    places = np.minimum(np.searchsorted(sensor_ids, ids), len(sensor_ids) - 1)
    known = sensor_ids[places] == ids
    buckets, places = buckets[known], places[known]
    at = (buckets["starts_at"] + POSTGRES_EPOCH_US - span.start) // span.base_us
    history.count[places, at] = buckets["good"]
    assert history.quietest is not None
    for name, column in (
        ("least", history.least),
        ("mean", history.mean),
        ("most", history.most),
        ("quiet", history.quietest),
    ):
        column[places, at] = buckets[name]
