"""A building's state as bytes: a restart goes on from it, and what is no such thing is refused."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace

import numpy as np
import pytest

from rules.engine import Engine
from rules.snapshots import SnapshotError
from schemas.columns import MICROSECONDS
from schemas.domain import Quality, Quantity
from schemas.roster import BUILDING, Roster
from tests.rules.conftest import START, describe, make_readings, make_roster, run

# Clean air for ten minutes, then smoke that nothing else confirms, which waits before it is a fire.
SMOKE = [(Quantity.SMOKE, second, 0.02 if second < 600 else 0.5) for second in range(0, 1200, 10)]
LOOK_BACK_SECONDS = 900
HEAT = Quantity.TEMPERATURE


def make_site_roster() -> Roster:
    sites = np.zeros(1, BUILDING)
    sites["building_id"] = 1
    return replace(make_roster(), sites=sites, site_codes=["B"])


def make_engine() -> Engine:
    engine = Engine()
    engine.adopt(make_site_roster())
    return engine


@pytest.mark.parametrize("snapshot_at", [100, 595, 650, 895])
@pytest.mark.parametrize("lost_seconds", [0, 40])
def test_a_restart_from_a_snapshot_says_what_one_that_never_stopped_says(
    snapshot_at: int, lost_seconds: int
) -> None:
    """The process ends some time after the snapshot; what it had stored since is judged again."""
    stop_at = snapshot_at + lost_seconds
    steady, stopped, fresh = make_engine(), make_engine(), make_engine()
    expected = run(steady, SMOKE)
    told = run(stopped, [row for row in SMOKE if row[1] <= snapshot_at])
    blob = stopped.snapshot(0)
    told += run(stopped, [row for row in SMOKE if snapshot_at < row[1] <= stop_at])
    upto = fresh.restore_snapshot(0, blob)
    assert upto == START + snapshot_at // 10 * 10 * MICROSECONDS
    stored = make_readings(row for row in SMOKE if snapshot_at - LOOK_BACK_SECONDS < row[1] <= stop_at)
    assert describe(fresh.rebuild(stored)) == []
    told += run(fresh, [row for row in SMOKE if row[1] > stop_at])
    assert any("raise smoke_level_alarm" in line for line in expected)
    assert told == expected


def test_a_snapshot_taken_right_after_a_restart_judges_nothing_twice() -> None:
    """Nothing was heard between two restarts; what the first had judged is past for the second too."""
    stopped, first, second = make_engine(), make_engine(), make_engine()
    run(stopped, SMOKE[:100])
    stored = make_readings(SMOKE[:100])
    first.restore_snapshot(0, stopped.snapshot(0))
    first.rebuild(stored)
    assert second.restore_snapshot(0, first.snapshot(0)) == int(stored["received_at"].max())
    assert describe(second.rebuild(stored)) == []


def test_readings_that_nobody_may_believe_do_not_come_into_the_windows_by_a_restart() -> None:
    """Else a single bad one, hotter than any room, would make a slow warming look like a fire."""
    slow = [(HEAT, second, 25.0 + max(0, second - 900) / 20) for second in range(0, 1280, 10)]
    bad = [(HEAT, 1280, 200.0)]
    after = [(HEAT, second, 44.0) for second in range(1290, 1330, 10)]
    steady, stopped, fresh = make_engine(), make_engine(), make_engine()
    for engine in (steady, stopped):
        run(engine, slow)
        run(engine, bad, Quality.BAD)
    fresh.restore_snapshot(0, stopped.snapshot(0))
    fresh.rebuild(np.concatenate([make_readings(slow), make_readings(bad, Quality.BAD)]))
    assert run(fresh, after) == run(steady, after) == []


def _other_columns() -> bytes:
    file = io.BytesIO()
    np.savez(file, sensor_id=np.arange(3))
    return file.getvalue()


def _one_array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.arange(3))
    return file.getvalue()


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"not compressed",
        zlib.compress(b""),
        zlib.compress(b"compressed, and nothing"),
        zlib.compress(_other_columns()),
        zlib.compress(_other_columns()[:-30]),
        zlib.compress(_one_array()),
    ],
)
def test_what_is_no_snapshot_of_these_rules_is_refused_and_changes_nothing(blob: bytes) -> None:
    engine = make_engine()
    with pytest.raises(SnapshotError):
        engine.restore_snapshot(0, blob)
    assert run(engine, SMOKE) == run(make_engine(), SMOKE)
