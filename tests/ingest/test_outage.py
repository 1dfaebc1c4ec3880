"""While the database is away: nothing lost, nothing twice, and alerts are told at once."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import msgspec
import paho.mqtt.client as mqtt
import psycopg
import pytest

from deploy.stack import Services
from ingest.spooled_batch import SpooledBatch
from schemas.settings import Settings
from simulators.faults.proxy import Proxy
from tests.ingest.conftest import REGISTRY, Publisher, count_messages, running_worker, wait_until


@pytest.fixture
def mortal(mortal: Services) -> Services:
    """A database and a broker of this test's own, which it may stop, with the small registry."""
    assert mortal.settings.database_url
    with psycopg.connect(mortal.settings.database_url, autocommit=True) as connection:
        connection.execute(REGISTRY)
    return mortal


def stamp(seconds_ago: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds_ago)).isoformat(timespec="microseconds")


def send_readings(publisher: Publisher, first: int, count: int) -> None:
    for seq in range(first, first + count):
        publisher.send("B1/D1/readings", {"seq": seq, "ts": stamp(0), "values": {"temperature": 20.0}})


def test_what_comes_while_the_database_is_away_is_stored_afterwards_once(mortal: Services) -> None:
    settings = mortal.settings
    publisher = Publisher(settings)
    notices: list[dict[str, object]] = []
    receipts: list[int] = []

    def hear_notice(_: mqtt.Client, __: object, message: mqtt.MQTTMessage) -> None:
        notices.append(json.loads(message.payload))

    def hear_receipt(_: mqtt.Client, __: object, message: mqtt.MQTTMessage) -> None:
        receipts.append(json.loads(message.payload)["seq"])

    publisher.listen("alerts/B1", hear_notice)
    publisher.listen("B1/D1/receipts", hear_receipt)
    assert mortal.postgres is not None
    with running_worker(settings):
        send_readings(publisher, 1, 20)
        wait_until(lambda: bool(receipts) and receipts[-1] == 20)
        port = mortal.postgres.port
        mortal.postgres.child.kill()
        send_readings(publisher, 21, 50)
        for seconds_ago in (60, 40, 20):
            publisher.send("B1/D2/readings", {"ts": stamp(seconds_ago), "values": {"pressure": 0}})
        wait_until(lambda: any(not notice["persisted"] for notice in notices))
        assert notices[0]["rule"] == "hydrant_pressure_zero"
        assert notices[0]["device"] == "D2"
        # A receipt promises that the database has it: while it is away there is none.
        assert receipts[-1] == 20
        mortal.postgres.start([port])
        send_readings(publisher, 71, 10)
        wait_until(lambda: receipts[-1] == 80, 30)
    assert [notice["persisted"] for notice in notices] == [False, True]
    with psycopg.connect(settings.database_url or "", autocommit=True) as database:
        counts = count_messages(database)
        assert counts == {"received": 83, "stored": 83, "duplicate": 0, "conflict": 0, "quarantined": 0}
        assert database.execute("SELECT count(*) FROM readings").fetchone() == (83,)
        assert database.execute("SELECT rule FROM alerts").fetchall() == [("hydrant_pressure_zero",)]
    publisher.close()


def test_what_was_spooled_is_stored_by_the_next_process(mortal: Services) -> None:
    settings = mortal.settings
    publisher = Publisher(settings)
    assert mortal.postgres is not None
    with running_worker(settings):
        port = mortal.postgres.port
        mortal.postgres.child.kill()
        send_readings(publisher, 1, 30)
        wait_until(lambda: settings.spool_path.exists() and _spooled(settings) >= 30)
    mortal.postgres.start([port])
    with running_worker(settings):
        pass
    with psycopg.connect(settings.database_url or "", autocommit=True) as database:
        assert count_messages(database)["stored"] == 30
    publisher.close()


