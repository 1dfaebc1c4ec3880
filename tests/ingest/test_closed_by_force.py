"""What goes on although somebody closed its alert by force is raised anew, and is one condition all the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import paho.mqtt.client as mqtt
import psycopg
import pytest

from ingest.closed_by_force import OTHER_SECONDS, URGENT_SECONDS, raise_anew
from ingest.known_conditions import read_conditions
from ingest.store_alerts import apply_changes, write_catalogue
from ingest.store_roster import load_roster
from rules.catalogue import CATALOGUE
from rules.changes import Change, ChangeKind, Subject
from schemas.domain import Severity, SubjectKind
from schemas.roster import Roster
from schemas.settings import Settings
from tests.ingest.conftest import Publisher, running_worker, wait_until

AT = 1_795_420_800_000_000
RULES = {rule.id: rule for rule in CATALOGUE}
SENSOR = Subject(SubjectKind.SENSOR, 1, building_id=1, zone_id=1, device_id=1, sensor_id=1)
ZONE = Subject(SubjectKind.ZONE, 1, building_id=1, zone_id=1, device_id=None, sensor_id=None)
CLOSE = """
UPDATE alerts SET closed_at = clock_timestamp() - make_interval(secs => %s), closed_by = '王'
WHERE closed_at IS NULL"""
SELECT_ALERTS = (
    "SELECT condition, closed_at IS NULL, signal_class FROM alerts WHERE rule = %s ORDER BY alert_id"
)
FIRE, EVENTS = "detector_fire_state", "B1/D1/events"


@pytest.fixture
def tables(registry: Settings, database: psycopg.Connection) -> psycopg.Connection:
    with database.cursor() as cursor:
        write_catalogue(cursor, CATALOGUE)
    return database


def tell(
    tables: psycopg.Connection, kind: ChangeKind, rule: str, severity: Severity, subject: Subject = SENSOR
) -> None:
    with tables.transaction(), tables.cursor() as cursor:
        apply_changes(cursor, [Change(kind, RULES[rule], subject, AT, severity)])


def look(tables: psycopg.Connection) -> list[str]:
    """What is raised anew just now."""
    roster, found = load_roster(tables, Roster.empty(), "ingest-1"), []
    while (change := raise_anew(tables, roster)) is not None:
        found.append(change.rule.id)
    return found


def declare(seconds_ago: float, state: str) -> dict[str, object]:
    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    return {"ts": at.isoformat(timespec="milliseconds"), "event": "fire", "state": state}


def test_a_fire_that_goes_on_is_raised_and_told_anew_and_clears_with_the_one_that_was_closed(
    registry: Settings, publisher: Publisher, database: psycopg.Connection
) -> None:
    notices: list[dict[str, object]] = []

    def hear(_: mqtt.Client, __: object, message: mqtt.MQTTMessage) -> None:
        notices.append(json.loads(message.payload))

    def read() -> list[tuple[str, bool, str]]:
        return database.execute(SELECT_ALERTS, (FIRE,)).fetchall()

    publisher.listen("alerts/B1", hear)
    with running_worker(registry):
        publisher.send(EVENTS, declare(5, "active"))
        wait_until(lambda: len(read()) == 1)
        database.execute(CLOSE, (URGENT_SECONDS + 1,))
        wait_until(lambda: len(read()) == 2 and [one["change"] for one in notices] == ["raise"] * 2)
        publisher.send(EVENTS, declare(0, "cleared"))
        wait_until(lambda: {condition for condition, *_ in read()} == {"cleared"})
    assert read() == [("cleared", False, "fire"), ("cleared", True, "fire")]


def test_nothing_is_raised_anew_while_a_closing_can_be_taken_back_nor_a_milder_one_within_the_hour(
    tables: psycopg.Connection,
) -> None:
    tell(tables, ChangeKind.RAISE, "smoke_level_alarm", Severity.ORANGE)
    tell(tables, ChangeKind.RAISE, "smoke_prealarm", Severity.YELLOW)
    tables.execute(CLOSE, (URGENT_SECONDS - 10,))
    assert look(tables) == []
    tables.execute("UPDATE alerts SET closed_at = closed_at - INTERVAL '20 seconds'")
    assert look(tables) == ["smoke_level_alarm"]
    tables.execute("UPDATE alerts SET closed_at = closed_at - make_interval(secs => %s)", (OTHER_SECONDS,))
    assert look(tables) == ["smoke_prealarm"]
    assert look(tables) == []


def test_closed_again_it_is_raised_again_once(tables: psycopg.Connection) -> None:
    tell(tables, ChangeKind.RAISE, "smoke_level_alarm", Severity.ORANGE)
    for _ in range(3):
        tables.execute(CLOSE, (URGENT_SECONDS + 1,))
        assert look(tables) == ["smoke_level_alarm"]
    tell(tables, ChangeKind.CLEAR, "smoke_level_alarm", Severity.ORANGE)
    rows = tables.execute(SELECT_ALERTS, ("smoke_level_alarm",)).fetchall()
    assert rows == [("cleared", False, "fire")] * 3 + [("cleared", True, "fire")]


def test_what_has_cleared_stays_closed(tables: psycopg.Connection) -> None:
    tell(tables, ChangeKind.RAISE, "smoke_level_alarm", Severity.ORANGE)
    tables.execute(CLOSE, (URGENT_SECONDS + 1,))
    tell(tables, ChangeKind.CLEAR, "smoke_level_alarm", Severity.ORANGE)
    assert look(tables) == []


def test_of_what_is_out_of_service_nothing_is_raised_anew(tables: psycopg.Connection) -> None:
    tell(tables, ChangeKind.RAISE, "smoke_level_alarm", Severity.ORANGE)
    tell(tables, ChangeKind.RAISE, "zone_fire_likelihood", Severity.ORANGE, ZONE)
    tables.execute(CLOSE, (URGENT_SECONDS + 1,))
    tables.execute("UPDATE devices SET retired = true WHERE code = 'D1'")
    assert look(tables) == ["zone_fire_likelihood"]
    tables.execute(CLOSE, (URGENT_SECONDS + 1,))
    tables.execute("UPDATE devices SET retired = true WHERE building_id = 1")
    assert look(tables) == []


def test_within_a_declared_window_it_is_raised_anew_as_a_test(tables: psycopg.Connection) -> None:
    tell(tables, ChangeKind.RAISE, "smoke_level_alarm", Severity.ORANGE)
    tables.execute(CLOSE, (URGENT_SECONDS + 1,))
    tables.execute(
        "INSERT INTO maintenance_windows (kind, building_id, device_id, starts_at, ends_at, reason, declared_by)"
        " VALUES ('maintenance', 1, 1, now() - INTERVAL '1 minute', now() + INTERVAL '1 day', '更换', '王')"
    )
    assert look(tables) == ["smoke_level_alarm"]
    assert [row[2] for row in tables.execute(SELECT_ALERTS, ("smoke_level_alarm",))] == ["fire", "test"]


def test_a_restart_knows_since_when_it_goes_on(tables: psycopg.Connection) -> None:
    tell(tables, ChangeKind.RAISE, "smoke_level_alarm", Severity.ORANGE)
    for _ in range(2):
        tables.execute(CLOSE, (URGENT_SECONDS + 1,))
        look(tables)
    with tables.cursor() as cursor:
        (known,) = read_conditions(cursor, ["B1"])
    assert (known.active, known.at) == (True, AT)
