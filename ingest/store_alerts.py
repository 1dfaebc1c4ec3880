"""Changes of conditions into alerts and their append-only history.

The engine knows only the condition. Whether an alert is open depends on people too: a latching alert stays open
until it has a verdict and its condition has cleared. That is decided here and, for verdicts, by the API.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from psycopg import Cursor
from psycopg.rows import TupleRow

from rules.changes import Change, ChangeKind, KnownCondition
from rules.rule import Rule
from schemas.domain import AlertAction, Condition, SubjectKind

UPSERT_RULE = """
INSERT INTO rules (rule, signal_class, severity, latching, title_zh, title_en, advice_zh, advice_en, source)
VALUES (%(id)s, %(signal_class)s, %(severity)s, %(latching)s,
        %(title_zh)s, %(title_en)s, %(advice_zh)s, %(advice_en)s, %(source)s)
ON CONFLICT (rule) DO UPDATE SET
    signal_class = EXCLUDED.signal_class, severity = EXCLUDED.severity, latching = EXCLUDED.latching,
    title_zh = EXCLUDED.title_zh, title_en = EXCLUDED.title_en,
    advice_zh = EXCLUDED.advice_zh, advice_en = EXCLUDED.advice_en, source = EXCLUDED.source"""
# The partial unique index admits one open episode; an open one whose condition had cleared becomes active again.
# Batches come in order, except that another worker may have stored newer ones while these lay in a spool: then
# what was raised no later than the condition is known to have cleared is old news, and so is the clearing of
# something that was raised only afterwards. Otherwise the times are not compared: clocks may be set back.
RAISE = """
INSERT INTO alerts (rule, subject_kind, subject_id, building_id, zone_id, device_id, sensor_id,
                    signal_class, severity, severity_peak, latching, late, value, limit_value, unit, raised_at)
SELECT %(rule)s, %(subject_kind)s, %(subject_id)s, %(building_id)s, %(zone_id)s, %(device_id)s, %(sensor_id)s,
       %(signal_class)s, %(severity)s, %(severity)s, %(latching)s, %(late)s, %(value)s, %(limit)s, %(unit)s, %(at)s
WHERE NOT (%(belated)s AND EXISTS (
    SELECT FROM alerts
    WHERE rule = %(rule)s AND subject_kind = %(subject_kind)s AND subject_id = %(subject_id)s
      AND cleared_at >= %(at)s))
ON CONFLICT (rule, subject_kind, subject_id) WHERE closed_at IS NULL
DO UPDATE SET condition = 'active', cleared_at = NULL, value = EXCLUDED.value
WHERE alerts.condition = 'cleared'
RETURNING alert_id, severity, xmax = 0"""
CLEAR = """
UPDATE alerts SET condition = 'cleared', cleared_at = %(at)s,
       closed_at = CASE WHEN NOT latching OR verdict IS NOT NULL THEN clock_timestamp() END
WHERE rule = %(rule)s AND subject_kind = %(subject_kind)s AND subject_id = %(subject_id)s
  AND closed_at IS NULL AND condition = 'active'
  AND (NOT %(belated)s OR raised_at <= %(at)s)
RETURNING alert_id, severity, closed_at IS NOT NULL"""
INSERT_EVENT = """
INSERT INTO alert_events (alert_id, action, at, actor, condition, severity, value, note)
VALUES (%s, %s, %s, 'rules', %s, %s, %s, %s)"""
# What was last known of each condition: active since when it was raised, else ended when it last cleared.
SELECT_CONDITIONS = """
SELECT DISTINCT ON (rule, subject_kind, subject_id)
       rule, subject_kind, subject_id, condition, raised_at, cleared_at
FROM alerts JOIN buildings USING (building_id) WHERE buildings.code = ANY(%s)
ORDER BY rule, subject_kind, subject_id, alert_id DESC"""


@dataclass(frozen=True)
class _Entry:
    alert_id: int
    action: AlertAction
    condition: Condition
    severity: int
    change: Change


def write_catalogue(cursor: Cursor[TupleRow], catalogue: Iterable[Rule]) -> None:
    """Put the rules in force where the API finds their words."""
    words = [field.name for field in fields(Rule)]
    cursor.executemany(UPSERT_RULE, [{name: getattr(rule, name) for name in words} for rule in catalogue])


def read_conditions(cursor: Cursor[TupleRow], buildings: list[str]) -> list[KnownCondition]:
    """What the tables know of every condition that ever was in these buildings."""
    return [
        KnownCondition(
            rule, SubjectKind(kind), subject_id, cleared_at is None, _microseconds(cleared_at or raised_at)
        )
        for rule, kind, subject_id, _, raised_at, cleared_at in cursor.execute(
            SELECT_CONDITIONS, (buildings,)
        ).fetchall()
    ]


def apply_changes(cursor: Cursor[TupleRow], changes: Sequence[Change], *, belated: bool = False) -> None:
    """Write the changes into alerts and history; a change that the tables already know writes nothing.

    `belated` changes come out of a spool, so newer ones may have been written before them.

    All alerts are touched before the first entry of the history is written, since that takes the lock of the
    change counter: whoever holds the counter waits for nobody, so writers cannot wait for each other in a ring.
    """
    entries: list[_Entry] = []
    for change in changes:
        apply = _raise if change.kind is ChangeKind.RAISE else _clear
        entries += apply(cursor, change, belated)
    for entry in entries:
        change = entry.change
        row = (entry.alert_id, entry.action, _timestamp(change.at), entry.condition, entry.severity)
        cursor.execute(INSERT_EVENT, (*row, change.value, change.note))


def _raise(cursor: Cursor[TupleRow], change: Change, belated: bool) -> list[_Entry]:
    rule, subject = change.rule, change.subject
    row = cursor.execute(
        RAISE,
        _key(change)
        | {
            "building_id": subject.building_id,
            "zone_id": subject.zone_id,
            "device_id": subject.device_id,
            "sensor_id": subject.sensor_id,
            "signal_class": rule.signal_class,
            "severity": rule.severity,
            "latching": rule.latching,
            "late": change.late,
            "value": change.value,
            "limit": change.limit,
            "unit": change.unit,
            "belated": belated,
        },
    ).fetchone()
    if row is None:
        return []
    alert_id, severity, is_new = row
    action = AlertAction.RAISED if is_new else AlertAction.REACTIVATED
    return [_Entry(alert_id, action, Condition.ACTIVE, severity, change)]


def _clear(cursor: Cursor[TupleRow], change: Change, belated: bool) -> list[_Entry]:
    row = cursor.execute(CLEAR, _key(change) | {"belated": belated}).fetchone()
    if row is None:
        return []
    alert_id, severity, is_closed = row
    actions = [AlertAction.CLEARED, AlertAction.CLOSED] if is_closed else [AlertAction.CLEARED]
    return [_Entry(alert_id, action, Condition.CLEARED, severity, change) for action in actions]


def _key(change: Change) -> dict[str, object]:
    return {
        "rule": change.rule.id,
        "subject_kind": change.subject.kind,
        "subject_id": change.subject.id,
        "at": _timestamp(change.at),
    }


def _timestamp(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(
        microsecond=microseconds % 1_000_000
    )


def _microseconds(stamp: datetime) -> int:
    return round(stamp.timestamp() * 1e6)
