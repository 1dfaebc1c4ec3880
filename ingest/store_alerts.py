"""Changes of conditions into alerts and their append-only history.

The engine knows only the condition and its colour. Whether an alert is open depends on people too: a latching alert
stays open until it has a verdict and its condition has cleared. That is decided here and, for verdicts, by the API.
An alert within a declared test, drill or maintenance is kept as of class test, until it breaks through.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import LiteralString

from psycopg import Cursor
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from rules.changes import Change, ChangeKind, find_runs
from rules.rule import Rule
from schemas.domain import AlertAction, Condition

UPSERT_RULE = """
INSERT INTO rules (rule, signal_class, severity, latching, title_zh, title_en, advice_zh, advice_en,
                   source_zh, source_en, parameters)
VALUES (%(id)s, %(signal_class)s, %(severity)s, %(latching)s,
        %(title_zh)s, %(title_en)s, %(advice_zh)s, %(advice_en)s,
        %(source_zh)s, %(source_en)s, %(parameters)s)
ON CONFLICT (rule) DO UPDATE SET
    signal_class = EXCLUDED.signal_class, severity = EXCLUDED.severity, latching = EXCLUDED.latching,
    title_zh = EXCLUDED.title_zh, title_en = EXCLUDED.title_en,
    advice_zh = EXCLUDED.advice_zh, advice_en = EXCLUDED.advice_en,
    source_zh = EXCLUDED.source_zh, source_en = EXCLUDED.source_en,
    parameters = EXCLUDED.parameters"""
# The partial unique index admits one open episode; an open one whose condition had cleared becomes active again.
# Batches come in order, except that another worker may have stored newer ones while these lay in a spool: then
# what was raised no later than the condition is known to have cleared is old news, and so is the clearing of
# something that was raised only afterwards. Otherwise the times are not compared: clocks may be set back.
# What is still active though somebody closed it began when that did.
RAISE = """
INSERT INTO alerts (rule, subject_kind, subject_id, building_id, zone_id, device_id, sensor_id,
                    signal_class, severity, severity_peak, latching, late, value, limit_value, unit, raised_at,
                    parameters_version, parts, scope_id, began_at)
SELECT %(rule)s, %(subject_kind)s, %(subject_id)s, %(building_id)s, %(zone_id)s, %(device_id)s, %(sensor_id)s,
       CASE WHEN %(scope)s::bigint IS NULL THEN %(signal_class)s ELSE 'test' END, %(severity)s, %(severity)s,
       %(latching)s, %(late)s, %(value)s, %(limit)s, %(unit)s, %(at)s, %(version)s, %(parts)s, %(scope)s,
       (SELECT min(COALESCE(began_at, raised_at)) FROM alerts
        WHERE rule = %(rule)s AND subject_kind = %(subject_kind)s AND subject_id = %(subject_id)s
          AND condition = 'active' AND closed_at IS NOT NULL)
WHERE NOT (%(belated)s AND EXISTS (
    SELECT FROM alerts
    WHERE rule = %(rule)s AND subject_kind = %(subject_kind)s AND subject_id = %(subject_id)s
      AND cleared_at >= %(at)s))
ON CONFLICT (rule, subject_kind, subject_id) WHERE closed_at IS NULL
DO UPDATE SET condition = 'active', cleared_at = NULL, value = EXCLUDED.value, limit_value = EXCLUDED.limit_value,
              severity = EXCLUDED.severity, severity_peak = LEAST(alerts.severity_peak, EXCLUDED.severity),
              parameters_version = EXCLUDED.parameters_version, parts = EXCLUDED.parts
WHERE alerts.condition = 'cleared'
RETURNING alert_id, severity, xmax = 0"""
# One is the highest colour. A raise of what is active already may only make it graver: whoever raises begins with
# the mildest level. Of a belated change nothing is taken once a newer one is in the history.
RECOLOUR = """
WITH known AS (
    SELECT alert_id, severity FROM alerts
    WHERE rule = %(rule)s AND subject_kind = %(subject_kind)s AND subject_id = %(subject_id)s
      AND closed_at IS NULL AND condition = 'active'
      AND (severity > %(severity)s OR severity < %(severity)s AND NOT %(graver_only)s)
      AND NOT (%(belated)s AND EXISTS (
          SELECT FROM alert_events e WHERE e.alert_id = alerts.alert_id AND e.actor = 'rules' AND e.at > %(at)s))
    FOR UPDATE
)
UPDATE alerts a SET severity = %(severity)s, severity_peak = LEAST(a.severity_peak, %(severity)s),
       value = %(value)s, limit_value = %(limit)s, parameters_version = %(version)s, parts = %(parts)s
