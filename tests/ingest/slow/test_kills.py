"""Slow work that is killed at random points comes to the same end as if nothing had happened."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from schemas.settings import Settings
from tests.ingest.slow.conftest import MIDNIGHT, smoke

FIRST_DAY, DAYS = 28, 31
KILLS = 8
# Each day's work at its own time, begun again from the first of these: what was done is known to be done.
WORK = """
import sys
from schemas.database import connect
from tests.ingest.slow.conftest import after, register, work_off

with connect(sys.argv[1], "fengsui slow rules") as connection:
    registered = register(connection)
    print("ready", flush=True)
    for day in range(int(sys.argv[2]), int(sys.argv[3]) + 1):
        work_off(connection, registered, after(day))
"""
RESULTS = {
    "hours": "SELECT * FROM reading_hours ORDER BY starts_at, sensor_id",
    "days": "SELECT * FROM reading_days ORDER BY starts_at, sensor_id",
    "completeness": "SELECT * FROM device_days ORDER BY starts_at, device_id",
    "buildings' completeness": "SELECT * FROM building_days ORDER BY starts_at, building_id",
    "hazards": """
        SELECT kind, subject_id, found_at, due_at, e.action, e.at, e.proof
        FROM hazards JOIN hazard_events e USING (hazard_id) ORDER BY kind, subject_id, e.at""",
    "risk": "SELECT * FROM building_risk ORDER BY at, building_id",
    "areas": "SELECT * FROM area_risk ORDER BY at, area_id",
    "progress": "SELECT step, done_upto FROM slow_progress ORDER BY step",
    "alerts": """
        SELECT rule, subject_kind, subject_id, severity, value, limit_value, condition, raised_at, cleared_at,
               forecast_at, forecast_earliest, forecast_latest, change_id
        FROM alerts ORDER BY rule, subject_kind, subject_id, raised_at""",
    "changes": """
        SELECT e.change_id, rule, subject_id, action, at, e.condition, e.severity, e.value, note
        FROM alert_events e JOIN alerts USING (alert_id) ORDER BY e.change_id""",
}


@contextmanager
def working(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", WORK, settings.database_url or "", str(FIRST_DAY), str(DAYS)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def read_results(database: psycopg.Connection) -> dict[str, list[TupleRow]]:
    return {name: database.execute(query).fetchall() for name, query in RESULTS.items()}


# Every beginning loads all there is, on machines that have other things to do.
@pytest.mark.timeout(300)
def test_killed_at_random_points_it_ends_as_if_undisturbed(
    registry: Settings, database: psycopg.Connection
) -> None:
    smoke(database, 1, DAYS, 0.04, 0.0013)
    smoke(database, 5, DAYS, 0.05, 0.0011)
    with working(registry) as process:
        began = time.monotonic()
        assert process.wait() == 0
        took = time.monotonic() - began
    expected = read_results(database)
    assert len(expected["alerts"]) == 2
    assert all(expected.values())
    database.execute(
        "TRUNCATE reading_hours, reading_days, slow_progress, alerts, alert_events, device_days, building_days,"
        " hazards, hazard_events, building_risk, area_risk RESTART IDENTITY CASCADE;"
        "UPDATE change_counter SET last_id = 0"
    )
    random_times, killed = random.Random(MIDNIGHT), 0
    for _ in range(KILLS):
        with working(registry) as process:
            # About half of the work in all, so that there is some left to be killed in on a machine that got faster.
            time.sleep(random_times.uniform(0.0, took / KILLS))
            process.kill()
            killed += process.wait() < 0
    with working(registry) as process:
        assert process.wait() == 0
    assert killed >= KILLS // 2
    assert read_results(database) == expected
