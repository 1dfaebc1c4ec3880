"""Where the rules stood in each building: when it is taken, what becomes of it, and what a restart makes of it."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import psycopg
import pytest

from ingest import snapshots
from ingest.resolving import resolve_messages
from ingest.restore import LONGEST_GAP_US, LOOK_BACK_US, read_known, restore_engine
from ingest.snapshots import EVERY_US, MOST_AT_ONCE, Snapshot, SnapshotRound
from ingest.spooled_work import pack_work, unpack_work
from ingest.store import commit_batch
from ingest.store_roster import load_roster
from ingest.work import Work
from rules.engine import Engine
from schemas.roster import BUILDING, Roster
from schemas.settings import Settings
from tests.ingest.conftest import Publisher, running_worker, wait_until

AT = 1_795_420_800_000_000
MINUTE = 60_000_000
LANE = "6b2d8b5e-3f0a-4d57-8f3e-0d7f54a4d2a1"


def make_roster(buildings: int, served: int) -> Roster:
    codes = [f"B{number}" for number in range(buildings)]
    sites = np.zeros(buildings, BUILDING)
    sites["building_id"] = np.arange(buildings) + 1
    return replace(Roster.empty(), sites=sites, site_codes=codes, serves=frozenset(codes[-served:]))


def store(settings: Settings, connection: psycopg.Connection, *taken: Snapshot, number: int = 1) -> Work:
    roster = load_roster(connection, Roster.empty(), settings.share)
    resolved = resolve_messages([], [], roster, settings)
    work = Work(settings.share, number, resolved, [], roster, {}, "", taken)
    commit_batch(work, LANE, connection)
    return work


def read_states(database: psycopg.Connection) -> dict[int, bytes]:
    return dict(database.execute("SELECT building_id, state FROM rule_snapshots").fetchall())


@pytest.mark.parametrize("step_ms", [100, 500, 7000])
def test_every_served_building_has_its_turn_once_in_five_minutes(step_ms: int) -> None:
    roster, turns = make_roster(50, 40), SnapshotRound(AT)
    taken: list[int] = []
    for now in range(AT, AT + EVERY_US + 1, step_ms * 1000):
        taken += turns.take_turns(roster, now)
    assert len(taken) in (39, 40)
    assert len(set(taken)) == len(taken)
    assert set(taken) <= set(range(10, 50))


def test_more_buildings_than_fit_take_their_turns_in_order_a_few_at_a_time() -> None:
    roster, turns = make_roster(9000, 9000), SnapshotRound(AT)
    batches = [turns.take_turns(roster, AT + step * 500_000) for step in range(1, 30)]
    assert {len(batch) for batch in batches} == {MOST_AT_ONCE}
    assert [slot for batch in batches for slot in batch] == list(range(29 * MOST_AT_ONCE))


def test_a_share_that_serves_nothing_takes_nothing() -> None:
    assert SnapshotRound(AT).take_turns(Roster.empty(), AT + 2 * EVERY_US) == []


def test_a_newer_snapshot_replaces_an_older_one_and_never_the_other_way(
    registry: Settings, database: psycopg.Connection
) -> None:
    with psycopg.connect(registry.database_url or "", autocommit=True) as connection:
        for number, (minute, state) in enumerate([(1, b"a"), (3, b"c"), (2, b"b")], start=1):
            store(registry, connection, Snapshot(1, AT + minute * MINUTE, state), number=number)
    assert read_states(database) == {1: b"c"}


def test_a_batch_that_goes_into_the_spool_leaves_its_snapshots_behind(
    registry: Settings, database: psycopg.Connection
) -> None:
    """They would be old when they are stored; what they have seen is judged again from the tables."""
    with psycopg.connect(registry.database_url or "", autocommit=True) as connection:
        work = store(registry, connection, Snapshot(1, AT, b"a"))
    assert unpack_work([pack_work(work)], work.roster, registry).snapshots == ()


def test_readings_are_read_from_a_while_before_the_snapshot_of_their_building_on(
    registry: Settings, database: psycopg.Connection
) -> None:
    """Building 1 was last seen an hour ago; building 2 has no snapshot."""
    now = AT + 3600 * 1_000_000
    times = {1: (AT - LOOK_BACK_US - MINUTE, AT - MINUTE, now - MINUTE), 5: (AT, now - MINUTE)}
    for sensor_id, stamps in times.items():
        for at in stamps:
            database.execute(
                "INSERT INTO readings SELECT t, t, 1, %s, 0 FROM to_timestamp(%s / 1e6) t", (sensor_id, at)
            )
    with psycopg.connect(registry.database_url or "", autocommit=True) as connection:
        roster = store(registry, connection, Snapshot(1, AT, b"a")).roster
        known = read_known(connection, roster, ["B1", "B2"], now)
        late = read_known(connection, roster, ["B1", "B2"], AT + LONGEST_GAP_US + LOOK_BACK_US)
    found = [(int(slot), int(at)) for slot, at in known.readings[["slot", "observed_at"]].tolist()]
    slots = roster.sensor_slots
    assert found == [(slots[1], AT - MINUTE), (slots[1], now - MINUTE), (slots[5], now - MINUTE)]
    assert [one.state for one in known.snapshots] == [b"a"]
    assert (late.readings["observed_at"] > AT + LOOK_BACK_US).all()


def test_a_snapshot_of_another_version_is_passed_over_and_said(
    registry: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(registry.database_url or "", autocommit=True) as connection:
        roster = store(registry, connection, Snapshot(1, AT, b"of an older version")).roster
        known = read_known(connection, roster, ["B1", "B2"], AT + MINUTE)
    engine = Engine()
    engine.adopt(roster)
    with caplog.at_level(logging.WARNING):
        assert restore_engine(engine, known, roster) == []
    assert "building 1 begins anew" in caplog.text


def test_a_worker_writes_snapshots_and_begins_from_them(
    registry: Settings,
    publisher: Publisher,
    database: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(snapshots, "EVERY_US", 400_000)
    with running_worker(registry):
        publisher.send(
            "B1/D1/readings", {"samples": [{"ts": "2026-11-24T08:00:00Z", "channel": "smoke", "value": 0.02}]}
        )
        wait_until(lambda: set(read_states(database)) == {1, 2})
    with caplog.at_level(logging.WARNING), running_worker(registry):
        pass
    assert "begins anew" not in caplog.text
    (upto,) = database.execute("SELECT max(received_at) FROM readings").fetchone() or (None,)
    stored = {row[0] for row in database.execute("SELECT received_upto FROM rule_snapshots")}
    assert stored == {upto}
