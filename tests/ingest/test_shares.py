"""Several ingest processes on one broker: each share has one worker, and buildings move without loss."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from ingest.shares import (
    UnknownBuildingError,
    hear_unregistered,
    move_buildings,
    read_shares,
    spread_buildings,
)
from schemas.settings import Settings
from tests.ingest.conftest import Publisher, count_messages, wait_until

START_MS = int(time.time() * 1000) - 60_000
SERVED_BY = """
SELECT COALESCE(served_by, 'ingest-1') FROM buildings LEFT JOIN building_shares USING (building_id) WHERE code = %s"""


@contextmanager
def running_process(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A real ``fengsui ingest``, ended at the end if it still runs."""
    environment = {
        "FENGSUI_DATABASE_URL": settings.database_url or "",
        "FENGSUI_MQTT_URL": settings.mqtt_url or "",
        "FENGSUI_TOPIC_ROOT": settings.topic_root,
        "FENGSUI_DATA_DIR": str(settings.data_dir),
    }
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / "ingest.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", "ingest"],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(15) in (0, -signal.SIGKILL)


def who_works(database: psycopg.Connection) -> dict[str, int]:
    """Process id by share, of workers that have the broker and showed a sign of life just now."""
    rows = database.execute(
        "SELECT worker, pid FROM workers WHERE broker_connected"
        " AND heartbeat_at > clock_timestamp() - INTERVAL '2.5 seconds'"
    ).fetchall()
    return dict(rows)


class Chatter:
    """Two devices of two buildings that speak all the time, on a thread of its own."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.sent = 0

    def __enter__(self) -> Chatter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(0.01):
            self.sent += 1
            ts = START_MS + self.sent * 10
            for topic in ("B1/D1", "B2/D7"):
                body: dict[str, object] = {"seq": self.sent, "ts": ts, "values": {"smoke": 0.02}}
                self._publisher.send(f"{topic}/readings", body)


def test_the_shares_of_a_dead_process_go_to_the_living_and_nothing_is_lost(
    registry: Settings, database: psycopg.Connection, publisher: Publisher
) -> None:
    move_buildings(database, ["B2"], "ingest-2")
    elsewhere = registry.model_copy(update={"data_dir": registry.data_dir / "elsewhere"})
    with running_process(registry) as first, running_process(elsewhere) as second:
        wait_until(lambda: set(who_works(database).values()) == {first.pid, second.pid})
        wait_until(lambda: database.execute(SERVED_BY, ("B2",)).fetchall() == [("ingest-2",)])
        with Chatter(publisher) as chatter:
            first.kill()
            killed_at = time.monotonic()
            wait_until(lambda: who_works(database) == {"ingest-1": second.pid, "ingest-2": second.pid})
            assert time.monotonic() - killed_at < 10
            # A newcomer gets its part again.
            with running_process(registry) as third:
                wait_until(lambda: set(who_works(database).values()) == {second.pid, third.pid})
        wait_until(lambda: count_readings(database) == 2 * chatter.sent)
        counts = count_messages(database)
        assert counts["stored"] == 2 * chatter.sent
        assert counts["received"] == counts["stored"] + counts["duplicate"]


def test_a_building_moves_between_shares_and_nothing_is_lost_or_doubled(
    registry: Settings, database: psycopg.Connection, publisher: Publisher
) -> None:
    receipts: dict[str, int] = {}
    publisher.listen(
        "+/+/receipts", lambda _, __, m: receipts.update({m.topic.split("/")[-2]: int(m.payload[8:-1])})
    )
    with running_process(registry):
        wait_until(lambda: "ingest-1" in who_works(database))
        with Chatter(publisher) as chatter:
            for share in ("ingest-2", "ingest-3", "ingest-1"):
                move_buildings(database, ["B2"], share)
                wait_until(lambda share=share: database.execute(SERVED_BY, ("B2",)).fetchall() == [(share,)])
        wait_until(lambda: count_readings(database) == 2 * chatter.sent)
        # Receipts go on over the moves: nothing that a device sent remains without one.
        wait_until(lambda: receipts == {"D1": chatter.sent, "D7": chatter.sent})
    assert database.execute("SELECT count(*) FROM reading_conflicts").fetchall() == [(0,)]
    assert database.execute("SELECT rule FROM alerts").fetchall() == []


def test_a_fire_that_begins_in_one_share_is_completed_in_the_next(
    registry: Settings, database: psycopg.Connection, publisher: Publisher
) -> None:
    with running_process(registry):
        wait_until(lambda: "ingest-1" in who_works(database))
        publisher.send("B2/D7/readings", {"ts": START_MS, "values": {"smoke": 0.02}})
        publisher.send("B2/D7/readings", {"ts": START_MS + 10_000, "values": {"smoke": 1.5}})
        wait_until(lambda: count_readings(database) == 2)
        move_buildings(database, ["B2"], "ingest-2")
        wait_until(lambda: database.execute(SERVED_BY, ("B2",)).fetchall() == [("ingest-2",)])
        publisher.send("B2/D7/readings", {"ts": START_MS + 20_000, "values": {"smoke": 1.5}})
        wait_until(lambda: ("smoke_level_alarm",) in database.execute("SELECT rule FROM alerts").fetchall())


def test_the_default_share_hears_strangers_and_leaves_others_messages_alone(
    registry: Settings, database: psycopg.Connection, publisher: Publisher
) -> None:
    spread_buildings(database, 2)
    with running_process(registry):
        wait_until(lambda: len(who_works(database)) == 2)
        wait_until(lambda: all(share.coming == 0 for share in read_shares(database)))
        # Until the old share has read of it, it still takes what is the new one's, and finds duplicates.
        time.sleep(2)
        for building in ("B1/D1", "B2/D7", "B9/D1"):
            publisher.send(f"{building}/readings", {"ts": START_MS, "values": {"smoke": 0.02}})
        wait_until(lambda: count_messages(database)["received"] >= 3)
        counts = database.execute(
            "SELECT worker, messages_stored, messages_quarantined FROM ingest_totals ORDER BY worker"
        ).fetchall()
        assert counts == [("ingest-1", 1, 1), ("ingest-2", 1, 0)]
        hear_unregistered(database, False)
        time.sleep(2.5)
        publisher.send("B9/D1/readings", {"ts": START_MS, "values": {"smoke": 0.03}})
        publisher.send("B1/D1/readings", {"ts": START_MS + 1, "values": {"smoke": 0.02}})
        wait_until(lambda: count_messages(database)["received"] >= 4)
        time.sleep(0.5)
        assert count_messages(database) == {
            "received": 4,
            "stored": 3,
            "duplicate": 0,
            "conflict": 0,
            "quarantined": 1,
        }


def test_a_building_that_is_not_registered_cannot_be_moved(
    registry: Settings, database: psycopg.Connection
) -> None:
    with pytest.raises(UnknownBuildingError, match="B8, B9"):
        move_buildings(database, ["B1", "B9", "B8"], "ingest-2")
    assert database.execute("SELECT count(*) FROM building_shares").fetchall() == [(0,)]


def count_readings(database: psycopg.Connection) -> int:
    return int(database.execute("SELECT count(*) FROM readings").fetchall()[0][0])
