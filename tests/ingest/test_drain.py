"""What was spooled is stored once, whoever stores it and whatever was stored before."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from ingest.database_link import DatabaseLink
from ingest.decoding import decode_messages
from ingest.drain import Drain
from ingest.lanes import read_last_batch
from ingest.resolving import resolve_messages
from ingest.spool import Spool
from ingest.spooled_work import pack_work
from ingest.store import commit_batch
from ingest.store_alerts import write_catalogue
from ingest.store_roster import load_roster
from ingest.subscriber import Message
from ingest.work import Work
from rules.catalogue import CATALOGUE
from rules.changes import Change, ChangeKind, Subject
from schemas.domain import SubjectKind
from schemas.roster import Roster
from schemas.settings import Settings
from tests.ingest.conftest import count_messages

AT = 1_760_000_000_000_000
FIRE = next(rule for rule in CATALOGUE if rule.id == "detector_fire_state")
DEVICE = Subject(SubjectKind.DEVICE, 1, building_id=1, zone_id=1, device_id=1, sensor_id=None)


@pytest.fixture
def link(registry: Settings) -> Iterator[DatabaseLink]:
    link = DatabaseLink(registry.database_url or "", "tested")
    assert link.open(threading.Event())
    yield link
    link.close()


@pytest.fixture
def roster(link: DatabaseLink) -> Roster:
    def begin(connection: psycopg.Connection) -> Roster:
        write_catalogue(connection.cursor(), CATALOGUE)
        return load_roster(connection, Roster.empty(), "ingest-1")

    return link.run(begin)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path / "spool.sqlite", 2**24)
    spool.open()
    yield spool
    spool.close()


def make_work(
    settings: Settings, roster: Roster, number: int, seqs: range, changes: tuple[Change, ...] = ()
) -> Work:
    topic = f"{settings.topic_root}/B1/D1/readings"
    messages = [
        Message(
            topic,
            f'{{"seq": {seq}, "ts": {AT // 1000 + seq}, "values": {{"temperature": {seq}}}}}'.encode(),
            AT + 1000 * seq,
            1,
            1,
            1,
        )
        for seq in seqs
    ]
    resolved = resolve_messages(messages, decode_messages(messages, settings.topic_root), roster, settings)
    receipts = {roster.device_slots[1]: seqs[-1]} if seqs else {}
    return Work(settings.share, number, resolved, changes, roster, receipts)


def drain(settings: Settings, link: DatabaseLink, spool: Spool, roster: Roster) -> list[Work]:
    stored: list[Work] = []
    steps = Drain(settings, link, spool, stored.append)
    while steps.step(roster):
        pass
    assert len(spool) == 0
    return stored


def count_readings(database: psycopg.Connection) -> int:
    row = database.execute("SELECT count(*) FROM readings").fetchone()
    assert row is not None
    return int(row[0])


def test_a_batch_whose_commit_was_not_confirmed_is_stored_and_counted_once(
    registry: Settings, link: DatabaseLink, roster: Roster, spool: Spool, database: psycopg.Connection
) -> None:
    works = [make_work(registry, roster, 5 + i, range(10 * i, 10 * i + 10)) for i in range(4)]
    for work in works:
        spool.append(pack_work(work))
    # The first two took effect, though nobody was told.
    for work in works[:2]:
        link.run(partial(commit_batch, work, spool.lane))
    stored = drain(registry, link, spool, roster)
    assert sum(len(work.resolved.messages) for work in stored) == 40
    assert count_messages(database) | {"conflict": 0} == {
        "received": 40,
        "stored": 40,
        "duplicate": 0,
        "conflict": 0,
        "quarantined": 0,
    }
    assert count_readings(database) == 40
    assert link.run(partial(read_last_batch, lane=spool.lane)) == 8
    assert database.execute("SELECT last_seq FROM device_state WHERE device_id = 1").fetchone() == (39,)


def test_newer_batches_of_another_process_are_no_reason_to_drop_an_old_spool(
    registry: Settings,
    link: DatabaseLink,
    roster: Roster,
    spool: Spool,
    tmp_path: Path,
    database: psycopg.Connection,
) -> None:
    spool.append(pack_work(make_work(registry, roster, 5, range(10))))
    newer = Spool(tmp_path / "newer.sqlite", 2**24)
    newer.open()
    link.run(partial(commit_batch, make_work(registry, roster, 900, range(10, 20)), newer.lane))
    newer.close()
    drain(registry, link, spool, roster)
    assert count_readings(database) == 20
    assert count_messages(database)["stored"] == 20
    # What is told of the device is what was heard of it last.
    assert database.execute("SELECT last_seq FROM device_state WHERE device_id = 1").fetchone() == (19,)


def test_a_message_that_came_twice_during_the_outage_counts_as_a_duplicate(
    registry: Settings, link: DatabaseLink, roster: Roster, spool: Spool, database: psycopg.Connection
) -> None:
    spool.append(pack_work(make_work(registry, roster, 1, range(10))))
    spool.append(pack_work(make_work(registry, roster, 2, range(5, 15))))
    drain(registry, link, spool, roster)
    counts = count_messages(database)
    assert (counts["received"], counts["stored"], counts["duplicate"]) == (20, 15, 5)


def change(kind: ChangeKind, at: int) -> Change:
    return Change(kind, FIRE, DEVICE, at, FIRE.severity)


def test_an_old_spool_raises_nothing_that_has_cleared_since(
    registry: Settings, link: DatabaseLink, roster: Roster, spool: Spool, database: psycopg.Connection
) -> None:
    def commit(number: int, *changes: Change) -> None:
        work = make_work(registry, roster, number, range(0), changes)
        link.run(partial(commit_batch, work, "6b2d8b5e-3f0a-4d57-8f3e-0d7f54a4d2a1"))

    spool.append(pack_work(make_work(registry, roster, 1, range(0), (change(ChangeKind.RAISE, AT + 10),))))
    commit(901, change(ChangeKind.RAISE, AT + 20))
    commit(902, change(ChangeKind.CLEAR, AT + 30))
    database.execute("UPDATE alerts SET verdict = 'test', closed_at = clock_timestamp()")
    drain(registry, link, spool, roster)
    assert database.execute(
        "SELECT count(*), count(*) FILTER (WHERE closed_at IS NULL) FROM alerts"
    ).fetchone() == (1, 0)
    # And it clears nothing that was raised after it.
    commit(903, change(ChangeKind.RAISE, AT + 50))
    spool.append(pack_work(make_work(registry, roster, 2, range(0), (change(ChangeKind.CLEAR, AT + 40),))))
    drain(registry, link, spool, roster)
    assert database.execute("SELECT condition FROM alerts WHERE closed_at IS NULL").fetchall() == [
        ("active",)
    ]
    # What is newer than anything known takes effect.
    spool.append(pack_work(make_work(registry, roster, 3, range(0), (change(ChangeKind.CLEAR, AT + 60),))))
    spool.append(pack_work(make_work(registry, roster, 4, range(0), (change(ChangeKind.RAISE, AT + 70),))))
    drain(registry, link, spool, roster)
    assert database.execute("SELECT action FROM alert_events ORDER BY change_id DESC LIMIT 2").fetchall() == [
        ("reactivated",),
        ("cleared",),
    ]
