"""What is in the tables, against what there must be: row by row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import psycopg
from psycopg.rows import TupleRow

from simulators.faults.load import Rows

SELECT_READINGS = """
SELECT devices.code || '/' || sensors.channel, round(extract(epoch FROM ts) * 1000)::bigint, value
FROM readings LEFT JOIN sensors USING (sensor_id) LEFT JOIN devices USING (device_id)"""
COUNT_READINGS = "SELECT count(*) FROM readings"
SELECT_TOTALS = """
SELECT COALESCE(sum(readings_stored), 0), COALESCE(sum(readings_conflict + readings_rejected), 0),
       COALESCE(sum(messages_received - messages_stored - messages_duplicate - messages_conflict
                    - messages_quarantined), 0)
FROM ingest_totals"""
SELECT_DUPLICATES = "SELECT COALESCE(sum(readings_duplicate), 0) FROM ingest_totals"
SELECT_ALERTS = """
SELECT rule, devices.code || COALESCE('/' || sensors.channel, '')
FROM alerts LEFT JOIN devices USING (device_id) LEFT JOIN sensors USING (sensor_id)"""


@dataclass
class Verdict:
    """One run's result.

    `lost` were promised and are not stored; `doubled` are stored more than once; `foreign` were never sent, or with
    another value. `recovery_seconds` is how long after the fault the path was back to its normal lag.
    """

    fault: str
    seed: int
    strict: bool
    published: int = 0
    stored: int = 0
    lost: int = 0
    doubled: int = 0
    foreign: int = 0
    redelivered: int = 0
    recovery_seconds: float = 0.0
    peak_megabytes: float = 0.0
    complaints: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        wrong = self.lost or self.doubled or self.foreign or self.complaints
        return not (self.strict and wrong)


def count_stored(connection: psycopg.Connection[TupleRow]) -> int:
    row = connection.execute(COUNT_READINGS).fetchone()
    return int(row[0]) if row else 0


def judge(
    connection: psycopg.Connection[TupleRow],
    verdict: Verdict,
    alerts: list[tuple[str, str]],
    promised: Rows,
    produced: Rows,
) -> None:
    """Fill in what the tables say; `alerts` are rule and subject of those there must be."""
    _compare_readings(connection, verdict, promised, produced)
    _compare_totals(connection, verdict)
    found = Counter(connection.execute(SELECT_ALERTS).fetchall())
    expected = Counter(alerts)
    if missing := expected - found:
        verdict.complaints.append(f"alerts missing: {dict(missing)}")
    if extra := found - expected:
        verdict.complaints.append(f"alerts too many: {dict(extra)}")


def _compare_readings(
    connection: psycopg.Connection[TupleRow], verdict: Verdict, promised: Rows, produced: Rows
) -> None:
    rows = connection.execute(SELECT_READINGS).fetchall()
    times = Counter((sensor, ts) for sensor, ts, _ in rows)
    verdict.published, verdict.stored = len(promised), len(rows)
    verdict.lost = len(promised.keys() - times.keys())
    verdict.doubled = sum(count - 1 for count in times.values())
    verdict.foreign = sum(produced.get((sensor, ts)) != value for sensor, ts, value in rows)


def _compare_totals(connection: psycopg.Connection[TupleRow], verdict: Verdict) -> None:
    stored, wrong, unbalanced = connection.execute(SELECT_TOTALS).fetchall()[0]
    verdict.redelivered = int(connection.execute(SELECT_DUPLICATES).fetchall()[0][0])
    if stored != verdict.stored:
        verdict.complaints.append(f"counted as stored: {stored}, in the table: {verdict.stored}")
    if wrong:
        verdict.complaints.append(f"{wrong} readings in conflict or rejected, though all were right")
    if unbalanced:
        verdict.complaints.append(f"message counters are off by {unbalanced}")
