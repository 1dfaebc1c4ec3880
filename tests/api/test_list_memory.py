"""Lists are answered out of memory while nothing has changed, and never out of it once something has."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from api.list_memory import ListMemory, RememberedList
from api.recent_changes import Mark
from tests.api.conftest import Api, Hand, wait_until

STOP_LISTENING = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'fengsui api changes' AND datname = current_database()"""


@pytest.fixture
def poller(api: Api, hand: Hand) -> Iterator[httpx.Client]:
    """A client whose answers come from wherever the server takes them."""
    hand.beat()
    settle(api)
    with httpx.Client(base_url=api.url, timeout=30, trust_env=False) as client:
        yield client


def settle(api: Api) -> None:
    """Wait for a look of the feed that began after now."""
    api.ask_the_tables()
    wait_until(lambda: api.app.state.change_feed.current is not None)


def is_remembered(api: Api, query: bytes) -> bool:
    """Whether a list would be answered out of memory."""
    memory: ListMemory = api.app.state.list_memory
    return memory.find((query, None), api.app.state.change_feed) is not None


def test_an_unchanged_list_is_answered_out_of_memory_word_for_word(
    api: Api, poller: httpx.Client, hand: Hand
) -> None:
    hand.raise_alert(1)
    hand.raise_alert(2, "smoke_rise")
    settle(api)
    first = poller.get("/v1/alerts?class=fire&class=warning")
    wait_until(lambda: is_remembered(api, b"class=fire&class=warning"))
    second = poller.get("/v1/alerts?class=fire&class=warning")
    api.ask_the_tables()
    third = poller.get("/v1/alerts?class=fire&class=warning")
    bodies = [answer.json() for answer in (first, second, third)]
    for body in bodies:
        body.pop("as_of")
        body.pop("pipeline")
    assert bodies[0] == bodies[1] == bodies[2]
    assert len(bodies[0]["alerts"]) == 2
    assert first.headers["etag"] == second.headers["etag"] == third.headers["etag"]
    assert set(second.headers) == set(third.headers)


def test_an_answer_out_of_memory_says_as_of_when_it_is(api: Api, poller: httpx.Client) -> None:
    poller.get("/v1/alerts")
    settle(api)
    known = api.app.state.change_feed.freshness.headers["Fengsui-As-Of"]
    answer = poller.get("/v1/alerts")
    assert answer.headers["fengsui-as-of"] >= known
    assert answer.json()["as_of"] == answer.headers["fengsui-as-of"]
    unchanged = poller.get("/v1/alerts", headers={"If-None-Match": f'"x", {answer.headers["etag"]}'})
    assert unchanged.status_code == 304
    assert unchanged.headers["etag"] == answer.headers["etag"]


def test_whoever_acts_sees_it_in_the_next_list(api: Api, poller: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1)
    settle(api)
    for number in range(20):
        poller.get("/v1/alerts")
        note = f"第 {number} 次"
        done = poller.post(f"/v1/alerts/{alert_id}/comment", json={"by": "王警官", "note": note})
        listed = poller.get("/v1/alerts").json()
        assert listed["change_id"] == done.json()["change_id"]
        assert listed["alerts"][0]["change_id"] == done.json()["change_id"]


def test_a_change_from_elsewhere_shows_as_soon_as_the_feed_has_heard_of_it(
    api: Api, poller: httpx.Client, hand: Hand
) -> None:
    poller.get("/v1/alerts")
    for number in range(1, 11):
        hand.raise_alert(number)
        wait_until(lambda n=number: api.app.state.change_feed.freshness.change_id >= n)  # type: ignore[misc]
        assert len(poller.get("/v1/alerts").json()["alerts"]) == number


def test_while_the_feed_hears_nothing_the_database_is_asked(
    api: Api, poller: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    poller.get("/v1/alerts")
    settle(api)
    poller.get("/v1/alerts")
    database.execute(STOP_LISTENING)
    wait_until(lambda: api.app.state.change_feed.current is None)
    hand.raise_alert(1)
    assert len(poller.get("/v1/alerts").json()["alerts"]) == 1


def test_a_database_that_was_put_back_is_not_answered_for_by_what_it_was_before(
    api: Api, poller: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    first = hand.raise_alert(1)
    settle(api)
    assert poller.get("/v1/alerts").json()["alerts"][0]["id"] == first
    database.execute("TRUNCATE alerts, alert_events CASCADE; UPDATE change_counter SET last_id = 0")
    settle(api)
    again = hand.raise_alert(2)
    settle(api)
    assert [alert["id"] for alert in poller.get("/v1/alerts").json()["alerts"]] == [again]


def test_memory_holds_no_more_than_it_has_room_for() -> None:
    memory = ListMemory(capacity_bytes=5_000)
    for number in range(100):
        memory.keep((b"%d" % number, None), RememberedList(1, 1, Mark(1, 1), "x", rest=bytes(500)))
    kept = memory.list_keys()
    assert 1 <= len(kept) <= 3
    assert kept[-1] == (b"99", None)
