"""Hours and days of readings: what they hold, and that late readings come into them."""

from __future__ import annotations

import numpy as np
import psycopg
import pytest

from ingest.slow.buckets import FILL_AFTER_US, fill_day, fill_hour, fill_late
from ingest.slow.histories import Span, read_history
from ingest.slow.looks import Registered
from ingest.store import commit_batch
from ingest.work import Work
from rules.slow.bucket_times import DAY_US, HOUR_US
from schemas.settings import Settings
from tests.ingest.slow.conftest import MIDNIGHT, after, smoke, work_off
from tests.ingest.test_drain import make_work

INSERT_READING = """
INSERT INTO readings (ts, received_at, value, sensor_id, quality)
VALUES (to_timestamp(%(at)s / 1e6), to_timestamp(%(at)s / 1e6), %(value)s, %(sensor_id)s, %(quality)s)"""
MINUTE = 60_000_000
SELECT_HOURS = """
SELECT sensor_id, received, good, least, mean, most FROM reading_hours ORDER BY starts_at, sensor_id"""


def insert(database: psycopg.Connection, at: int, value: float, sensor_id: int = 1, quality: int = 0) -> None:
    row = {"at": at, "value": value, "sensor_id": sensor_id, "quality": quality}
    database.execute(INSERT_READING, row)


def test_an_hour_is_summed_up_once_it_is_over_and_what_is_on_its_way_has_come(
    registered: Registered, database: psycopg.Connection
) -> None:
    for minute, value in ((0, 1.0), (20, 3.0), (59, 2.0)):
        insert(database, MIDNIGHT + minute * MINUTE, value)
    insert(database, MIDNIGHT + 5 * MINUTE, 99.0, quality=2)
    insert(database, MIDNIGHT + 60 * MINUTE, 7.0)
    insert(database, MIDNIGHT + 30 * MINUTE, 5.0, sensor_id=2, quality=3)
    while fill_hour(database, MIDNIGHT + HOUR_US + FILL_AFTER_US - 1):
        pass
    assert database.execute(SELECT_HOURS).fetchall() == []
    assert fill_hour(database, MIDNIGHT + HOUR_US + FILL_AFTER_US)
    assert not fill_hour(database, MIDNIGHT + HOUR_US + FILL_AFTER_US)
    assert database.execute(SELECT_HOURS).fetchall() == [
        (1, 4, 3, 1.0, 2.0, 3.0),
        (2, 1, 0, None, None, None),
    ]


def test_a_day_is_that_of_china_and_knows_its_quietest_hour(
    registered: Registered, database: psycopg.Connection
) -> None:
    for hour, value in ((0, 4.0), (10, 1.0), (23, 5.0), (24, 0.0)):
        insert(database, MIDNIGHT + hour * HOUR_US, value)
        insert(database, MIDNIGHT + hour * HOUR_US + MINUTE, value + 1)
    work_off(database, registered, after(1))
    days = database.execute(
        "SELECT (extract(epoch FROM starts_at) * 1e6)::bigint, received, least, mean, most, quiet FROM reading_days"
    ).fetchall()
    assert days == [(MIDNIGHT, 6, 1.0, pytest.approx(11.5 / 3), 6.0, 1.5)]


def test_late_readings_make_their_hour_and_day_anew(
    registry: Settings, registered: Registered, database: psycopg.Connection
) -> None:
    work = make_work(registry, registered.roster, 1, range(10))
    at = int(work.resolved.batch.readings["observed_at"].min())
    insert(database, at - HOUR_US, 20.0, sensor_id=2)
    while fill_hour(database, at + 2 * DAY_US) or fill_day(database, at + 2 * DAY_US):
        pass
    assert not fill_late(database)
    commit_batch(work, "6b2d8b5e-3f0a-4d57-8f3e-0d7f54a4d2a1", database, belated=True)
    assert fill_late(database)
    assert not fill_late(database)
    assert database.execute(
        "SELECT received, least, mean, most FROM reading_hours ORDER BY starts_at"
    ).fetchall()[-1] == (10, 0.0, 4.5, 9.0)
    assert database.execute("SELECT sum(received) FROM reading_days").fetchall() == [(11,)]


def test_a_batch_in_time_is_not_noted_as_late(
    registry: Settings, registered: Registered, database: psycopg.Connection
) -> None:
    work: Work = make_work(registry, registered.roster, 1, range(10))
    at = int(work.resolved.batch.readings["observed_at"].max())
    commit_batch(work, "6b2d8b5e-3f0a-4d57-8f3e-0d7f54a4d2a1", database, now=at)
    assert database.execute("SELECT count(*) FROM late_readings").fetchall() == [(0,)]


def test_a_history_has_what_the_tables_have_and_nothing_where_nothing_came(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 1, 3, 0.03, 0.01)
    smoke(database, 5, 1, 0.05)
    work_off(database, registered, after(3))
    ids, slots = np.array([1, 5], np.int32), np.array([0, 4], np.int32)
    hours = read_history(database, "smoke", slots, ids, Span(MIDNIGHT + 3 * DAY_US, HOUR_US, 72))
    assert hours.count.sum(axis=1).tolist() == [72, 24]
    assert np.isnan(hours.mean[1, 24:]).all()
    assert hours.starts[0] == MIDNIGHT
    halves = read_history(database, "smoke", slots, ids, Span(MIDNIGHT + 3 * DAY_US, 12 * HOUR_US, 6))
    days = read_history(database, "smoke", slots, ids, Span(MIDNIGHT + 3 * DAY_US, DAY_US, 3))
    for name in ("least", "mean", "most"):
        by_halves, by_days = getattr(halves.fold(2), name), getattr(days, name)
        np.testing.assert_allclose(by_halves, by_days, rtol=1e-6)
    np.testing.assert_allclose(halves.fold(2).quiet, days.quiet, rtol=1e-6)
