"""A small registry with weeks of readings, and slow work done on it at given times."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.slow.looks import Registered
from ingest.slow.schedule import take_step
from ingest.store_alerts import write_catalogue
from ingest.store_roster import load_roster
from rules.catalogue import CATALOGUE
from rules.parameters import Parameters
from rules.places import Places
from rules.slow.bucket_times import DAY_US
from schemas.roster import Roster
from schemas.settings import Settings

MIDNIGHT = 1_790_179_200_000_000
"""2026-09-24 00:00 in China, where the histories of these tests begin."""
# A smoke detector's hourly readings: `begin` at first, `rise` more each day; each hour's differs a little.
INSERT_SMOKE = """
INSERT INTO readings (ts, received_at, value, sensor_id, quality)
SELECT at, at, %(begin)s + %(rise)s * hour / 24.0 + 0.002 * sin(hour * 12.9898), %(sensor_id)s, 0
FROM generate_series(0, %(days)s * 24 - 1) hour,
     LATERAL (SELECT to_timestamp(%(start)s / 1e6) + hour * INTERVAL '1 hour' + INTERVAL '7 minutes' AS at) t"""


def register(connection: Connection[TupleRow]) -> Registered:
    """The registry as it is, with the built-in numbers of the rules, whose words are in the tables."""
    with connection.cursor() as cursor:
        write_catalogue(cursor, CATALOGUE)
    roster = load_roster(connection, Roster.empty(), "ingest-1")
    return Registered(roster, Parameters.built_in(CATALOGUE).resolve(roster), Places(roster))


def work_off(connection: Connection[TupleRow], registered: Registered, now: int) -> int:
    """Do everything that is due; returns how many steps that took."""
    steps = 0
    while take_step(connection, registered, now):
        steps += 1
    return steps


def smoke(
    database: psycopg.Connection,
    sensor_id: int,
    days: int,
    begin: float,
    rise: float = 0.0,
    first_day: int = 0,
) -> None:
    """Store so many days of hourly readings."""
    start = MIDNIGHT + first_day * DAY_US
    row = {"sensor_id": sensor_id, "days": days, "begin": begin, "rise": rise, "start": start}
    database.execute(INSERT_SMOKE, row)


@pytest.fixture
def registered(registry: Settings, database: psycopg.Connection) -> Registered:
    return register(database)


def after(days: float) -> int:
    """A time some minutes after midnight, so many days after the histories begin."""
    return MIDNIGHT + round(days * DAY_US) + 600_000_000
