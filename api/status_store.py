"""The figures of the whole service, for the status page, for the desk and for Prometheus."""

from __future__ import annotations

from dataclasses import dataclass

from api.connections import Connection, fetch_all, fetch_one
from api.freshness import HEARTBEAT_MAX_SECONDS
from schemas.domain import SignalClass

SELECT_TOTALS = """
SELECT worker, messages_received, messages_stored, messages_duplicate, messages_conflict, messages_quarantined,
       readings_received, readings_stored, readings_duplicate, readings_conflict, readings_rejected
FROM ingest_totals ORDER BY worker"""
SELECT_OPEN = "SELECT signal_class, count(*) AS n FROM alerts WHERE closed_at IS NULL GROUP BY signal_class"
# A device is online when it was heard within three of its intervals (rules/silence.py allows as long) and its will
# message has not said otherwise. One without channels, a gateway, has only its birth and will to speak for it.
SELECT_DEVICES = """
WITH silent AS (
    SELECT device_id FROM alerts
    WHERE closed_at IS NULL AND condition = 'active' AND subject_kind = 'device'
      AND rule IN ('device_silent', 'gateway_silent')
    UNION
    -- What stands beneath a silent gateway is as unknown; its silence is told once.
    SELECT beneath.device_id FROM alerts a JOIN devices beneath ON beneath.gateway_id = a.device_id
    WHERE a.closed_at IS NULL AND a.condition = 'active' AND a.rule = 'gateway_silent' AND a.subject_kind = 'device'
), intervals AS (
    SELECT device_id, min(interval_seconds) AS seconds FROM sensors GROUP BY device_id
)
SELECT count(*) AS total,
       count(silent.device_id) AS silent,
       count(*) FILTER (WHERE silent.device_id IS NULL AND state.online IS DISTINCT FROM false AND CASE
           WHEN seconds IS NULL THEN state.online
           ELSE state.last_received_at > clock_timestamp() - make_interval(secs => GREATEST(90, 3 * seconds))
           END) AS online,
       count(*) FILTER (WHERE state.last_received_at IS NULL) AS never_seen
FROM devices d LEFT JOIN device_state state USING (device_id) LEFT JOIN intervals USING (device_id)
LEFT JOIN silent USING (device_id)
WHERE NOT d.retired"""
SELECT_WORKERS = """
SELECT worker, broker_connected, lag_seconds,
       EXTRACT(epoch FROM clock_timestamp() - heartbeat_at)::float8 AS heartbeat_age_seconds
FROM workers ORDER BY worker"""
SELECT_RULES = """
SELECT COALESCE(array_agg(DISTINCT rules_version) FILTER (WHERE rules_version <> ''), '{}') AS versions,
       COALESCE(array_agg(DISTINCT rules_error) FILTER (WHERE rules_error <> ''), '{}') AS errors
FROM workers WHERE heartbeat_at > clock_timestamp() - make_interval(secs => %(heartbeat_max)s)"""
SELECT_REASONS = """
SELECT reason, sum(occurrences)::bigint AS n FROM quarantine GROUP BY reason ORDER BY reason"""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What one worker has counted since its first start."""

    worker: str
    messages_received: int
    messages_stored: int
    messages_duplicate: int
    messages_conflict: int
    messages_quarantined: int
    readings_received: int
    readings_stored: int
    readings_duplicate: int
    readings_conflict: int
    readings_rejected: int


@dataclass(frozen=True, kw_only=True)
class Devices:
    total: int
    online: int
    silent: int
    never_seen: int


@dataclass(frozen=True, kw_only=True)
class WorkerState:
    worker: str
    broker_connected: bool
    lag_seconds: float
    heartbeat_age_seconds: float


@dataclass(frozen=True, kw_only=True)
class RulesInForce:
    """By which versions of the parameters the living workers judge; several while they take a new file."""

    versions: list[str]
    errors: list[str]


async def read_rules(connection: Connection) -> RulesInForce:
    rules = await fetch_one(connection, SELECT_RULES, {"heartbeat_max": HEARTBEAT_MAX_SECONDS}, RulesInForce)
    assert rules is not None
    return rules


async def read_totals(connection: Connection) -> list[Totals]:
    return await fetch_all(connection, SELECT_TOTALS, {}, Totals)


async def count_open(connection: Connection) -> dict[SignalClass, int]:
    """Open alerts of every class, 0 included."""
    counts = dict(await fetch_all(connection, SELECT_OPEN, {}, _make_pair))
    return {signal_class: counts.get(signal_class, 0) for signal_class in SignalClass}


async def count_devices(connection: Connection) -> Devices:
    devices = await fetch_one(connection, SELECT_DEVICES, {}, Devices)
    assert devices is not None
    return devices


async def read_workers(connection: Connection) -> list[WorkerState]:
    return await fetch_all(connection, SELECT_WORKERS, {}, WorkerState)


async def count_refused(connection: Connection) -> dict[str, int]:
    """Refused messages by reason."""
    return dict(await fetch_all(connection, SELECT_REASONS, {}, _make_reason))


def _make_pair(signal_class: str, n: int) -> tuple[SignalClass, int]:
    return SignalClass(signal_class), n


def _make_reason(reason: str, n: int) -> tuple[str, int]:
    return reason, n
