"""What the tables know of every condition: its last word, and which channels of a device declare it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from psycopg import Cursor
from psycopg.rows import TupleRow

from rules.catalogue import DECLARATION_RULES, DURATION_RULES, SLOW_RULES
from rules.changes import KnownCondition
from schemas.columns import MICROSECONDS
from schemas.domain import Severity, SubjectKind

# What was last known of each condition: active since when it began, else ended when it last cleared.
SELECT_CONDITIONS = """
SELECT DISTINCT ON (rule, subject_kind, subject_id)
       rule, subject_kind, subject_id, severity, COALESCE(began_at, raised_at), cleared_at,
       CASE WHEN closed_at IS NULL THEN scope_id END
FROM alerts JOIN buildings USING (building_id) WHERE buildings.code = ANY(%s) AND rule <> ALL(%s)
ORDER BY rule, subject_kind, subject_id, alert_id DESC"""
# What has to last is declared before it is raised, by a week at most.
LOOK_BACK_SECONDS = 8 * 86_400
# The newest word of each channel, unless the device as a whole has said since that it is over.
SELECT_VOICES = """
SELECT rule, device_id, sensor_id, EXTRACT(EPOCH FROM ts) * 1000000
FROM (
    SELECT DISTINCT ON (rule, e.device_id, e.sensor_id) rule, event, e.device_id, e.sensor_id, e.state, e.ts
    FROM unnest(%s::text[], %s::text[], %s::integer[], %s::float8[]) AS wanted (rule, event, device_id, since)
    JOIN events e USING (device_id, event)
    WHERE e.ts >= to_timestamp(wanted.since)
    ORDER BY rule, e.device_id, e.sensor_id, e.ts DESC
) newest
WHERE state = 'active' AND NOT EXISTS (
    SELECT FROM events later
    WHERE later.device_id = newest.device_id AND later.event = newest.event AND later.sensor_id IS NULL
      AND later.state = 'cleared' AND later.ts > newest.ts)"""
EVENTS = {rule.id: event for event, rule in (DECLARATION_RULES | DURATION_RULES).items()}


def read_conditions(cursor: Cursor[TupleRow], buildings: list[str]) -> list[KnownCondition]:
    """What the tables know of every condition that ever was in these buildings, but for those of slow rules."""
    known = [
        KnownCondition(
            rule,
            SubjectKind(kind),
            subject_id,
            cleared_at is None,
            _microseconds(cleared_at or began_at),
            Severity(severity),
            scope_id=scope_id,
        )
        for rule, kind, subject_id, severity, began_at, cleared_at, scope_id in cursor.execute(
            SELECT_CONDITIONS, (buildings, [rule.id for rule in SLOW_RULES])
        ).fetchall()
    ]
    return _add_voices(cursor, known)


def _add_voices(cursor: Cursor[TupleRow], conditions: Sequence[KnownCondition]) -> list[KnownCondition]:
    """The same conditions; those that devices declare, and that are active, with the channels that do."""
    wanted = [
        (known.rule_id, EVENTS[known.rule_id], known.subject_id, known.at / MICROSECONDS - LOOK_BACK_SECONDS)
        for known in conditions
        if known.active and known.subject_kind is SubjectKind.DEVICE and known.rule_id in EVENTS
    ]
    if not wanted:
        return list(conditions)
    voices: dict[tuple[str, int], list[tuple[int | None, int]]] = {}
    columns = [list(column) for column in zip(*wanted, strict=True)]
    for rule, device_id, sensor_id, at in cursor.execute(SELECT_VOICES, columns):
        voices.setdefault((rule, device_id), []).append((sensor_id, int(at)))
    return [
        replace(known, voices=tuple(voices.get((known.rule_id, known.subject_id), ())))
        if known.subject_kind is SubjectKind.DEVICE
        else known
        for known in conditions
    ]


def _microseconds(stamp: datetime) -> int:
    return round(stamp.timestamp() * 1e6)
