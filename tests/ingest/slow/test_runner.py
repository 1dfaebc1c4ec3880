"""Who does the slow work: one process at a time, and another one when that one is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from ingest.slow.runner import APPLICATION_NAME, SlowRunner
from schemas.settings import Settings
from tests.ingest.conftest import wait_until

INSERT_HOURS_AGO = """
INSERT INTO readings (ts, received_at, value, sensor_id, quality)
SELECT now() - hour * INTERVAL '1 hour', now(), 0.03, 1, 0 FROM generate_series(2, 5) hour"""
COUNT_LEASES = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND application_name = %s AND granted"""
END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"


@contextmanager
def running(settings: Settings, is_behind: Callable[[], bool] = lambda: False) -> Iterator[threading.Event]:
    stopping = threading.Event()
    thread = threading.Thread(target=SlowRunner(settings, stopping, is_behind).run)
    thread.start()
    try:
        yield stopping
    finally:
        stopping.set()
        thread.join(20)
        assert not thread.is_alive()


def count(database: psycopg.Connection, query: str, *params: object) -> int:
    return int(database.execute(query, params).fetchall()[0][0])  # type: ignore[arg-type]


def test_of_two_one_leads_and_the_other_goes_on_where_it_was(
    registry: Settings, database: psycopg.Connection
) -> None:
    database.execute(INSERT_HOURS_AGO)
    with running(registry) as first:
        wait_until(lambda: count(database, "SELECT count(*) FROM building_risk") > 0)
        assert count(database, "SELECT count(*) FROM reading_hours") == 4
        with running(registry):
            assert count(database, COUNT_LEASES, APPLICATION_NAME) == 1
            first.set()
            wait_until(lambda: count(database, "SELECT count(*) FROM rules") > 0)
            database.execute("TRUNCATE reading_hours, slow_progress")
            wait_until(lambda: count(database, "SELECT count(*) FROM reading_hours") == 4)
            assert count(database, COUNT_LEASES, APPLICATION_NAME) == 1


def test_who_loses_the_database_begins_again(registry: Settings, database: psycopg.Connection) -> None:
    with running(registry):
        wait_until(lambda: count(database, COUNT_LEASES, APPLICATION_NAME) == 1)
        database.execute(END_SESSIONS, (APPLICATION_NAME,))
        database.execute(INSERT_HOURS_AGO)
        wait_until(lambda: count(database, "SELECT count(*) FROM reading_hours") == 4)


def test_nothing_slow_is_done_while_readings_wait_to_be_stored(
    registry: Settings, database: psycopg.Connection
) -> None:
    database.execute(INSERT_HOURS_AGO)
    behind = threading.Event()
    behind.set()
    asked = threading.Event()

    def is_behind() -> bool:
        asked.set()
        return behind.is_set()

    with running(registry, is_behind):
        assert asked.wait(30)
        asked.clear()
        assert asked.wait(30)
        assert count(database, "SELECT count(*) FROM reading_hours") == 0
        behind.clear()
        wait_until(lambda: count(database, "SELECT count(*) FROM reading_hours") == 4)
