"""The changes feed: everything, once, in order, at once."""

from __future__ import annotations

import random
import threading
import time

import httpx
import psycopg
import pytest
from psycopg.errors import DeadlockDetected

from ingest.store_alerts import apply_changes
from rules.changes import ChangeKind
from schemas.settings import Settings
from tests.api.conftest import Hand, make_change, running_api, wait_until

N_WRITERS = 6
ROUNDS = 40


def test_changes_come_in_order_with_the_alert_as_it_is(client: httpx.Client, hand: Hand) -> None:
    hand.raise_alert(1)
    hand.raise_alert(2)
    hand.clear(1)
    body = client.get("/v1/alerts/changes?after=0").json()
    assert [(c["change_id"], c["action"], c["alert"]["where"]["device"]["code"]) for c in body["changes"]] == [
        (1, "raised", "D1"), (2, "raised", "D2"), (3, "cleared", "D1")
    ]  # fmt: skip
    assert body["changes"][0]["condition"] == "active"
    assert body["changes"][0]["alert"]["condition"] == "cleared"
    assert (body["next"], body["newest"]) == (3, 3)
    assert client.get("/v1/alerts/changes?after=3").json()["changes"] == []


def test_a_limit_cuts_the_feed_without_losing_anything(client: httpx.Client, hand: Hand) -> None:
    for number in range(1, 8):
        hand.raise_alert(number)
    after, seen = 0, []
    while True:
        body = client.get(f"/v1/alerts/changes?after={after}&limit=3").json()
        if not body["changes"]:
            break
        seen += [change["change_id"] for change in body["changes"]]
        after = body["next"]
    assert seen == list(range(1, 8))


