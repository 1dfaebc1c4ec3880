"""While the database is away: nothing lost, nothing twice, and alerts are told at once."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import psycopg
import pytest

from deploy.stack import Services, open_services
from ingest.spool import Spool, SpooledBatch, SpoolFullError
from ingest.subscriber import Message
from schemas.migrations import apply_migrations
from schemas.settings import Settings, load_settings
from tests.ingest.conftest import REGISTRY, Publisher, count_messages, running_worker, wait_until


@pytest.fixture
def mortal() -> Iterator[Services]:
    """A database and a broker of this test's own, which it may stop."""
    with tempfile.TemporaryDirectory(prefix="fengsui-outage-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        settings = load_settings(data_dir=Path(folder) / "data").model_copy(
            update={"database_url": None, "mqtt_url": None}
        )
        with open_services(settings, keep_ports=False) as services:
            assert services.settings.database_url
            apply_migrations(services.settings.database_url)
            with psycopg.connect(services.settings.database_url, autocommit=True) as connection:
                connection.execute(REGISTRY)
            yield services


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
    spool = Spool(settings.spool_path, settings.spool_max_bytes)
    try:
        batch = [len(batch.messages) for batch in spool.list_all()]
    finally:
        spool.close()
    return sum(batch)


def message(i: int) -> Message:
    return Message("t", b"x" * 1000, i, 1, 1, 1)


def fill(spool: Spool, count: int) -> None:
    for number in range(count):
        spool.append(SpooledBatch(number, [message(number)], [], []))


def test_a_full_spool_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite", 2**18)
    with pytest.raises(SpoolFullError):
        fill(spool, 10_000)
    kept = len(spool)
    assert kept > 50
    spool.close()
    again = Spool(tmp_path / "spool.sqlite", 2**18)
    assert [batch.number for batch in again.list_all()] == list(range(kept))
    again.remove_through(0)
    assert len(again) == kept - 1


def test_a_spool_with_a_torn_tail_gives_what_was_whole(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path, 2**24)
    fill(spool, 20)
    journal = path.with_name("spool.sqlite-wal").read_bytes()
    content = path.read_bytes()
    spool.close()
    torn = tmp_path / "torn.sqlite"
    torn.write_bytes(content)
    torn.with_name("torn.sqlite-wal").write_bytes(journal[:-2500])
    numbers = [batch.number for batch in Spool(torn, 2**24).list_all()]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= 15
