"""Alerts that are judged and not stored: heard from the real broker, shown with and without the database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from api.notice_board import NoticeBoard
from ingest.hang_up import hang_up
from schemas.messages import AlertNotice
from schemas.settings import Settings
from tests.api.conftest import RULES, Hand, running_api, wait_until

NOWHERE = "postgresql://x:y@127.0.0.1:9/z"
AT = 1_795_420_800_250_000
Publish = Callable[..., None]


def make_notice(**others: Any) -> AlertNotice:
    """The smoke alarm of device D1 of building B1, not stored yet."""
    rule = RULES["smoke_level_alarm"]
    fields = {
        "change": "raise", "rule": rule.id, "class": rule.signal_class, "severity": 1, "latching": True,
        "subject_kind": "sensor", "subject_id": 1, "building": "B1", "zone": "Z1", "device": "D1", "at": AT,
        "late": False,
        "value": 0.42, "limit": 0.3, "unit": "dB/m", "persisted": False, "batch": 5,
    }  # fmt: skip
    return AlertNotice.model_validate(fields | others)


def wire(**others: Any) -> bytes:
    return make_notice(**others).model_dump_json(by_alias=True).encode()


@pytest.fixture
def publish(settings: Settings) -> Iterator[Publish]:
    """What the worker would publish, by a plain client."""
    url = urlsplit(settings.mqtt_url or "")
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.connect(url.hostname or "", url.port or 1883)
    client.loop_start()

    def send(payload: bytes | None = None, building: str = "B1", **others: Any) -> None:
        text = wire(building=building, **others) if payload is None else payload
        client.publish(f"{settings.topic_root}/alerts/{building}", text, qos=1).wait_for_publish(5)

    yield send
    hang_up(client)


@contextmanager
def listening(settings: Settings) -> Iterator[httpx.Client]:
    """A client of a server of its own that hears the broker."""
    with ExitStack() as stack:
        address = stack.enter_context(running_api(settings))
        client = stack.enter_context(httpx.Client(base_url=address, timeout=10, trust_env=False))
        wait_until(lambda: bool(look(client)["heard"]))
        yield client


def look(client: httpx.Client) -> dict[str, Any]:
    answer = client.get("/v1/alerts/unpersisted")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def wait_for(client: httpx.Client, number: int, seconds: float = 1) -> list[dict[str, Any]]:
    wait_until(lambda: len(look(client)["alerts"]) == number, seconds)
    alerts: list[dict[str, Any]] = look(client)["alerts"]
    return alerts


def test_a_change_of_colour_repaints_what_is_held_and_a_clear_ends_it() -> None:
    board = NoticeBoard()
    for batch, change, severity in ((5, "raise", 3), (6, "severity", 1), (7, "clear", 1)):
        board.hear("x/alerts/B1", wire(change=change, severity=severity, batch=batch, at=AT + batch))
        (held,) = board.list_held()
        assert (held.notice.severity, held.notice.change, held.notice.at) == (severity, "raise", AT + 5)
        assert (held.condition, held.changed_at) == ("cleared" if change == "clear" else "active", AT + batch)


def test_an_alert_about_a_zone_names_its_place(settings: Settings, hand: Hand, publish: Publish) -> None:
    with listening(settings) as client:
        time.sleep(0.3)
        publish(subject_kind="zone", device=None)
        (alert,) = wait_for(client, 1)
        assert alert["where"]["zone"] == {"code": "Z1", "name": "三层走道", "use": "corridor"}
        assert (alert["where"]["floor"], alert["where"]["device"]) == (3, None)


def test_a_notice_appears_within_a_second_with_its_words_and_goes_with_its_twin(
    settings: Settings, hand: Hand, publish: Publish
) -> None:
    with listening(settings) as client:
        time.sleep(0.3)
        publish()
        (alert,) = wait_for(client, 1)
        assert (alert["class"], alert["severity"], alert["condition"]) == ("fire", "red", "active")
        assert (alert["rule"], alert["building"], alert["device"]) == ("smoke_level_alarm", "B1", "D1")
        assert alert["at"] == "2026-11-23T08:00:00.250Z"
        assert (alert["value"], alert["limit"], alert["unit"], alert["late"]) == (0.42, 0.3, "dB/m", False)
        assert alert["title"]["zh"] == RULES["smoke_level_alarm"].title_zh
        assert alert["where"]["building"] == {"code": "B1", "name": "一号楼"}
        assert (alert["where"]["floor"], alert["where"]["device"]["name"]) == (3, "感烟探测器 1")
        publish(persisted=True)
        wait_for(client, 0)


def test_a_notice_appears_within_a_second_without_a_database_and_the_problem_points_to_it(
    settings: Settings, publish: Publish
) -> None:
    with listening(settings.model_copy(update={"database_url": NOWHERE})) as client:
        publish()
        (alert,) = wait_for(client, 1)
        assert alert["where"]["building"] == {"code": "B1", "name": "B1"}
        assert alert["title"]["zh"] == "smoke_level_alarm"
        for path in ("/v1/alerts", "/v1/alerts/changes?after=0"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert "1 not yet stored" in answer.json()["detail"]
            assert "/v1/alerts/unpersisted" in answer.json()["detail"]
        assert "unpersisted" not in client.get("/v1/status").json()["detail"]
        assert "fengsui_alerts_unpersisted 1.0" in client.get("/metrics").text


def test_after_the_first_failure_nobody_waits_for_a_database_that_is_away(settings: Settings) -> None:
    with listening(settings.model_copy(update={"database_url": NOWHERE})) as client:
        client.get("/v1/alerts")
        until = time.monotonic() + 4
        longest = 0.0
        while time.monotonic() < until:
            begun = time.monotonic()
            assert client.get("/v1/alerts").status_code == 503
            longest = max(longest, time.monotonic() - begun)
            time.sleep(0.05)
        assert longest < 0.25


def test_a_clear_updates_what_is_held_and_only_a_batch_as_new_removes_it(
    settings: Settings, hand: Hand, publish: Publish
) -> None:
    with listening(settings) as client:
        publish()
        publish(change="clear", at=AT + 9_000_000, batch=7)
        wait_until(lambda: [alert["condition"] for alert in look(client)["alerts"]] == ["cleared"], 1)
        (alert,) = look(client)["alerts"]
        assert alert["at"] < alert["changed_at"]
        publish(persisted=True, batch=5)
        publish(subject_id=2, device="D2")
        assert len(wait_for(client, 2)) == 2
        publish(change="clear", persisted=True, batch=7)
        wait_for(client, 1)


def test_what_was_stored_while_nobody_listened_is_found_in_the_tables(
    settings: Settings, hand: Hand, publish: Publish
) -> None:
    with listening(settings) as client:
        publish()
        publish(subject_id=2, device="D2")
        wait_for(client, 2)
        hand.raise_alert(1, at=AT / 1e6)
        wait_until(lambda: len(look(client)["alerts"]) == 1, 3)
        assert look(client)["alerts"][0]["device"] == "D2"


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"{}", b"\xff\xfe", b"[1]", b"null", wire()[:-1], wire(severity=7), wire(at=-1), wire(at=10**17),
        wire(building="B2"), wire(rule="x" * 5000), wire().replace(b'"fire"', b'"blaze"'), b"[" * 4000,
    ],
)  # fmt: skip
def test_what_is_no_notice_is_counted_and_ignored(payload: bytes) -> None:
    board = NoticeBoard()
    board.hear("fengsui/v1/alerts/B1", payload)
    assert (board.malformed, len(board)) == (1, 0)


def test_malformed_notices_on_the_broker_do_not_end_the_listening(
    settings: Settings, hand: Hand, publish: Publish
) -> None:
    with listening(settings) as client:
        for payload in (b"\xff", b"{", b"{}"):
            publish(payload)
        publish()
        wait_for(client, 1)
        assert look(client)["malformed"] == 3


def test_memory_is_bounded_and_the_oldest_go_first_and_are_counted() -> None:
    board = NoticeBoard(capacity=100)
    for number in range(1, 131):
        board.hear("x/alerts/B1", wire(subject_id=number))
    assert (len(board), board.dropped) == (100, 30)
    assert [held.notice.subject_id for held in board.list_held()] == list(range(31, 131))


def test_an_older_notice_never_undoes_a_newer_one() -> None:
    board = NoticeBoard()
    board.hear("x/alerts/B1", wire(change="clear", batch=9))
    board.hear("x/alerts/B1", wire(batch=8))
    (held,) = board.list_held()
    assert (held.condition, held.batch) == ("cleared", 9)


def test_without_a_broker_the_list_says_that_nothing_is_heard(settings: Settings) -> None:
    for address in (None, "mqtt://127.0.0.1:9"):
        deaf = settings.model_copy(update={"mqtt_url": address})
        with running_api(deaf) as url, httpx.Client(base_url=url, timeout=10, trust_env=False) as client:
            body = look(client)
            assert (body["heard"], body["alerts"], body["total"]) == (False, [], 0)
            assert client.get("/v1/alerts").status_code == 200
