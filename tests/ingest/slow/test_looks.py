"""Looks of slow rules: one open alert a sensor, with its forecast, on the same feed as every other alert."""

from __future__ import annotations

import psycopg

from ingest.slow.looks import Registered
from rules.slow.bucket_times import DAY_US
from tests.ingest.slow.conftest import MIDNIGHT, after, register, smoke, work_off

SELECT_ALERTS = """
SELECT rule, sensor_id, condition, (extract(epoch FROM raised_at) * 1e6)::bigint, limit_value,
       forecast_earliest < forecast_at AND forecast_at < forecast_latest
FROM alerts ORDER BY alert_id"""
SELECT_ACTIONS = "SELECT action FROM alert_events ORDER BY change_id"


def test_dust_raises_one_alert_with_its_forecast_and_a_cleaning_ends_it(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 1, 30, 0.03, 0.0015)
    smoke(database, 5, 30, 0.03)
    for day in (28, 30):
        work_off(database, registered, after(day))
    ((rule, sensor_id, condition, raised_at, limit, has_interval),) = database.execute(
        SELECT_ALERTS
    ).fetchall()
    assert (rule, sensor_id, condition, limit, has_interval) == ("detector_drifting", 1, "active", 0.1, True)
    assert (raised_at - MIDNIGHT) % DAY_US == 0
    smoke(database, 1, 3, 0.03, first_day=30)
    work_off(database, registered, after(33))
    assert [row[2] for row in database.execute(SELECT_ALERTS).fetchall()] == ["cleared"]
    actions = [action for (action,) in database.execute(SELECT_ACTIONS).fetchall()]
    assert actions[0] == "raised"
    assert actions[-2:] == ["cleared", "closed"]
    assert set(actions[1:-2]) <= {"forecast"}


def test_a_forecast_that_moves_is_told_in_the_history(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 1, 28, 0.045, 0.0012)
    work_off(database, registered, after(28))
    first = database.execute("SELECT forecast_at FROM alerts").fetchall()
    smoke(database, 1, 14, 0.079, 0.0003, first_day=28)
    # What was not looked at in its time is made up for, look after look.
    work_off(database, registered, after(42))
    actions = [action for (action,) in database.execute(SELECT_ACTIONS).fetchall()]
    assert actions[0] == "raised"
    assert set(actions[1:]) == {"forecast"}
    assert len(actions) < 10
    assert database.execute("SELECT forecast_at FROM alerts").fetchall() > first


def test_a_retired_detector_has_no_alert_any_more(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 1, 30, 0.05, 0.0012)
    work_off(database, registered, after(29))
    assert [row[2] for row in database.execute(SELECT_ALERTS).fetchall()] == ["active"]
    database.execute("UPDATE devices SET retired = true WHERE device_id = 1")
    work_off(database, register(database), after(30))
    assert [row[2] for row in database.execute(SELECT_ALERTS).fetchall()] == ["cleared"]


def test_an_alert_of_a_slow_rule_is_no_business_of_the_engine(
    registered: Registered, database: psycopg.Connection
) -> None:
    from ingest.known_conditions import read_conditions

    smoke(database, 1, 30, 0.05, 0.0012)
    work_off(database, registered, after(29))
    with database.cursor() as cursor:
        assert read_conditions(cursor, ["B1", "B2"]) == []


def test_a_residual_current_that_creeps_up_is_foretold_and_is_a_hazard(
    registered: Registered, database: psycopg.Connection
) -> None:
    smoke(database, 4, 42, 30.0, 3.0)
    work_off(database, registered, after(42))
    alerts = database.execute(
        "SELECT rule, forecast_earliest < forecast_at AND forecast_at < forecast_latest FROM alerts"
    ).fetchall()
    assert alerts == [("residual_current_creep", True)]
    hazards = database.execute("SELECT kind, owner FROM hazards").fetchall()
    assert hazards == [("creeping_residual_current", "electrician")]
