"""The feed as server-sent events: the same changes, once, in order, over cuts of every kind."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import psycopg
import pytest

from schemas.settings import Settings
from tests.api.conftest import Hand, running_api, wait_until


@dataclass
class Event:
    kind: str
    id: int | None
    data: str


def read_events(lines: Iterator[str]) -> Iterator[Event]:
    """Events as a browser would take them; comments are events of kind ``:``."""
    kind, number, data = "", None, ""
    for line in lines:
        name, _, value = line.partition(":")
        if line.startswith(":"):
            yield Event(":", None, value.strip())
        elif name == "event":
            kind = value.strip()
        elif name == "id":
            number = int(value)
        elif name == "data":
            data = value.strip()
        elif not line and kind:
            yield Event(kind, number, data)
            kind, number, data = "", None, ""


@contextmanager
def listening(client: httpx.Client, query: str = "", **headers: str) -> Iterator[Iterator[Event]]:
    with client.stream("GET", f"/v1/alerts/stream{query}", headers=headers) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield read_events(answer.iter_lines())


def take_changes(events: Iterator[Event], n: int) -> list[int]:
    changes = (event for event in events if event.kind == "change")
    return [next(changes).id or 0 for _ in range(n)]


def test_a_stream_begins_after_the_change_asked_for_and_goes_on_with_what_is_committed(
    client: httpx.Client, hand: Hand
) -> None:
    for number in (1, 2, 3):
        hand.raise_alert(number)
    with listening(client, "?after=1") as events:
        begin = next(events)
        assert (begin.kind, begin.id) == ("position", 1)
        assert take_changes(events, 2) == [2, 3]
        hand.clear(2)
        change = next(event for event in events if event.kind == "change")
    assert change.id == 4
    body = json.loads(change.data)
    assert (body["action"], body["alert"]["condition"]) == ("cleared", "cleared")
    assert body == client.get("/v1/alerts/changes?after=3").json()["changes"][0]


def test_a_stream_resumes_by_last_event_id(client: httpx.Client, hand: Hand) -> None:
    hand.raise_alert(1)
    with listening(client) as events:
        assert next(events).id == 1
    for number in (2, 3):
        hand.raise_alert(number)
    with listening(client, "?after=0", **{"Last-Event-ID": "2"}) as events:
        assert take_changes(events, 1) == [3]


def test_a_stream_says_every_two_seconds_how_fresh_it_is(client: httpx.Client, hand: Hand) -> None:
    hand.beat()
    with listening(client) as events:
        of_freshness = (json.loads(event.data) for event in events if event.kind == "freshness")
        beats = [next(of_freshness), next(of_freshness)]
    assert beats[0]["as_of"] < beats[1]["as_of"]
    assert beats[0]["pipeline"]["state"] == "running"


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 30, "1.5"])
def test_an_event_id_that_is_none_of_ours_is_refused(client: httpx.Client, number: str) -> None:
    answer = client.get("/v1/alerts/stream", headers={"Last-Event-ID": number})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:fengsui:problem:bad-event-id")


def test_a_position_of_another_database_is_refused_before_and_ends_a_stream_within(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    assert client.get("/v1/alerts/stream?after=5").status_code == 409
    hand.raise_alert(1)
    hand.raise_alert(2)
    with listening(client) as events:
        assert next(events).id == 2
        database.execute("TRUNCATE alert_events; UPDATE change_counter SET last_id = 0")
        assert [event.kind for event in events][-1] == "reset"


def test_a_stream_outlives_a_lost_database_and_misses_nothing(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    hand.raise_alert(1)
    with listening(client) as events:
        next(events)
        for number in range(2, 6):
            database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name LIKE 'fengsui api%' AND datname = current_database()"
            )
            hand.raise_alert(number)
        assert take_changes(events, 4) == [2, 3, 4, 5]


def test_all_listeners_of_a_process_share_one_connection(
    client: httpx.Client, hand: Hand, database: psycopg.Connection, api_url: str
) -> None:
    def count_connections() -> int:
        query = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE application_name = 'fengsui api changes' AND datname = current_database()"
        )
        return int((database.execute(query).fetchone() or (0,))[0])

    # Servers of other tests may be there too.
    wait_until(lambda: count_connections() > 0)
    before = count_connections()
    n_streams = 40
    seen: list[list[int]] = []
    ready = threading.Barrier(n_streams + 1)

    def listen() -> None:
        with httpx.Client(base_url=api_url, timeout=30, trust_env=False) as own, listening(own) as events:
            next(events)
            ready.wait()
            seen.append(take_changes(events, 10))

    threads = [threading.Thread(target=listen) for _ in range(n_streams)]
    for thread in threads:
        thread.start()
    ready.wait()
    after = count_connections()
    for number in range(1, 11):
        hand.raise_alert(number)
    for thread in threads:
        thread.join()
    assert after == before
    assert seen == [list(range(1, 11))] * n_streams


def test_stopping_ends_streams_cleanly(client: httpx.Client, settings: Settings) -> None:
    ended = []

    def listen(address: str) -> None:
        with httpx.Client(base_url=address, timeout=30, trust_env=False) as own, listening(own) as events:
            ended.extend(event.kind for event in events)

    with running_api(settings) as address:
        wait_until(lambda: httpx.get(f"{address}/healthz", trust_env=False).status_code == 200)
        thread = threading.Thread(target=listen, args=(address,))
        thread.start()
        time.sleep(1)
        begun = time.monotonic()
    thread.join()
    assert time.monotonic() - begun < 3
    # Cut off half way, reading would have failed instead.
    assert ended[0] == "position"
