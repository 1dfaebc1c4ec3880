"""A connection that says nothing is given up, and what is brought back works."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.alarm import Alarm
from ingest.database_link import AwayError, DatabaseLink
from ingest.pauses import LONGEST_SECONDS, STEADY_SECONDS, Pauses
from schemas.settings import Settings
from simulators.faults.proxy import Proxy
from tests.ingest.conftest import wait_until


@pytest.fixture
def wire(settings: Settings) -> Iterator[Proxy]:
    """A wire to the database that can fall silent."""
    url = urlsplit(settings.database_url or "")
    assert url.hostname
    proxy = Proxy(url.hostname, url.port or 5432)
    yield proxy
    proxy.close()


@pytest.fixture
def link(settings: Settings, wire: Proxy) -> Iterator[DatabaseLink]:
    url = urlsplit(settings.database_url or "")
    through_wire = url._replace(netloc=url.netloc.replace(f":{url.port}", f":{wire.port}")).geturl()
    link = DatabaseLink(through_wire, "tested")
    assert link.open(threading.Event())
    yield link
    link.close()


def ask(connection: Connection[TupleRow]) -> int:
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])


def test_a_half_open_connection_ends_the_operation_and_is_replaced(link: DatabaseLink, wire: Proxy) -> None:
    former = link.run(ask)
    wire.freeze()
    with pytest.raises(AwayError, match="no answer within"):
        link.run(ask)
    assert not link.connected
    wire.thaw()
    wait_until(lambda: link.connected)
    assert link.run(ask) != former


def test_a_connection_that_falls_silent_inside_a_transaction_leaves_no_lock_behind(
    link: DatabaseLink, wire: Proxy, database: psycopg.Connection
) -> None:
    def update_and_hang(connection: Connection[TupleRow]) -> None:
        with connection.transaction():
            connection.execute("UPDATE change_counter SET last_id = 7")
            wire.freeze()
            connection.execute("SELECT 1")

    with pytest.raises(AwayError):
        link.run(update_and_hang)
    wire.thaw()
    wait_until(lambda: link.connected)
    database.execute("SET lock_timeout = '1s'")
    assert database.execute("UPDATE change_counter SET last_id = last_id RETURNING last_id").fetchone() == (
        0,
    )


def test_an_operation_that_is_known_to_be_long_is_given_its_time(link: DatabaseLink) -> None:
    former = link.run(ask)
    link.run(lambda connection: connection.execute("SELECT pg_sleep(1.5)"), 20)
    assert link.run(ask) == former
    with pytest.raises(AwayError):
        link.run(lambda connection: connection.execute("SELECT pg_sleep(60)"))


def test_an_error_of_the_data_is_not_taken_for_an_outage(link: DatabaseLink) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        link.run(lambda connection: connection.execute("SELECT 1 / 0"))
    assert link.connected


def test_a_database_that_lets_one_in_and_refuses_to_write_is_asked_ever_less_often() -> None:
    pauses = Pauses(random.Random(1))
    taken = []
    for _ in range(12):
        taken.append(pauses.take_next())
        pauses.note_service(0.01)
    assert taken[0] == 0
    assert all(LONGEST_SECONDS / 2 <= pause <= LONGEST_SECONDS for pause in taken[6:])
    assert len(set(taken[6:])) > 1
    pauses.note_service(STEADY_SECONDS)
    assert pauses.take_next() == 0


def test_an_alarm_goes_off_unless_it_was_called_off() -> None:
    alarm = Alarm("tested")
    heard: list[str] = []
    alarm.set(30, lambda: heard.append("much later"))
    token = alarm.set(0.2, lambda: heard.append("called off"))
    alarm.set(0.1, lambda: 1 // 0)
    alarm.set(0.3, lambda: heard.append("late"))
    alarm.set(0.01, lambda: heard.append("early"))
    alarm.call_off(token)
    wait_until(lambda: len(heard) == 2)
    assert heard == ["early", "late"]
    alarm.close()
