"""The real server over the real database, and a hand that writes what the worker would."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI

from api.app import make_server
from ingest.store_alerts import apply_changes, write_catalogue
from rules.catalogue import CATALOGUE
from rules.changes import Change, ChangeKind, Subject
from schemas.domain import SubjectKind
from schemas.settings import Settings

RULES = {rule.id: rule for rule in CATALOGUE}
REGISTRY = """
INSERT INTO areas (code, name, level) VALUES ('A1', '青禾街道', 'street');
INSERT INTO buildings (code, name, area_id, building_class, building_use, height_m, floors, high_risk) VALUES
    ('B1', '一号楼', 1, 'high_rise_1', 'residential', 80, 26, true),
    ('B2', '二号楼', 1, 'high_rise_2', 'public', 40, 12, false);
INSERT INTO zones (building_id, code, name, floor, zone_use) VALUES (1, 'Z1', '三层走道', 3, 'corridor');
INSERT INTO devices (building_id, zone_id, code, name, retired)
    SELECT 1, 1, 'D' || n, '感烟探测器 ' || n, false FROM generate_series(1, 200) n;
INSERT INTO devices (building_id, code, name, retired) VALUES (2, 'E1', '二号楼探测器', false), (2, 'E2', '已拆', true);
INSERT INTO sensors (device_id, channel, quantity, unit, interval_seconds)
    SELECT device_id, 'smoke', 'smoke', 'dB/m', 10 FROM devices ORDER BY device_id;
UPDATE registry_version SET version = version + 1;
"""
BEAT = """
INSERT INTO workers (worker, pid, started_at, heartbeat_at, broker_connected, broker_note, last_commit_at,
                     lag_seconds, messages_per_second, readings_per_second, spool_batches, spool_note)
VALUES (%(worker)s, 1, now(), clock_timestamp() - make_interval(secs => %(age)s), %(connected)s, %(note)s,
        clock_timestamp(), %(lag)s, 40, 80, %(spool_batches)s, %(spool_note)s)
ON CONFLICT (worker) DO UPDATE SET heartbeat_at = EXCLUDED.heartbeat_at, lag_seconds = EXCLUDED.lag_seconds,
    broker_connected = EXCLUDED.broker_connected, broker_note = EXCLUDED.broker_note,
    spool_batches = EXCLUDED.spool_batches, spool_note = EXCLUDED.spool_note"""
SELECT_OPEN = "SELECT alert_id FROM alerts WHERE rule = %s AND subject_id = %s ORDER BY alert_id DESC LIMIT 1"


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something that happens elsewhere; fails when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


class Hand:
    """Writes alerts and signs of life as the worker does, over its own functions."""

    def __init__(self, database: psycopg.Connection, *, is_registered: bool = False) -> None:
        self.database = database
        if not is_registered:
            database.execute(REGISTRY)
        with database.cursor() as cursor:
            write_catalogue(cursor, CATALOGUE)

    def beat(
        self,
        age: float = 0,
        *,
        worker: str = "ingest-1",
        connected: bool = True,
        lag: float = 0.01,
        note: str = "",
        spool: tuple[int, str] = (0, ""),
    ) -> None:
        params = {
            "worker": worker,
            "age": age,
            "connected": connected,
            "lag": lag,
            "note": note,
            "spool_batches": spool[0],
            "spool_note": spool[1],
        }
        self.database.execute(BEAT, params)

    def raise_alert(self, number: int = 1, rule: str = "smoke_level_alarm", at: float | None = None) -> int:
        """Raise about device and sensor `number`; returns the alert's id."""
        self._apply(ChangeKind.RAISE, number, rule, at)
        row = self.database.execute(SELECT_OPEN, (rule, number)).fetchone()
        assert row is not None
        return int(row[0])

    def clear(self, number: int = 1, rule: str = "smoke_level_alarm", at: float | None = None) -> None:
        self._apply(ChangeKind.CLEAR, number, rule, at)

    def _apply(self, kind: ChangeKind, number: int, rule: str, at: float | None) -> None:
        change = make_change(kind, number, rule, time.time() if at is None else at)
        with self.database.transaction(), self.database.cursor() as cursor:
            apply_changes(cursor, [change])


def make_change(kind: ChangeKind, number: int, rule: str, at: float) -> Change:
    """A change about device and sensor `number`; silence is about the device, the rest about the sensor."""
    building, zone = (1, 1) if number <= 200 else (2, None)
    if rule in ("device_silent", "gateway_silent"):
        subject = Subject(SubjectKind.DEVICE, number, building, zone, number, None)
        return Change(kind, RULES[rule], subject, int(at * 1e6), RULES[rule].severity)
    subject = Subject(SubjectKind.SENSOR, number, building, zone, number, number)
    severity = RULES[rule].severity
    return Change(kind, RULES[rule], subject, int(at * 1e6), severity, value=0.42, limit=0.3, unit="dB/m")


@contextmanager
def running_api(settings: Settings, port: int = 0) -> Iterator[str]:
    """The server on a port, a free one by default, on a thread; yields its address."""
    with running_server(make_server(settings), port) as address:
        yield address


@contextmanager
def running_server(server: uvicorn.Server, port: int = 0) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", port))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield address
    finally:
        server.should_exit = True
        thread.join(5)


@dataclass(frozen=True)
class Api:
    """A running server, by its address and from within."""

    url: str
    app: FastAPI

    def ask_the_tables(self, _: httpx.Request | None = None) -> None:
        """Have the next answers come from the tables, which the hand has written to behind the server's back."""
        self.app.state.change_feed.note_write()


@pytest.fixture(scope="session")
def api(migrated: Settings) -> Iterator[Api]:
    server = make_server(migrated)
    app = server.config.app
    assert isinstance(app, FastAPI)
    with running_server(server) as address:
        yield Api(address, app)


@pytest.fixture(scope="session")
def api_url(api: Api) -> str:
    return api.url


@pytest.fixture
def hand(database: psycopg.Connection) -> Hand:
    return Hand(database)


@pytest.fixture
def client(api: Api, hand: Hand) -> Iterator[httpx.Client]:
    """A client of the server over a database with a registry in it and nothing else; nothing comes from memory."""
    hooks = {"request": [api.ask_the_tables]}
    with httpx.Client(base_url=api.url, timeout=30, trust_env=False, event_hooks=hooks) as client:
        # What the test before did to the server's connections is over; until then it refuses for a second or two.
        wait_until(lambda: client.get("/v1/alerts?limit=1").status_code != 503)
        yield client
