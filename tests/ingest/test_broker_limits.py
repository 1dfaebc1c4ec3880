"""What is told of a broker that may drop what it has acknowledged."""

from __future__ import annotations

import json

import psycopg
import pytest

from ingest.broker_limits import describe_broker
from ingest.worker import Worker
from tests.ingest.conftest import Publisher, wait_until


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (None, "is not known"),
        (b"\xff", "does not say"),
        (b"{}", "does not say"),
        (b'{"max_queued_messages": 1000, "max_inflight_messages": 20}', "beyond 1000"),
        (b'{"max_queued_messages": 0, "max_inflight_messages": 20}', "at most 20"),
    ],
)
def test_a_limit_and_a_limit_that_nobody_knows_are_told(config: bytes | None, words: str) -> None:
    assert words in describe_broker(config, 1000)


def test_a_broker_without_limits_is_told_nothing_of() -> None:
    assert (
        describe_broker(b'{"max_queued_messages": 0, "max_inflight_messages": 1000, "set_up_by": "x"}', 1000)
        == ""
    )


def test_the_sign_of_life_warns_of_a_broker_whose_queue_nobody_knows(
    worker: Worker, database: psycopg.Connection, publisher: Publisher
) -> None:
    def note() -> str:
        return "".join(note for (note,) in database.execute("SELECT broker_note FROM workers").fetchall())

    wait_until(lambda: "is not known" in note())
    limits = {"max_queued_messages": 0, "max_inflight_messages": 1000}
    publisher.send("broker/config", json.dumps(limits), retain=True)
    wait_until(lambda: note() == "new session")
