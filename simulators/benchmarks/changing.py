"""Changes of alerts at an even rate, from a process of its own, as workers and other desks make them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from psycopg import Connection
from psycopg.rows import TupleRow

from schemas.database import connect
from simulators.benchmarks.children import BenchmarkError, running_apart

SELECT_NEWEST = "SELECT last_id FROM change_counter"
SELECT_OPEN = """
SELECT alert_id FROM alerts WHERE closed_at IS NULL ORDER BY urgency DESC, raised_at DESC, alert_id DESC LIMIT 50"""
SELECT_QUIET = """
SELECT s.sensor_id FROM sensors s JOIN devices d USING (device_id)
WHERE d.zone_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM alerts a WHERE a.closed_at IS NULL AND a.rule = 'smoke_level_alarm' AND a.subject_id = s.sensor_id)
ORDER BY s.sensor_id LIMIT %s"""
RAISE = """
INSERT INTO alerts (rule, subject_kind, subject_id, building_id, zone_id, device_id, sensor_id, signal_class, severity,
    severity_peak, latching, value, limit_value, unit, raised_at)
SELECT rule, 'sensor', sensor_id, building_id, d.zone_id, device_id, sensor_id, signal_class, severity, severity,
    latching, 0.42, 0.3, 'dB/m', now()
FROM rules, sensors s JOIN devices d USING (device_id) WHERE rule = 'smoke_level_alarm' AND sensor_id = %s
RETURNING alert_id"""
NOTE = """
INSERT INTO alert_events (alert_id, action, at, actor, condition, severity, note)
SELECT alert_id, %s, now(), 'bench', condition, severity, 'bench' FROM alerts WHERE alert_id = %s RETURNING change_id"""


class ChangeKind(StrEnum):
    """A remark on one of the fifty alerts that stand first, or a fire that was not there."""

    COMMENT = "commented"
    FIRE = "raised"


@dataclass(frozen=True)
class Writing:
    """So many changes, each in a transaction of its own."""

    kind: ChangeKind
    per_second: float
    count: int


@dataclass(frozen=True)
class Committed:
    """`sent_at` is when COMMIT was sent [s, the machine's monotonic clock]; the commit itself is a little later."""

    change_id: int
    sent_at: float


def write_changes(database_url: str, writing: Writing) -> list[Committed]:
    """Write them, each at its time, or as soon as the one before is committed."""
    committed: list[Committed] = []
    with connect(database_url, "fengsui bench changes") as connection:
        subjects = _find_subjects(connection, writing)
        began_at = time.monotonic()
        for number, subject in enumerate(subjects):
            time.sleep(max(0.0, began_at + number / writing.per_second - time.monotonic()))
            committed.append(_write_one(connection, writing.kind, subject))
    return committed


@contextmanager
def changing(database_url: str, per_second: float, seconds: float) -> Iterator[None]:
    """Remarks at this rate for the whole of a block, which may take so long.

    Raises
    ------
    BenchmarkError
        The block took longer.
    """
    writing = Writing(ChangeKind.COMMENT, per_second, int(per_second * seconds))
    before = find_newest(database_url)
    with running_apart(write_changes, database_url, writing) as future:
        while find_newest(database_url) == before and not future.done():
            time.sleep(0.1)
        yield
        if future.done():
            raise BenchmarkError("the changes ended before what was measured beside them")


def find_newest(database_url: str) -> int:
    """The number of the newest change."""
    with connect(database_url, "fengsui bench") as connection:
        return _read_number(connection.execute(SELECT_NEWEST).fetchone())


def _find_subjects(connection: Connection[TupleRow], writing: Writing) -> list[int]:
    query, params = (
        (SELECT_OPEN, ()) if writing.kind is ChangeKind.COMMENT else (SELECT_QUIET, (writing.count,))
    )
    found = [number for (number,) in connection.execute(query, params).fetchall()]
    if not found:
        raise BenchmarkError("there is no alert, or no sensor, to write about")
    return [found[number % len(found)] for number in range(writing.count)]


def _write_one(connection: Connection[TupleRow], kind: ChangeKind, subject: int) -> Committed:
    with connection.transaction():
        alert_id = subject
        if kind is ChangeKind.FIRE:
            alert_id = _read_number(connection.execute(RAISE, (subject,)).fetchone())
        change_id = _read_number(connection.execute(NOTE, (kind.value, alert_id)).fetchone())
        sent_at = time.monotonic()
    return Committed(change_id, sent_at)


def _read_number(row: TupleRow | None) -> int:
    assert row is not None
    return int(row[0])