FROM known WHERE a.alert_id = known.alert_id
RETURNING a.alert_id, a.severity < known.severity"""
BREAK_THROUGH = """
UPDATE alerts SET signal_class = %(signal_class)s, scope_id = NULL,
       parameters_version = %(version)s, parts = %(parts)s
WHERE rule = %(rule)s AND subject_kind = %(subject_kind)s AND subject_id = %(subject_id)s
  AND closed_at IS NULL AND condition = 'active' AND scope_id IS NOT NULL
  AND NOT (%(only_unruled)s AND verdict IS NOT NULL)
RETURNING alert_id, severity"""
# What somebody closed while it was active clears too; that it is closed stays as it was written.
CLEAR = """
UPDATE alerts SET condition = 'cleared', cleared_at = %(at)s,
       closed_at = COALESCE(closed_at, CASE WHEN NOT latching OR verdict IS NOT NULL THEN clock_timestamp() END)
WHERE rule = %(rule)s AND subject_kind = %(subject_kind)s AND subject_id = %(subject_id)s
  AND condition = 'active'
  AND (NOT %(belated)s OR raised_at <= %(at)s)
RETURNING alert_id, severity, closed_at IS NOT NULL AND closed_by IS NULL"""
# What somebody closed while it was active, and what has grown graver since: that is something new.
IS_GRAVER_THAN_CLOSED = """
SELECT EXISTS (
    SELECT FROM alerts
    WHERE rule = %(rule)s AND subject_kind = %(subject_kind)s AND subject_id = %(subject_id)s
      AND closed_at IS NOT NULL AND condition = 'active' AND severity > %(severity)s)
  AND NOT EXISTS (
    SELECT FROM alerts
    WHERE rule = %(rule)s AND subject_kind = %(subject_kind)s AND subject_id = %(subject_id)s
      AND closed_at IS NULL)"""
# All at once: each update of the counter passes over what those before it in the same transaction left behind.
TAKE_NUMBERS = "UPDATE change_counter SET last_id = last_id + %s RETURNING last_id"
INSERT_EVENT = """
INSERT INTO alert_events (change_id, alert_id, action, at, actor, condition, severity, value, note, parameters_version,
                          parts, scope_id)
