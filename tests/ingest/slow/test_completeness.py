"""How complete the reports of a device were: what came, what was to be expected, and when it was known to be silent."""

from __future__ import annotations

import psycopg

from ingest.slow.buckets import fill_late
from ingest.slow.looks import Registered
from rules.changes import ChangeKind
from rules.slow.bucket_times import DAY_US, HOUR_US
from tests.ingest.slow.conftest import MIDNIGHT, after, smoke, work_off
from tests.ingest.slow.test_hazards import DETECTOR, tell

SELECT_DAYS = """
SELECT device_id, received, expected, silent_seconds FROM device_days
WHERE starts_at = to_timestamp(%s / 1e6) ORDER BY device_id"""
SELECT_BUILDINGS = """
SELECT building_id, devices, received, expected, silent_seconds FROM building_days
WHERE starts_at = to_timestamp(%s / 1e6) ORDER BY building_id"""
LATE = """
INSERT INTO readings (ts, received_at, value, sensor_id, quality)
SELECT to_timestamp(%(at)s / 1e6) + i * INTERVAL '10.003 s', now(), 0.03, 1, 0 FROM generate_series(0, 99) i"""


def test_a_day_has_every_device_in_service_with_what_it_sent_and_when_it_was_silent(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 1, 1, 0.03)
    tell(database, ChangeKind.RAISE, "device_silent", MIDNIGHT + 20 * HOUR_US, DETECTOR)
    work_off(database, registered, after(1))
    days = database.execute(SELECT_DAYS, (MIDNIGHT,)).fetchall()
    # Three channels every ten seconds; the fourth device is retired.
    assert days[0] == (1, 24, 3 * 8640, 4 * 3600)
    assert [row[0] for row in days] == [1, 2, 3, 5]
    assert [row[1] for row in days[1:]] == [0, 0, 0]
    assert add_up(database) == database.execute(SELECT_BUILDINGS, (MIDNIGHT,)).fetchall()


def add_up(database: psycopg.Connection) -> list[tuple[object, ...]]:
    """What the days of buildings are to be, from those of their devices."""
    return database.execute(
        "SELECT building_id, count(*), sum(received), sum(expected), sum(silent_seconds)::float8 "
        "FROM device_days JOIN devices USING (device_id) WHERE starts_at = to_timestamp(%s / 1e6) "
        "GROUP BY 1 ORDER BY 1",
        (MIDNIGHT,),
    ).fetchall()


def test_what_comes_late_counts_all_the_same(registered: Registered, database: psycopg.Connection) -> None:
    smoke(database, 1, 1, 0.03)
    work_off(database, registered, after(1))
    database.execute(LATE, {"at": MIDNIGHT + 3 * HOUR_US})
    database.execute(
        "INSERT INTO late_readings (sensor_ids, starts_at) VALUES ('{1}', to_timestamp(%s / 1e6))",
        (MIDNIGHT + 3 * HOUR_US,),
    )
    assert fill_late(database)
    assert database.execute(SELECT_DAYS, (MIDNIGHT,)).fetchall()[0][1] == 124
    assert add_up(database) == database.execute(SELECT_BUILDINGS, (MIDNIGHT,)).fetchall()
    assert database.execute(SELECT_DAYS, (MIDNIGHT + DAY_US,)).fetchall() == []


def test_more_than_expected_makes_up_for_nothing(
    registered: Registered, database: psycopg.Connection
) -> None:
    database.execute("UPDATE sensors SET interval_seconds = 7200 WHERE sensor_id = 1")
    smoke(database, 1, 1, 0.03)
    work_off(database, registered, after(1))
    assert database.execute(SELECT_DAYS, (MIDNIGHT,)).fetchall()[0][1] == 12
