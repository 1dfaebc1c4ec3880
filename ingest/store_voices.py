"""Which channels of a device declare what the tables hold as active."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from psycopg import Cursor
from psycopg.rows import TupleRow

from rules.catalogue import DECLARATION_RULES, DURATION_RULES
from rules.changes import KnownCondition
from schemas.columns import MICROSECONDS
from schemas.domain import SubjectKind

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


def add_voices(cursor: Cursor[TupleRow], conditions: Sequence[KnownCondition]) -> list[KnownCondition]:
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
