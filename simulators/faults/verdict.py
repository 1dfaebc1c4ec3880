"""What is in the tables, against what there must be: row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import psycopg
from psycopg.rows import TupleRow

SELECT_READINGS = """
SELECT devices.code || '/' || sensors.channel, round(extract(epoch FROM ts) * 1000)::bigint, value
FROM readings LEFT JOIN sensors USING (sensor_id) LEFT JOIN devices USING (device_id)"""
COUNT_ARRIVED = """
SELECT (SELECT count(*) FROM readings)
     + (SELECT COALESCE(sum(samples_rejected * occurrences), 0) FROM quarantine)"""
SELECT_TOTALS = """
SELECT COALESCE(sum(readings_stored), 0), COALESCE(sum(readings_conflict + readings_rejected), 0),
       COALESCE(sum(messages_received - messages_stored - messages_duplicate - messages_conflict
                    - messages_quarantined), 0)
FROM ingest_totals"""
SELECT_DUPLICATES = "SELECT COALESCE(sum(readings_duplicate), 0) FROM ingest_totals"
SELECT_ALERTS = """
SELECT rule, devices.code || COALESCE('/' || sensors.channel, ''), condition,
       (SELECT string_agg(action, ' ' ORDER BY change_id) FROM alert_events AS events
        WHERE events.alert_id = alerts.alert_id)
FROM alerts LEFT JOIN devices USING (device_id) LEFT JOIN sensors USING (sensor_id)"""
SELECT_QUARANTINED = "SELECT reason, sum(occurrences) FROM quarantine GROUP BY reason ORDER BY reason"

Rows = dict[tuple[str, int], float]
"""Values by sensor (``device/channel``) and milliseconds."""


class Alert(NamedTuple):
    """An alert without its times; `history` are the actions of its events, in order."""

    rule: str
    subject: str
    condition: str
    history: str


@dataclass
class Verdict:
    """One run's result.

    `lost` were promised and are not stored; `doubled` are stored more than once; `foreign` were never sent, or with
    another value. `recovery_seconds` is how long after the fault the path was back to its normal lag.
    `told_seconds` and `shown_seconds` are how long after its declaration a fire reached the building's topic and the
    API; `pause_seconds` for how long nothing was stored, `picked_up_seconds` after how long another process had the
    share of a dead one. `forfeited` is how many readings the fault itself destroyed,
    which do not count as lost. `skipped` says why the fault could not be run here.
    """

    fault: str
    seed: int
    strict: bool
    published: int = 0
    stored: int = 0
    lost: int = 0
    doubled: int = 0
    foreign: int = 0
    forfeited: int = 0
    redelivered: int = 0
    recovery_seconds: float = 0.0
    peak_megabytes: float = 0.0
    told_seconds: list[float] = field(default_factory=list)
    shown_seconds: list[float] = field(default_factory=list)
    picked_up_seconds: list[float] = field(default_factory=list)
    pause_seconds: float | None = None
    skipped: str | None = None
    complaints: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        wrong = self.lost or self.doubled or self.foreign or self.complaints
        return not (self.strict and wrong)


def count_arrived(connection: psycopg.Connection[TupleRow]) -> int:
    """Readings that wait for nothing any more: stored or, wrongly, refused."""
    return int(connection.execute(COUNT_ARRIVED).fetchall()[0][0])


def judge(
    connection: psycopg.Connection[TupleRow],
    verdict: Verdict,
    alerts: Iterable[Alert],
    promised: Rows,
    produced: Rows,
) -> None:
    """Fill in what the tables say; `alerts` are those there must be, and no others."""
    _compare_readings(connection, verdict, promised, produced)
    _compare_totals(connection, verdict)
    _compare_alerts(connection, verdict, Counter(alerts))


def _compare_alerts(
    connection: psycopg.Connection[TupleRow], verdict: Verdict, expected: Counter[Alert]
) -> None:
    found = Counter(Alert(*row) for row in connection.execute(SELECT_ALERTS).fetchall())
    if missing := expected - found:
        verdict.complaints.append(f"alerts missing: {_list(missing)}")
    if extra := found - expected:
        verdict.complaints.append(f"alerts too many: {_list(extra)}")


def _list(alerts: Counter[Alert]) -> str:
    return ", ".join(f"{' '.join(alert[:3])} ({alert.history}) x {n}" for alert, n in alerts.items())


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
    if quarantined := connection.execute(SELECT_QUARANTINED).fetchall():
        verdict.complaints.append(
            "quarantined: " + ", ".join(f"{count} {reason}" for reason, count in quarantined)
        )
    if unbalanced:
        verdict.complaints.append(f"message counters are off by {unbalanced}")