def test_a_cursor_of_another_database_is_a_clear_problem(client: httpx.Client, hand: Hand) -> None:
    hand.raise_alert(1)
    answer = client.get("/v1/alerts/changes?after=2&wait=5")
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:fengsui:problem:cursor-ahead"
    assert "another database" in answer.json()["detail"]


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "", "after=0&wait=26", "after=0&wait=nan", "after=9" + "9" * 30]
)
def test_a_cursor_that_is_no_cursor_is_refused(client: httpx.Client, query: str) -> None:
    answer = client.get(f"/v1/alerts/changes?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_long_poll_answers_as_soon_as_something_is_committed(client: httpx.Client, hand: Hand) -> None:
    committed = 0.0

    def write() -> None:
        nonlocal committed
        time.sleep(0.7)
        hand.raise_alert(1)
        committed = time.monotonic()

    writer = threading.Thread(target=write)
    writer.start()
    body = client.get("/v1/alerts/changes?after=0&wait=20").json()
    answered = time.monotonic()
    writer.join()
    assert len(body["changes"]) == 1
    assert answered - committed < 0.25


def test_a_long_poll_without_changes_ends_in_time_and_is_fresh(client: httpx.Client, hand: Hand) -> None:
    hand.raise_alert(1)
    begun = time.monotonic()
    early = client.get("/v1/status").headers["fengsui-as-of"]
    body = client.get("/v1/alerts/changes?after=1&wait=1.2").json()
    assert 1.1 < time.monotonic() - begun < 2.5
    assert (body["changes"], body["next"]) == ([], 1)
    assert body["as_of"][:19] > early[:19]


def test_a_change_that_nobody_announces_is_found_by_looking(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    alert_id = hand.raise_alert(1)

    def write_silently() -> None:
        time.sleep(0.3)
        with database.transaction():
            database.execute("SET LOCAL session_replication_role = replica")
            database.execute("UPDATE change_counter SET last_id = 2")
            database.execute(
                "INSERT INTO alert_events (change_id, alert_id, action, at, actor, condition, severity) "
                "VALUES (2, %s, 'cleared', now(), 'rules', 'cleared', 2)",
                (alert_id,),
            )

    writer = threading.Thread(target=write_silently)
    writer.start()
    begun = time.monotonic()
    body = client.get("/v1/alerts/changes?after=1&wait=20").json()
    writer.join()
    assert [change["change_id"] for change in body["changes"]] == [2]
    assert time.monotonic() - begun < 3


def test_a_long_poll_outlives_a_lost_listening_connection(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    def cut_and_write() -> None:
        time.sleep(0.3)
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'fengsui api changes' AND datname = current_database()"
        )
        hand.raise_alert(1)

    writer = threading.Thread(target=cut_and_write)
    writer.start()
    body = client.get("/v1/alerts/changes?after=0&wait=20").json()
    writer.join()
    assert len(body["changes"]) == 1


def test_a_poller_sees_every_change_of_concurrent_writers_exactly_once_in_order(
    client: httpx.Client, hand: Hand, settings: Settings
) -> None:
    """Writers commit, roll back and dawdle; a poller that only uses the cursor ends with the table's own state."""
    assert settings.database_url
    writers = [
        threading.Thread(target=_write_at_random, args=(settings.database_url, number))
        for number in range(N_WRITERS)
    ]
    for writer in writers:
        writer.start()
    after, seen = 0, []
    while True:
        finished = not any(writer.is_alive() for writer in writers)
        wait = 0 if finished else random.choice((0, 0.05, 5))
        body = client.get(
            f"/v1/alerts/changes?after={after}&wait={wait}&limit={random.choice((1, 7, 1000))}"
        ).json()
        assert body["next"] == (body["changes"][-1]["change_id"] if body["changes"] else after)
        seen += [(change["change_id"], change["action"], change["alert"]["id"]) for change in body["changes"]]
        after = body["next"]
        if finished and not body["changes"]:
            break
    in_table = hand.database.execute(
        "SELECT change_id, action, alert_id FROM alert_events ORDER BY 1"
    ).fetchall()
    assert seen == in_table
    assert [change_id for change_id, _, _ in seen] == list(range(1, len(seen) + 1))
    assert len(seen) > N_WRITERS * ROUNDS // 3


def _write_at_random(database_url: str, number: int) -> None:
    """Raise and clear some of twelve subjects a transaction, as workers whose shares overlap would not even do."""
    chance = random.Random(number)
    with psycopg.connect(database_url, autocommit=True) as connection:
        for _ in range(ROUNDS):
            subjects = sorted(chance.sample(range(1, 13), chance.randint(1, 4)))
            kind = chance.choice((ChangeKind.RAISE, ChangeKind.CLEAR))
            changes = [make_change(kind, subject, "smoke_rise", time.time()) for subject in subjects]
            try:
                with connection.transaction(), connection.cursor() as cursor:
                    apply_changes(cursor, changes)
                    time.sleep(chance.choice((0, 0, 0.002, 0.01)))
                    if chance.random() < 0.2:
                        raise psycopg.Rollback
            except DeadlockDetected:
                continue


def test_stopping_sends_long_polls_home_at_once(client: httpx.Client, settings: Settings) -> None:
    statuses = []
    # Making twenty clients takes a while; the API must not be asked to stop before they have asked.
    all_made = threading.Barrier(21)

    def wait(address: str) -> None:
        with httpx.Client(base_url=address, timeout=30, trust_env=False) as poller:
            all_made.wait()
            statuses.append(poller.get("/v1/alerts/changes?after=0&wait=25").status_code)

    with running_api(settings) as address:
        wait_until(lambda: httpx.get(f"{address}/healthz", trust_env=False).status_code == 200)
        pollers = [threading.Thread(target=wait, args=(address,)) for _ in range(20)]
        for poller in pollers:
            poller.start()
        all_made.wait()
        time.sleep(1)
        begun = time.monotonic()
    stopped = time.monotonic() - begun
    for poller in pollers:
        poller.join()
    assert statuses == [200] * 20
    assert stopped < 2
