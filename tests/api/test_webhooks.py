"""Webhooks: signed, in order, at least once whatever dies, and never to where the operator did not say."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from api.webhooks import delivery
from api.webhooks.delivery import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, choose_pause
from api.webhooks.destinations import DestinationError, Guardian
from api.webhooks.signing import is_signed, sign
from schemas.settings import Settings
from tests.api.conftest import Hand, running_api, wait_until
from tests.api.receiver import Receiver, running_receiver

INSERT = """
INSERT INTO webhooks (url, secret, classes, after, added_by)
SELECT %s, 'secret', %s, last_id, 'test' FROM change_counter"""
SELECT = "SELECT after, failures, last_error FROM webhooks"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture
def sending(settings: Settings, hand: Hand) -> Iterator[str]:
    """An API that may send to this machine."""
    allowed = settings.model_copy(update={"webhook_hosts": "127.0.0.1, localhost", "webhook_loopback": True})
    with running_api(allowed) as address:
        yield address


def find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def add(database: psycopg.Connection, receiver: Receiver, *classes: str) -> None:
    database.execute(INSERT, (receiver.url, list(classes)))


def read_state(database: psycopg.Connection) -> tuple[int, int, str | None]:
    row = database.execute(SELECT).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def test_every_change_is_posted_once_in_order_and_signed(
    sending: str, hand: Hand, database: psycopg.Connection, receiver: Receiver
) -> None:
    hand.raise_alert(9)
    add(database, receiver)
    for number in range(1, 6):
        hand.raise_alert(number)
    hand.clear(3)
    wait_until(lambda: len(receiver.changes) >= 6)
    assert receiver.changes == [2, 3, 4, 5, 6, 7]
    assert receiver.all_signed("secret")
    assert not receiver.all_signed("other")
    wait_until(lambda: read_state(database)[0] == 7)
    (shown,) = httpx.get(f"{sending}/v1/webhooks", trust_env=False).json()["webhooks"]
    assert (shown["after"], shown["behind"], shown["failures"]) == (7, 0, 0)
    assert "secret" not in shown


def test_a_receiver_that_fails_gets_everything_later_and_holds_up_nobody(
    sending: str, hand: Hand, database: psycopg.Connection, receiver: Receiver
) -> None:
    with running_receiver() as other:
        receiver.statuses = [500, 302]
        add(database, receiver)
        add(database, other)
        hand.raise_alert(1)
        hand.raise_alert(2)
        wait_until(lambda: other.changes == [1, 2])
        wait_until(lambda: len(receiver.changes) >= 2)
    assert receiver.changes == [1, 2]
    assert receiver.attempts >= 3


def test_a_receiver_that_does_not_answer_is_seen_to_fail(
    sending: str,
    hand: Hand,
    database: psycopg.Connection,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "ANSWER_SECONDS", 0.2)
    receiver.pause_seconds = 1.0
    add(database, receiver)
    hand.raise_alert(1)
    wait_until(lambda: read_state(database) == (0, 1, "no answer within 0.2 s"))


def test_a_receiver_that_was_away_is_sent_everything_in_full_messages(
    sending: str, hand: Hand, database: psycopg.Connection, receiver: Receiver
) -> None:
    add(database, receiver)
    database.execute("UPDATE webhooks SET next_at = now() + interval '1 hour'")
    for number in range(1, 151):
        hand.raise_alert(number)
        hand.clear(number)
    database.execute("UPDATE webhooks SET next_at = now()")
    wait_until(lambda: read_state(database)[0] == 300)
    assert receiver.changes == list(range(1, 301))
    assert receiver.attempts == 3


def test_only_changes_of_the_classes_that_are_wanted_are_sent(
    sending: str, hand: Hand, database: psycopg.Connection, receiver: Receiver
) -> None:
    add(database, receiver, "fire")
    hand.raise_alert(1, "device_silent")
    hand.raise_alert(2)
    hand.raise_alert(3, "device_silent")
    wait_until(lambda: read_state(database)[0] == 3)
    assert receiver.changes == [2]


def test_a_host_that_nobody_named_is_sent_nothing(
    sending: str, hand: Hand, database: psycopg.Connection, receiver: Receiver
) -> None:
    database.execute(INSERT, (receiver.url.replace("127.0.0.1", "127.0.0.2"), []))
    hand.raise_alert(1)
    wait_until(lambda: read_state(database)[1] > 0)
    assert "FENGSUI_WEBHOOK_HOSTS" in (read_state(database)[2] or "")
    assert receiver.attempts == 0


def test_an_api_that_is_killed_while_it_sends_loses_nothing(
    settings: Settings, hand: Hand, database: psycopg.Connection, receiver: Receiver
) -> None:
    assert settings.database_url
    assert settings.mqtt_url
    environment = os.environ | {
        "FENGSUI_DATABASE_URL": settings.database_url,
        "FENGSUI_MQTT_URL": settings.mqtt_url,
        "FENGSUI_HTTP_PORT": str(find_free_port()),
        "FENGSUI_WEBHOOK_HOSTS": "127.0.0.1",
        "FENGSUI_WEBHOOK_LOOPBACK": "true",
    }
    add(database, receiver)
    receiver.pause_seconds = 0.2
    raised = 0
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", "api"], env=environment, stderr=subprocess.DEVNULL
        )
        try:
            before = receiver.attempts
            for _ in range(5):
                raised += 1
                hand.raise_alert(raised)
            # A lease that a dead process left behind is not waited for here.
            database.execute("UPDATE webhooks SET next_at = now()")
            wait_until(lambda before=before: receiver.attempts > before, 30)  # type: ignore[misc]
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    receiver.pause_seconds = 0.0
    allowed = settings.model_copy(update={"webhook_hosts": "127.0.0.1", "webhook_loopback": True})
    database.execute("UPDATE webhooks SET next_at = now()")
    with running_api(allowed):
        wait_until(lambda: read_state(database)[0] == raised, 30)
    changes = receiver.changes
    assert sorted(set(changes)) == list(range(1, raised + 1))
    firsts = list(dict.fromkeys(changes))
    assert firsts == sorted(firsts)


@pytest.mark.parametrize(
    "url",
    ["ftp://centre/x", "https://", "https://other.example/", "http://u:p@centre/", "http://centre:0/", "http://[::1/",
     "centre", "http://centre.example/", "http://centre:99999/"],
)  # fmt: skip
def test_an_address_that_was_not_allowed_is_refused(url: str) -> None:
    with pytest.raises(DestinationError):
        Guardian.of("centre, 10.0.0.7", loopback=False).check_url(url)


@pytest.mark.parametrize(
    ("address", "loopback", "allowed"),
    [("10.0.0.7", False, True), ("127.0.0.1", False, False), ("127.0.0.1", True, True), ("::1", False, False),
     ("169.254.169.254", True, False), ("0.0.0.0", True, False), ("224.0.0.1", True, False),
     ("::ffff:127.0.0.1", False, False), ("::ffff:169.254.169.254", True, False)],
)  # fmt: skip
def test_what_a_name_stands_for_is_checked_as_well(address: str, loopback: bool, allowed: bool) -> None:
    guardian = Guardian.of(address, loopback=loopback)
    parts = guardian.check_url(f"https://[{address}]/" if ":" in address else f"https://{address}/")
    if allowed:
        assert asyncio.run(guardian.find_address(parts)) == address
    else:
        with pytest.raises(DestinationError):
            asyncio.run(guardian.find_address(parts))


def test_an_old_or_changed_message_is_not_taken_for_ours() -> None:
    now = 1_795_420_800
    headers = {"fengsui-timestamp": str(now), "fengsui-signature": sign("secret", now, b"{}")}
    assert is_signed("secret", headers, b"{}", now + 10)
    assert not is_signed("secret", headers, b"{ }", now + 10)
    assert not is_signed("secret", headers, b"{}", now + 301)
    assert not is_signed("secret", headers | {"fengsui-timestamp": str(now + 1)}, b"{}", now)
    assert not is_signed("secret", {}, b"{}", now)


def test_pauses_grow_to_a_quarter_of_an_hour_and_differ() -> None:
    chance = random.Random(1)
    pauses = [choose_pause(failures, chance) for failures in range(40)]
    assert FIRST_PAUSE_SECONDS / 2 <= pauses[0] <= FIRST_PAUSE_SECONDS
    assert all(LONGEST_PAUSE_SECONDS / 2 <= pause <= LONGEST_PAUSE_SECONDS for pause in pauses[10:])
    assert len(set(pauses)) == 40


def test_receivers_are_added_listed_and_removed_on_the_command_line(
    settings: Settings, hand: Hand, database: psycopg.Connection
) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "FENGSUI_DATABASE_URL": settings.database_url or "",
            "FENGSUI_MQTT_URL": settings.mqtt_url or "",
            "FENGSUI_WEBHOOK_HOSTS": "centre.example",
        }
        command = [sys.executable, "-P", "-m", "deploy.cli", "webhooks", *arguments]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    hand.raise_alert(1)
    added = run("add", "https://centre.example/fire", "--class", "fire")
    assert added.returncode == 0, added.stderr
    row = database.execute("SELECT secret, classes, after FROM webhooks").fetchone()
    assert row is not None
    assert (row[0] in added.stdout, row[1:]) == (True, (["fire"], 1))
    assert run("add", "https://other.example/").returncode == 1
    assert "centre.example" in run("list").stdout
    assert run("remove", "1").returncode == 0
    assert database.execute("SELECT FROM webhooks").fetchall() == []