VALUES (%s, %s, %s, %s, 'rules', %s, %s, %s, %s, %s, %s, %s)"""


_Row = dict[str, object]


@dataclass(frozen=True)
class _Entry:
    alert_id: int
    action: AlertAction
    condition: Condition
    severity: int
    change: Change


def write_catalogue(cursor: Cursor[TupleRow], catalogue: Iterable[Rule]) -> None:
    """Put the rules in force where the API finds their words and numbers."""
    words = [field.name for field in fields(Rule) if field.name != "parameters"]
    rows = [
        {name: getattr(rule, name) for name in words}
        | {"parameters": Jsonb([asdict(parameter) for parameter in rule.parameters])}
        for rule in catalogue
    ]
    cursor.executemany(UPSERT_RULE, rows)


def apply_changes(
    cursor: Cursor[TupleRow],
    changes: Sequence[Change],
    parameters_version: str = "",
    *,
    belated: bool = False,
) -> None:
    """Write the changes into alerts and history; a change that the tables already know writes nothing.

    `belated` changes come out of a spool, so newer ones may have been written before them.

    All alerts are touched before the first entry of the history is written, since that takes the lock of the
    change counter: whoever holds the counter waits for nobody, so writers cannot wait for each other in a ring.
    """
    entries: list[_Entry] = []
    for run in find_runs(changes):
        rows = [_make_row(change, parameters_version, belated) for change in run]
        entries += _APPLY[run[0].kind](cursor, run, rows)
    if entries:
        (last,) = cursor.execute(TAKE_NUMBERS, (len(entries),)).fetchone() or (0,)
        numbered = enumerate(entries, last - len(entries) + 1)
        cursor.executemany(INSERT_EVENT, [_make_event(*entry, parameters_version) for entry in numbered])


def _ask_each(
    cursor: Cursor[TupleRow], statement: LiteralString, rows: Sequence[_Row]
) -> list[list[TupleRow]]:
    """What a statement returns for each of the rows, without waiting in between."""
    cursor.executemany(statement, rows, returning=True)
    answers = [cursor.fetchall()]
    while cursor.nextset():
        answers.append(cursor.fetchall())
    return answers


def _raise_all(cursor: Cursor[TupleRow], changes: Sequence[Change], rows: Sequence[_Row]) -> list[_Entry]:
    answers = _ask_each(cursor, RAISE, rows)
    return [
        entry
        for change, row, answer in zip(changes, rows, answers, strict=True)
        for entry in _finish_raise(cursor, change, row, answer[0] if answer else None)
    ]


def _recolour_all(cursor: Cursor[TupleRow], changes: Sequence[Change], rows: Sequence[_Row]) -> list[_Entry]:
    return [
        entry for change, row in zip(changes, rows, strict=True) for entry in _recolour(cursor, change, row)
    ]


def _clear_all(cursor: Cursor[TupleRow], changes: Sequence[Change], rows: Sequence[_Row]) -> list[_Entry]:
    entries = []
    for change, answer in zip(changes, _ask_each(cursor, CLEAR, rows), strict=True):
        for alert_id, severity, is_closed in answer:
            actions = [AlertAction.CLEARED, AlertAction.CLOSED] if is_closed else [AlertAction.CLEARED]
            entries += [_Entry(alert_id, action, Condition.CLEARED, severity, change) for action in actions]
    return entries


def _finish_raise(
    cursor: Cursor[TupleRow], change: Change, row: _Row, raised: TupleRow | None
) -> list[_Entry]:
    if raised is None:
        entries = _recolour(cursor, change, row | {"graver_only": True})
        return entries or _break_through(cursor, change, row)
    alert_id, severity, is_new = raised
    if is_new:
        return [_Entry(alert_id, AlertAction.RAISED, Condition.ACTIVE, severity, change)]
    entry = _Entry(alert_id, AlertAction.REACTIVATED, Condition.ACTIVE, severity, change)
    return [entry, *_break_through(cursor, change, row)]


def _recolour(cursor: Cursor[TupleRow], change: Change, row: _Row) -> list[_Entry]:
    entries = []
    recoloured = cursor.execute(RECOLOUR, row).fetchone()
    if recoloured is None and not row["graver_only"] and _is_graver_than_closed(cursor, row):
        return _raise_all(cursor, [change], [row])
    if recoloured is not None:
        alert_id, is_graver = recoloured
        action = AlertAction.ESCALATED if is_graver else AlertAction.DE_ESCALATED
        entries = [_Entry(alert_id, action, Condition.ACTIVE, change.severity, change)]
    # What merely goes on after a drill, and was ruled on, is no news.
    return entries + _break_through(cursor, change, row | {"only_unruled": not entries})


def _is_graver_than_closed(cursor: Cursor[TupleRow], row: _Row) -> bool:
    return cursor.execute(IS_GRAVER_THAN_CLOSED, row).fetchone() == (True,)


def _break_through(cursor: Cursor[TupleRow], change: Change, row: _Row) -> list[_Entry]:
    """What goes on outside of any declared window is no test: its alert is of its own class again."""
    if change.scope_id is not None:
        return []
    broken = cursor.execute(BREAK_THROUGH, row).fetchone()
    if broken is None:
        return []
    alert_id, severity = broken
    return [_Entry(alert_id, AlertAction.BROKE_THROUGH, Condition.ACTIVE, severity, change)]


_APPLY = {ChangeKind.RAISE: _raise_all, ChangeKind.SEVERITY: _recolour_all, ChangeKind.CLEAR: _clear_all}


def _make_event(number: int, entry: _Entry, parameters_version: str) -> tuple[object, ...]:
    """A row of `INSERT_EVENT`."""
    change = entry.change
    row = (number, entry.alert_id, entry.action, _timestamp(change.at), entry.condition, entry.severity)
    return (*row, change.value, change.note, parameters_version, _make_parts(change), change.scope_id)


def _make_row(change: Change, parameters_version: str, belated: bool) -> _Row:
    """What the statements above may ask for."""
    rule, subject = change.rule, change.subject
    return {
        "rule": rule.id,
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "building_id": subject.building_id,
        "zone_id": subject.zone_id,
        "device_id": subject.device_id,
        "sensor_id": subject.sensor_id,
        "signal_class": rule.signal_class,
        "severity": change.severity,
        "latching": rule.latching,
        "late": change.late,
        "value": change.value,
        "limit": change.limit,
        "unit": change.unit,
        "at": _timestamp(change.at),
        "version": parameters_version,
        "parts": _make_parts(change),
        "scope": change.scope_id,
        "belated": belated,
        "graver_only": False,
        "only_unruled": False,
    }


def _make_parts(change: Change) -> Jsonb:
    """Weightiest first, as they come; JSON knows no NaN."""
    return Jsonb(
        [
            {
                "text_zh": part.text_zh,
                "text_en": part.text_en,
                "points": part.points if math.isfinite(part.points) else None,
            }
            for part in change.parts
        ]
    )


def _timestamp(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(
        microsecond=microseconds % 1_000_000
    )