def _spooled(settings: Settings) -> int:
    """Messages that a worker has in its spool, read without taking it from the worker."""
    with closing(sqlite3.connect(f"file:{settings.spool_path}?mode=ro", uri=True)) as spool:
        rows = spool.execute("SELECT content FROM batches").fetchall()
    return sum(len(msgspec.msgpack.decode(content, type=SpooledBatch).messages) for (content,) in rows)


def test_a_full_spool_stops_acknowledging_and_everything_is_stored_when_the_database_is_back(
    mortal: Services,
) -> None:
    settings = mortal.settings.model_copy(update={"spool_max_bytes": 2**20, "receive_maximum": 8})
    publisher = Publisher(settings)
    assert mortal.postgres is not None
    with running_worker(settings):
        port = mortal.postgres.port
        mortal.postgres.child.kill()
        for i in range(60):
            publisher.send("B1/D1/readings", f"{i} is no JSON" + 50_000 * "x")
        wait_until(lambda: _spooled(settings) >= 8)
        mortal.postgres.start([port])
        with psycopg.connect(settings.database_url or "", autocommit=True) as database:
            wait_until(lambda: count_messages(database)["quarantined"] == 60, 30)
            assert count_messages(database)["received"] == 60
            assert database.execute("SELECT max(occurrences), count(*) FROM quarantine").fetchone() == (1, 60)
    publisher.close()


def test_a_silent_database_holds_up_no_alert_and_nothing_is_stored_twice(mortal: Services) -> None:
    settings = mortal.settings
    url = urlsplit(settings.database_url or "")
    assert url.hostname
    wire = Proxy(url.hostname, url.port or 5432)
    through_wire = url._replace(netloc=url.netloc.replace(f":{url.port}", f":{wire.port}")).geturl()
    publisher = Publisher(settings)
    notices: list[dict[str, object]] = []
    publisher.listen("alerts/B1", lambda _, __, message: notices.append(json.loads(message.payload)))
    with running_worker(settings.model_copy(update={"database_url": through_wire})):
        send_readings(publisher, 1, 20)
        wire.freeze()
        send_readings(publisher, 21, 50)
        publisher.send("B1/D1/events", {"ts": stamp(0), "event": "fire", "state": "active"})
        wait_until(lambda: bool(notices))
        assert (notices[0]["rule"], notices[0]["persisted"]) == ("detector_fire_state", False)
        wait_until(lambda: _spooled(settings) > 0)
        wire.thaw()
        with psycopg.connect(settings.database_url or "", autocommit=True) as database:
            wait_until(lambda: count_messages(database)["stored"] == 71, 40)
            assert count_messages(database)["received"] == 71
        wait_until(lambda: len(notices) == 2)
        assert [notice["persisted"] for notice in notices] == [False, True]
    publisher.close()
    wire.close()


def test_a_spool_that_nobody_holds_is_stored_by_the_worker_beside_it(mortal: Services) -> None:
    settings = mortal.settings
    gone = settings
    with psycopg.connect(settings.database_url or "", autocommit=True) as database:
        database.execute("INSERT INTO shares (share) VALUES ('stays')")
    publisher = Publisher(settings)
    assert mortal.postgres is not None
    with running_worker(gone):
        port = mortal.postgres.port
        mortal.postgres.child.kill()
        send_readings(publisher, 1, 30)
        wait_until(lambda: gone.spool_path.exists() and _spooled(gone) >= 30)
    mortal.postgres.start([port])
    with (
        running_worker(settings.model_copy(update={"share": "stays"})),
        psycopg.connect(settings.database_url or "", autocommit=True) as database,
    ):
        wait_until(lambda: database.execute("SELECT count(*) FROM readings").fetchone() == (30,), 40)
        wait_until(lambda: _spooled(gone) == 0)
        # Its messages were acknowledged, so the worker that is gone is told of none of them again.
        with running_worker(gone):
            send_readings(publisher, 31, 1)
            wait_until(lambda: database.execute("SELECT count(*) FROM readings").fetchone() == (31,))
    publisher.close()
