"""Random histories: whoever only keeps a cursor ends with exactly the database's state, whatever dies meanwhile.

Workers raise and clear, people act, writers die in the middle of a transaction, the API's connections are cut and the
API itself is killed. One client polls and one listens to the stream; both forget an answer now and then as if they had
been killed before they stored their cursor. ``FENGSUI_TEST_HISTORIES=1000`` runs as many.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import psycopg
import pytest

from deploy.ports import free_port
from ingest.store_alerts import apply_changes
from rules.changes import ChangeKind
from schemas.settings import Settings
from tests.api.conftest import Hand, make_change, wait_until
from tests.api.test_stream import read_events

N_HISTORIES = int(os.environ.get("FENGSUI_TEST_HISTORIES", "20"))
N_WRITERS = 3
N_SUBJECTS = 12
WRITER = "fengsui test writer"
SELECT_EVENTS = "SELECT change_id, action, alert_id FROM alert_events ORDER BY change_id"
SELECT_ALERTS = """
SELECT alert_id, change_id, condition, closed_at IS NOT NULL, acknowledged_by, assigned_to, verdict FROM alerts"""

State = tuple[int, str, bool, str | None, str | None, str | None]
Json = dict[str, object]


@dataclass
class Replica:
    """What a client knows that has nothing but the feed."""

    after: int = 0
    seen: list[tuple[int, str, int]] = field(default_factory=list)
    alerts: dict[int, State] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def take(self, change: Json) -> None:
        if change["change_id"] != self.after + 1:
            self.wrong.append(f"{change['change_id']} came after {self.after}")
        alert = change["alert"]
        assert isinstance(alert, dict)
        self.seen.append((self.after + 1, str(change["action"]), alert["id"]))
        names = [alert[axis] and alert[axis][member] for axis, member in _AXES]
        closed = alert["closed_at"] is not None
        state = (alert["change_id"], alert["condition"], closed, names[0], names[1], names[2])
        self.alerts[alert["id"]] = state
        # Last of all: whoever compares waits for this.
        self.after += 1


_AXES = (("acknowledged", "by"), ("assigned", "to"), ("verdict", "verdict"))


class Api:
    """The API as a process of its own, which can be killed."""

    def __init__(self, settings: Settings, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._environment = os.environ | {
            "FENGSUI_DATABASE_URL": settings.database_url or "",
            "FENGSUI_MQTT_URL": settings.mqtt_url or "",
            "FENGSUI_DATA_DIR": str(settings.data_dir),
            "FENGSUI_HTTP_PORT": str(port),
            # Timers would go on writing while the database and its copies are compared.
            "FENGSUI_REMIND_SECONDS": "0",
            "FENGSUI_SUPERVISOR_SECONDS": "0",
            "FENGSUI_SECOND_CONTACT_SECONDS": "0",
        }
        self.start()

    def start(self) -> None:
        command = (
            "from api.app import serve; from schemas.settings import load_settings; serve(load_settings())"
        )
        self._process = subprocess.Popen([sys.executable, "-c", command], env=self._environment)
        wait_until(self._answers, 60)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def _answers(self) -> bool:
        assert self._process.poll() is None, "the API ended by itself"
        try:
            return httpx.get(f"{self.address}/healthz", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def running_process(settings: Settings, port: int) -> Iterator[Api]:
    api = Api(settings, port)
    try:
        yield api
    finally:
        api.kill()


def poll(address: str, replica: Replica, chance: random.Random, stop: threading.Event) -> None:
    with httpx.Client(base_url=address, timeout=40, trust_env=False) as client:
        while not stop.is_set():
            query = {
                "after": replica.after,
                "wait": chance.choice((0, 0.05, 1)),
                "limit": chance.choice((1, 7, 1000)),
            }
            try:
                answer = client.get("/v1/alerts/changes", params=query)
            except httpx.TransportError:
                time.sleep(0.02)
                continue
            if answer.status_code == 200 and chance.random() > 0.1:
                for change in answer.json()["changes"]:
                    replica.take(change)
            elif answer.status_code not in (200, 503):
                replica.wrong.append(answer.text)


def listen(address: str, replica: Replica, chance: random.Random, stop: threading.Event) -> None:
    with httpx.Client(base_url=address, timeout=5, trust_env=False) as client:
        while not stop.is_set():
            n_events = chance.choice((3, 20, 1000))
            headers = {"Last-Event-ID": str(replica.after)}
            try:
                with client.stream("GET", "/v1/alerts/stream", headers=headers) as answer:
                    if answer.status_code != 200:
                        time.sleep(0.05)
                        continue
                    for _, event in zip(range(n_events), read_events(answer.iter_lines()), strict=False):
                        if event.kind == "change":
                            replica.take(json.loads(event.data))
                        if stop.is_set():
                            break
            except httpx.TransportError:
                time.sleep(0.02)


def write_at_random(database_url: str, chance: random.Random) -> None:
    """Batches as workers write them; some are rolled back, some die with their connection."""
    for _ in range(chance.randint(2, 6)):
        subjects = sorted(chance.sample(range(1, N_SUBJECTS + 1), chance.randint(1, 4)))
        kind = chance.choice((ChangeKind.RAISE, ChangeKind.CLEAR))
        rule = chance.choice(("smoke_rise", "smoke_level_alarm"))
        changes = [make_change(kind, subject, rule, time.time()) for subject in subjects]
        try:
            with psycopg.connect(database_url, application_name=WRITER) as connection:
                with connection.cursor() as cursor:
                    apply_changes(cursor, changes)
                    time.sleep(chance.choice((0, 0, 0.002, 0.02)))
                if chance.random() < 0.2:
                    connection.rollback()
        except psycopg.OperationalError:
            continue


def act_at_random(address: str, chance: random.Random) -> None:
    """People; an act that meets a dead API is lost, or done without its answer."""
    bodies: list[tuple[str, Json]] = [
        ("acknowledge", {"by": "王"}),
        ("assign", {"by": "王", "to": "李"}),
        ("comment", {"by": "李", "note": "有烟"}),
        ("verdict", {"by": "李", "verdict": "test"}),
        ("close", {"by": "李", "note": "施工", "force": True}),
        ("undo", {"by": "王"}),
    ]
    with httpx.Client(base_url=address, timeout=10, trust_env=False) as client:
        for _ in range(chance.randint(1, 6)):
            what, body = chance.choice(bodies)
            try:
                alerts = client.get("/v1/alerts?limit=5").json().get("alerts", [])
                if alerts:
                    client.post(f"/v1/alerts/{chance.choice(alerts)['id']}/{what}", json=body)
            except httpx.TransportError:
                time.sleep(0.02)


def break_at_random(database: psycopg.Connection, api: Api, chance: random.Random) -> None:
    time.sleep(chance.random() * 0.05)
    what = chance.random()
    if what < 0.03:
        api.kill()
        api.start()
    elif what < 0.8:
        name = WRITER if what < 0.5 else "fengsui api%"
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name LIKE %s AND datname = current_database()",
            (name,),
        )


def check(database: psycopg.Connection, replica: Replica) -> None:
    newest = database.execute("SELECT last_id FROM change_counter").fetchone()
    assert newest is not None
    wait_until(lambda: replica.after >= newest[0] or bool(replica.wrong), 60)
    assert not replica.wrong
    assert replica.seen == database.execute(SELECT_EVENTS).fetchall()
    assert replica.alerts == {row[0]: row[1:] for row in database.execute(SELECT_ALERTS).fetchall()}


@pytest.mark.timeout(60 + 10 * N_HISTORIES)
def test_whoever_keeps_only_a_cursor_ends_with_the_state_of_the_database(
    hand: Hand, database: psycopg.Connection, settings: Settings
) -> None:
    polled, listened, stop = Replica(), Replica(), threading.Event()
    assert settings.database_url
    with running_process(settings, free_port()) as api:
        clients = [
            threading.Thread(target=poll, args=(api.address, polled, random.Random(1), stop)),
            threading.Thread(target=listen, args=(api.address, listened, random.Random(2), stop)),
        ]
        for thread in clients:
            thread.start()
        try:
            for history in range(N_HISTORIES):
                _live_through(history, database, settings.database_url, api)
                check(database, polled)
                check(database, listened)
        finally:
            stop.set()
            for thread in clients:
                thread.join()
    assert len(polled.seen) > N_HISTORIES


def _live_through(history: int, database: psycopg.Connection, database_url: str, api: Api) -> None:
    chances = [random.Random(f"{history} {number}") for number in range(N_WRITERS + 2)]
    threads = [
        threading.Thread(target=write_at_random, args=(database_url, chance))
        for chance in chances[:N_WRITERS]
    ]
    threads.append(threading.Thread(target=act_at_random, args=(api.address, chances[-2])))
    for thread in threads:
        thread.start()
    break_at_random(database, api, chances[-1])
    for thread in threads:
        thread.join()


def test_eight_raises_of_one_alert_at_once_are_one_episode_and_nobody_gets_an_error(
    hand: Hand, database: psycopg.Connection, settings: Settings
) -> None:
    assert settings.database_url
    errors: list[psycopg.Error] = []
    ready = threading.Barrier(8)

    def raise_it() -> None:
        try:
            with psycopg.connect(settings.database_url or "") as connection, connection.cursor() as cursor:
                ready.wait()
                apply_changes(cursor, [make_change(ChangeKind.RAISE, 1, "smoke_level_alarm", time.time())])
        except psycopg.Error as error:
            errors.append(error)

    threads = [threading.Thread(target=raise_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert database.execute("SELECT count(*) FROM alerts").fetchone() == (1,)
    assert database.execute("SELECT change_id, action FROM alert_events").fetchall() == [(1, "raised")]
