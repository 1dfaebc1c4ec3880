"""A worker's sign of life: what `status` and `/readyz` tell of it."""

from __future__ import annotations

from collections import deque

from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.rules_file import RulesState
from ingest.spool import SpoolState
from schemas.columns import MICROSECONDS

UPSERT_WORKER = """
INSERT INTO workers (worker, process, pid, started_at, heartbeat_at, broker_connected, broker_note, last_commit_at,
                     lag_seconds, messages_per_second, readings_per_second,
                     spool_batches, spool_bytes, spool_note, rules_version, rules_error)
VALUES (%(worker)s, %(process)s, %(pid)s, to_timestamp(%(started_at)s / 1e6), to_timestamp(%(now)s / 1e6),
        %(connected)s, %(note)s, to_timestamp(%(last_commit_at)s / 1e6), %(lag)s, %(messages_rate)s, %(readings_rate)s,
        %(spool_batches)s, %(spool_bytes)s, %(spool_note)s, %(rules_version)s, %(rules_error)s)
ON CONFLICT (worker) DO UPDATE SET
    process = EXCLUDED.process, pid = EXCLUDED.pid, started_at = EXCLUDED.started_at,
    heartbeat_at = EXCLUDED.heartbeat_at,
    broker_connected = EXCLUDED.broker_connected, broker_note = EXCLUDED.broker_note,
    last_commit_at = COALESCE(EXCLUDED.last_commit_at, workers.last_commit_at),
    lag_seconds = EXCLUDED.lag_seconds, messages_per_second = EXCLUDED.messages_per_second,
    readings_per_second = EXCLUDED.readings_per_second, spool_batches = EXCLUDED.spool_batches,
    spool_bytes = EXCLUDED.spool_bytes, spool_note = EXCLUDED.spool_note,
    rules_version = EXCLUDED.rules_version, rules_error = EXCLUDED.rules_error"""

BEAT_EVERY_US = MICROSECONDS
RATE_WINDOW_US = 60 * MICROSECONDS


class Heartbeat:
    """Counts what was committed and writes a row a second."""

    def __init__(self, worker: str, host: str, pid: int, started_at: int) -> None:
        self._row: dict[str, object] = {"worker": worker, "pid": pid, "started_at": started_at}
        self._row["process"] = f"{host}:{pid}"
        self._started_at = started_at
        self._beat_at = 0
        self._last_commit_at: int | None = None
        self._lag_us = 0
        self._rules = RulesState()
        self._counts: deque[tuple[int, int, int]] = deque()

    def count(self, now: int, messages: int, readings: int, oldest_received_at: int) -> None:
        """Note a committed batch; its lag is the time its oldest message took."""
        self._counts.append((now, messages, readings))
        self._last_commit_at = now
        self._lag_us = max(self._lag_us, now - oldest_received_at)

    def judge_by(self, rules: RulesState) -> None:
        """Note by which parameters the worker judges."""
        self._rules = rules

    def is_due(self, now: int) -> bool:
        return now - self._beat_at >= BEAT_EVERY_US

    def write(
        self, connection: Connection[TupleRow], now: int, connected: bool, note: str, spool: SpoolState
    ) -> None:
        """Write the row, with rates over the last minute and the greatest lag since the last beat."""
        while self._counts and self._counts[0][0] < now - RATE_WINDOW_US:
            self._counts.popleft()
        seconds = max(1.0, min(RATE_WINDOW_US, now - self._started_at) / MICROSECONDS)
        row = self._row | {
            "now": now,
            "connected": connected,
            "note": note,
            "last_commit_at": self._last_commit_at,
            "lag": self._lag_us / MICROSECONDS,
            "messages_rate": sum(count[1] for count in self._counts) / seconds,
            "readings_rate": sum(count[2] for count in self._counts) / seconds,
            "spool_batches": spool.batches,
            "spool_bytes": spool.size,
            "spool_note": spool.note,
            "rules_version": self._rules.version,
            "rules_error": self._rules.error,
        }
        connection.execute(UPSERT_WORKER, row)
        self._beat_at, self._lag_us = now, 0
