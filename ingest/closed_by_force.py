"""What goes on although somebody closed its alert by force is raised anew, as an alert of its own.

The rules know conditions and hear of no act (docs/decisions/0024); that one is active without an open alert is seen in
the tables alone. So a restart, another worker or a replay come to the same.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import NamedTuple, TypedDict

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

from ingest.store_alerts import apply_changes
from rules.catalogue import CATALOGUE, SLOW_RULES
from rules.changes import Change, ChangeKind, Part, Subject
from rules.places import Places
from schemas.domain import Severity, SubjectKind
from schemas.roster import UNKNOWN, Roster

URGENT_SECONDS = 60
"""For a fire and for whatever is red: as long as a closing can be taken back."""
OTHER_SECONDS = 3600

# Slow rules look at open alerts only, so these raise again by themselves. Where nothing is in service any more there is
# nobody who could say that it has ended.
FIND_ONE = """
SELECT a.alert_id, a.rule, a.subject_kind, a.subject_id, a.building_id, a.zone_id, a.device_id, a.sensor_id,
       a.severity, a.value, a.limit_value, a.unit, a.parts, a.parameters_version, clock_timestamp() AS now
FROM alerts a JOIN buildings b USING (building_id)
WHERE a.condition = 'active' AND a.rule = ANY(%(rules)s) AND b.code = ANY(%(buildings)s)
  AND a.closed_at < clock_timestamp() - make_interval(
      secs => CASE WHEN a.signal_class = 'fire' OR a.severity = 1 THEN %(urgent)s ELSE %(other)s END)
  AND NOT EXISTS (
      SELECT FROM alerts o
      WHERE o.rule = a.rule AND o.subject_kind = a.subject_kind AND o.subject_id = a.subject_id
        AND o.closed_at IS NULL)
  AND NOT EXISTS (
      SELECT FROM alerts o
      WHERE o.rule = a.rule AND o.subject_kind = a.subject_kind AND o.subject_id = a.subject_id
        AND o.condition = 'active' AND o.alert_id > a.alert_id)
  AND EXISTS (
      SELECT FROM devices d
      WHERE d.building_id = a.building_id AND NOT d.retired
        AND (a.zone_id IS NULL OR a.device_id IS NOT NULL OR d.zone_id = a.zone_id)
        AND (a.device_id IS NULL OR d.device_id = a.device_id))
ORDER BY a.alert_id LIMIT 1 FOR NO KEY UPDATE OF a SKIP LOCKED"""

RULES = {rule.id: rule for rule in CATALOGUE if rule not in SLOW_RULES}


class _Reason(TypedDict):
    text_zh: str
    text_en: str
    points: float | None


class _GoingOn(NamedTuple):
    """An alert that was closed while it was active, as the tables have it."""

    alert_id: int
    rule: str
    subject_kind: str
    subject_id: int
    building_id: int
    zone_id: int | None
    device_id: int | None
    sensor_id: int | None
    severity: int
    value: float | None
    limit_value: float | None
    unit: str | None
    parts: list[_Reason] | None
    parameters_version: str
    now: datetime


def raise_anew(connection: Connection[TupleRow], roster: Roster) -> Change | None:
    """Raise the first of what goes on in the buildings served, in a transaction of its own; None when there is none."""
    asked = {
        "rules": list(RULES),
        "buildings": sorted(roster.serves),
        "urgent": URGENT_SECONDS,
        "other": OTHER_SECONDS,
    }
    with connection.transaction(), connection.cursor(row_factory=class_row(_GoingOn)) as cursor:
        found = cursor.execute(FIND_ONE, asked).fetchone()
        if found is None:
            return None
        change = _make_change(found, roster)
        with connection.cursor() as writing:
            apply_changes(writing, [change], found.parameters_version)
        return change


def _make_change(alert: _GoingOn, roster: Roster) -> Change:
    """It is raised as it was last seen; only its time, and the declared window it falls into, are those of now."""
    kind, at = SubjectKind(alert.subject_kind), round(alert.now.timestamp() * 1e6)
    subject = Subject(
        kind, alert.subject_id, alert.building_id, alert.zone_id, alert.device_id, alert.sensor_id
    )
    return Change(
        ChangeKind.RAISE,
        RULES[alert.rule],
        subject,
        at,
        Severity(alert.severity),
        value=alert.value,
        limit=alert.limit_value,
        unit=alert.unit,
        note=f"警情 {alert.alert_id} 关闭后仍在持续 / goes on after alert {alert.alert_id} was closed",
        parts=tuple(_make_part(reason) for reason in alert.parts or ()),
        scope_id=_find_scope(subject, at, roster),
    )


def _make_part(reason: _Reason) -> Part:
    points = reason["points"]
    return Part(reason["text_zh"], reason["text_en"], math.nan if points is None else points)


def _find_scope(subject: Subject, at: int, roster: Roster) -> int | None:
    zone = UNKNOWN if subject.zone_id is None else roster.zone_slots.get(subject.zone_id, UNKNOWN)
    device = UNKNOWN if subject.device_id is None else roster.device_slots.get(subject.device_id, UNKNOWN)
    return Places(roster).find_scope(at, roster.site_slots[subject.building_id], zone, device)
