"""The whole path through the real broker into the real database."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime, timedelta

import paho.mqtt.client as mqtt
import psycopg
import pytest

from ingest.clock import DatabaseClock
from ingest.worker import Worker
from schemas.domain import Severity
from schemas.settings import Settings
from tests.ingest.conftest import Publisher, count_messages, running_worker, wait_until


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def reading(seconds_ago: float, seq: int | None = None, **values: float) -> dict[str, object]:
    message: dict[str, object] = {"ts": ago(seconds_ago), "values": values}
    return message if seq is None else message | {"seq": seq}


def wait_for_messages(database: psycopg.Connection, count: int) -> dict[str, int]:
    wait_until(lambda: count_messages(database)["received"] >= count)
    return count_messages(database)


def test_a_reading_is_stored_in_the_unit_of_its_quantity(
    worker: Worker, publisher: Publisher, database: psycopg.Connection
) -> None:
    publisher.send("B1/D2/readings", {"ts": ago(1), "values": {"pressure": 420}})
    publisher.send(
        "B1/D2/readings", {"samples": [{"ts": ago(0.5), "channel": "pressure", "value": 4.1, "unit": "bar"}]}
    )
    wait_for_messages(database, 2)
    values = [row[0] for row in database.execute("SELECT value FROM readings ORDER BY ts")]
    assert values == pytest.approx([0.42, 0.41])


def test_event_time_and_received_time_are_both_kept(
    worker: Worker, publisher: Publisher, database: psycopg.Connection
) -> None:
    publisher.send("B1/D1/readings", reading(3600, smoke=0.02))
    wait_for_messages(database, 1)
    row = database.execute("SELECT received_at - ts FROM readings").fetchone()
    assert row is not None
    assert timedelta(seconds=3599) < row[0] < timedelta(seconds=3620)


def test_the_same_message_again_is_a_duplicate_and_another_value_is_a_conflict(
    worker: Worker, publisher: Publisher, database: psycopg.Connection
) -> None:
    at = ago(5)
    for value in (0.1, 0.1, 0.2):
        publisher.send("B1/D1/readings", {"ts": at, "values": {"smoke": value}})
        time.sleep(0.1)
    counts = wait_for_messages(database, 3)
    assert counts == {"received": 3, "stored": 1, "duplicate": 1, "conflict": 1, "quarantined": 0}
    assert database.execute("SELECT value FROM readings").fetchall() == [(0.1,)]
    assert database.execute("SELECT value FROM reading_conflicts").fetchall() == [(0.2,)]


def test_a_batch_that_collides_is_sorted_into_stored_duplicate_and_conflict(
    registry: Settings, publisher: Publisher, database: psycopg.Connection
) -> None:
    """All four messages wait at the broker, so that they come in one batch."""
    with running_worker(registry):
        pass
    at, later = ago(5), ago(4)
    for stamp, value in ((at, 0.1), (at, 0.2), (at, 0.1), (later, 0.3)):
        publisher.send("B1/D1/readings", {"ts": stamp, "values": {"smoke": value}})
    with running_worker(registry):
        counts = wait_for_messages(database, 4)
    assert counts == {"received": 4, "stored": 2, "duplicate": 1, "conflict": 1, "quarantined": 0}
    assert database.execute("SELECT value FROM readings ORDER BY ts").fetchall() == [(0.1,), (0.3,)]


def test_messages_wait_at_the_broker_while_the_worker_is_away(
    registry: Settings, publisher: Publisher, database: psycopg.Connection
) -> None:
    with running_worker(registry):
        pass
    for i in range(2500):
        publisher.send("B1/D1/readings", reading(3000 - i, smoke=0.02))
    with running_worker(registry):
        counts = wait_for_messages(database, 2500)
    assert counts["stored"] == 2500
    assert database.execute("SELECT count(*) FROM readings").fetchone() == (2500,)


def test_the_receipt_names_the_highest_sequence_number_stored(
    worker: Worker, registry: Settings, publisher: Publisher, database: psycopg.Connection
) -> None:
    receipts: list[dict[str, int]] = []

    def note(_: mqtt.Client, __: object, message: mqtt.MQTTMessage) -> None:
        receipts.append(json.loads(message.payload))

    publisher.listen("B1/D1/receipts", note)
    for seq in (7, 8, 9):
        publisher.send("B1/D1/readings", reading(20 - seq, seq=seq, smoke=0.02))
    wait_until(lambda: bool(receipts) and receipts[-1] == {"seq": 9})
    assert database.execute("SELECT last_seq FROM device_state WHERE device_id = 1").fetchone() == (9,)


def test_a_fire_is_raised_in_the_transaction_of_its_reading_and_latches(
    worker: Worker, publisher: Publisher, database: psycopg.Connection
) -> None:
    for seconds_ago, smoke in ((30, 0.02), (20, 1.4), (10, 1.5), (0, 1.6)):
        publisher.send("B1/D1/readings", reading(seconds_ago, smoke=smoke))
    wait_for_messages(database, 4)
    alerts = database.execute(
        "SELECT rule, signal_class, condition, closed_at FROM alerts WHERE signal_class = 'fire'"
    ).fetchall()
    assert ("smoke_level_alarm", "fire", "active", None) in alerts
    history = database.execute("SELECT action, change_id FROM alert_events ORDER BY change_id").fetchall()
    assert [change for _, change in history] == list(range(1, len(history) + 1))


def test_within_a_declared_drill_a_fire_is_stored_as_a_test_and_afterwards_as_a_fire(
    worker: Worker, publisher: Publisher, database: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """The worker hears of the window within a second or so, as of a new device."""

    def wait_for_the_registry() -> None:
        (version,) = database.execute("SELECT version FROM registry_version").fetchone() or (None,)
        wait_until(lambda: f"registry version {version}" in caplog.text)

    caplog.set_level(logging.INFO)
    database.execute(
        "INSERT INTO maintenance_windows (kind, building_id, starts_at, ends_at, reason, declared_by)"
        " VALUES ('drill', 1, now() - INTERVAL '1 minute', now() + INTERVAL '1 hour', '演练', '王')"
    )
    wait_for_the_registry()
    publisher.send("B1/D1/events", {"ts": ago(3), "event": "fire", "state": "active"})
    wait_for_messages(database, 1)
    select = "SELECT signal_class, severity, scope_id FROM alerts WHERE rule = 'detector_fire_state' ORDER BY alert_id"
    assert database.execute(select).fetchall() == [("test", Severity.ORANGE, 1)]
    database.execute("UPDATE maintenance_windows SET ended_at = clock_timestamp(), ended_by = '王'")
    wait_for_the_registry()
    publisher.send("B1/D2/events", {"ts": ago(0), "event": "fire", "state": "active"})
    wait_for_messages(database, 2)
    assert database.execute(select).fetchall()[1] == ("fire", Severity.ORANGE, None)


def test_an_open_condition_survives_a_restart_and_is_not_raised_twice(
    registry: Settings, publisher: Publisher, database: psycopg.Connection
) -> None:
    with running_worker(registry):
        for seconds_ago, pressure in ((60, 300), (50, 0), (40, 0), (30, 0), (20, 0)):
            publisher.send("B1/D2/readings", reading(seconds_ago, pressure=pressure))
        wait_for_messages(database, 5)
    with running_worker(registry):
        publisher.send("B1/D2/readings", reading(10, pressure=0))
        wait_for_messages(database, 6)
    assert database.execute("SELECT rule, condition FROM alerts").fetchall() == [
        ("hydrant_pressure_zero", "active")
    ]
    assert database.execute("SELECT action FROM alert_events").fetchall() == [("raised",)]


def test_readings_stored_before_a_restart_count_towards_persistence_after_it(
    registry: Settings, publisher: Publisher, database: psycopg.Connection
) -> None:
    with running_worker(registry):
        for seconds_ago in (50, 40):
            publisher.send("B1/D2/readings", reading(seconds_ago, pressure=0))
        wait_for_messages(database, 2)
    assert database.execute("SELECT count(*) FROM alerts").fetchone() == (0,)
    with running_worker(registry):
        publisher.send("B1/D2/readings", reading(18, pressure=0))
        wait_for_messages(database, 3)
    assert database.execute("SELECT rule FROM alerts").fetchall() == [("hydrant_pressure_zero",)]


def test_what_a_detector_declares_raises_at_once_and_its_return_does_not_close_it(
    worker: Worker, publisher: Publisher, database: psycopg.Connection
) -> None:
    for seconds_ago, state in ((5, "active"), (5, "active"), (1, "cleared")):
        publisher.send(
            "B1/D1/events",
            {"ts": ago(seconds_ago)[:19] + "Z", "event": "fire", "state": state, "text": "三层"},
        )
    counts = wait_for_messages(database, 3)
    assert counts["stored"] == 2
    assert counts["duplicate"] == 1
    rows = database.execute("SELECT rule, condition, closed_at FROM alerts").fetchall()
    assert rows == [("detector_fire_state", "cleared", None)]


def test_a_fire_of_two_channels_lasts_until_both_say_it_is_over_whatever_restarts_meanwhile(
    registry: Settings, publisher: Publisher, database: psycopg.Connection
) -> None:
    def declare(seconds_ago: int, channel: str, event: str, state: str) -> None:
        told = {"ts": ago(seconds_ago), "event": event, "state": state, "channel": channel}
        publisher.send("B1/D1/events", told)

    select = "SELECT condition FROM alerts WHERE rule = 'detector_fire_state'"
    with running_worker(registry):
        declare(60, "flow", "fault", "active")
        declare(50, "smoke", "fire", "active")
        declare(40, "temperature", "fire", "active")
        declare(30, "flow", "fire", "active")
        declare(20, "flow", "fire", "cleared")
        wait_for_messages(database, 5)
    with running_worker(registry):
        declare(10, "smoke", "fire", "cleared")
        wait_for_messages(database, 6)
        assert database.execute(select).fetchall() == [("active",)]
        declare(5, "temperature", "fire", "cleared")
        wait_for_messages(database, 7)
        assert database.execute(select).fetchall() == [("cleared",)]


def test_a_birth_says_online_and_a_will_says_offline(
    worker: Worker, publisher: Publisher, database: psycopg.Connection
) -> None:
    publisher.send("B1/D1/status", {"state": "online", "firmware": "1.2"}, retain=True)
    publisher.send("B1/D1/status", {"state": "offline"}, retain=True)
    wait_for_messages(database, 2)
    rows = database.execute("SELECT online, firmware FROM device_state WHERE device_id = 1").fetchall()
    assert rows == [(False, "1.2")]


def test_a_device_registered_while_the_worker_runs_is_known_at_once(
    worker: Worker, publisher: Publisher, database: psycopg.Connection
) -> None:
    database.execute(
        "INSERT INTO devices (building_id, code, name) VALUES (1, 'NEW', '新设备');"
        "INSERT INTO sensors (device_id, channel, quantity, unit, interval_seconds)"
        " SELECT device_id, 'co', 'co', 'ppm', 10 FROM devices WHERE code = 'NEW';"
        "UPDATE registry_version SET version = version + 1"
    )
    publisher.send("B1/NEW/readings", reading(1, co=3.0))
    assert wait_for_messages(database, 1)["stored"] == 1


def test_the_workers_clock_is_the_databases(database: psycopg.Connection) -> None:
    clock = DatabaseClock()
    clock.ask(database)
    row = database.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    assert row is not None
    assert abs(clock.now() - row[0] * 1e6) < 1_000_000
