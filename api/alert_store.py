"""Alerts out of the tables: lists, changes, one alert with its history."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql
from pydantic import AwareDatetime, Field

from api.alert_models import Alert, AlertDetail, Change
from api.alert_rows import AlertRow, ChangeRow, explain, make_entry, show_alert, show_change
from api.connections import Connection, fetch_all, fetch_one
from api.cursors import MAX_BIGINT, Key
from api.problems import ProblemError
from api.reading_store import read_around
from schemas.domain import SignalClass

CLASS_ORDER = [str(signal_class) for signal_class in SignalClass]

ALERT_COLUMNS = sql.SQL("""
    a.alert_id, a.change_id, a.rule, r.title_zh, r.title_en, r.advice_zh, r.advice_en, a.signal_class, a.severity,
    a.severity_peak, a.subject_kind, a.condition, a.acknowledged_at, a.acknowledged_by, a.verdict, a.verdict_at,
    a.verdict_by, a.assigned_to, a.assigned_at, a.assigned_by, a.referred_to, a.referred_at, a.referred_by,
    a.reminded_at, a.latching, a.late, a.raised_at, a.recorded_at, a.cleared_at, a.closed_at, a.closed_by, a.value,
    a.limit_value, a.unit, a.forecast_at, a.forecast_earliest, a.forecast_latest, g.code AS area_code,
    g.name AS area_name, b.code AS building_code, b.name AS building_name,
    z.floor, z.code AS zone_code, z.name AS zone_name, z.zone_use,
    d.code AS device_code, d.name AS device_name, s.channel, s.quantity, s.sensor_id, s.interval_seconds, s.resolution,
    a.parts, a.parameters_version, a.scope_id, w.kind AS scope_kind, LEAST(w.ends_at, w.ended_at) AS scope_ends_at,
    w.reason AS scope_reason, w.declared_by AS scope_declared_by,
    array_position(%(class_order)s::text[], a.signal_class) AS class_rank""")
PLACES = sql.SQL("""
    JOIN rules r ON r.rule = a.rule
    JOIN buildings b ON b.building_id = a.building_id
    JOIN areas g ON g.area_id = b.area_id
    LEFT JOIN zones z ON z.zone_id = a.zone_id
    LEFT JOIN devices d ON d.device_id = a.device_id
    LEFT JOIN sensors s ON s.sensor_id = a.sensor_id
    LEFT JOIN maintenance_windows w ON w.scope_id = a.scope_id""")

SELECT_ALERTS = sql.SQL("""
SELECT {columns} FROM alerts a {places}
WHERE {conditions}
ORDER BY class_rank, a.raised_at DESC, a.alert_id DESC LIMIT %(limit)s""")
CONDITIONS = {
    "open": sql.SQL("a.closed_at IS NULL"),
    "closed": sql.SQL("a.closed_at IS NOT NULL"),
    "classes": sql.SQL("a.signal_class = ANY(%(classes)s)"),
    "severities": sql.SQL("a.severity = ANY(%(severities)s)"),
    "buildings": sql.SQL("b.code = ANY(%(buildings)s)"),
    "condition": sql.SQL("a.condition = %(condition)s"),
    "after": sql.SQL("""
    (array_position(%(class_order)s::text[], a.signal_class) > %(rank)s
     OR array_position(%(class_order)s::text[], a.signal_class) = %(rank)s
        AND (a.raised_at, a.alert_id) < (%(raised_at)s, %(id)s))"""),
}
SELECT_ALERT = sql.SQL("SELECT {columns} FROM alerts a {places} WHERE a.alert_id = %(alert_id)s").format(
    columns=ALERT_COLUMNS, places=PLACES
)
SELECT_CHANGES = sql.SQL("""
SELECT e.change_id AS event_change_id, e.at AS event_at, e.recorded_at AS event_recorded_at,
       e.condition AS event_condition, e.severity AS event_severity, e.value AS event_value,
       e.parts AS event_parts, e.parameters_version AS event_parameters_version, e.action, e.actor, e.note,
       e.origin, e.detail, e.undoes, {columns}
FROM (SELECT * FROM alert_events WHERE change_id > %(after)s ORDER BY change_id LIMIT %(limit)s) e
JOIN alerts a USING (alert_id) {places}
ORDER BY e.change_id""").format(columns=ALERT_COLUMNS, places=PLACES)
SELECT_HISTORY = """
SELECT change_id, action, at, recorded_at, actor, condition, severity, value, note, origin, detail, undoes, parts,
       parameters_version
FROM alert_events WHERE alert_id = %(alert_id)s ORDER BY change_id"""
SELECT_SOURCE = "SELECT source FROM rules WHERE rule = %(rule)s"


class AlertKey(Key):
    """Order of a list of alerts: class, then newest, then the higher number."""

    rank: int = Field(ge=1, le=len(CLASS_ORDER))
    raised_at: AwareDatetime
    id: int = Field(ge=1, le=MAX_BIGINT)


@dataclass(frozen=True)
class AlertQuestion:
    """Which alerts are asked for; an empty filter takes all."""

    open: bool | None = None
    classes: tuple[str, ...] = ()
    severities: tuple[int, ...] = ()
    buildings: tuple[str, ...] = ()
    condition: str | None = None


async def list_alerts(
    connection: Connection, question: AlertQuestion, after: AlertKey | None, limit: int
) -> tuple[list[Alert], AlertKey | None]:
    """One page in order, and the key of its last row when there are more."""
    query = SELECT_ALERTS.format(
        columns=ALERT_COLUMNS, places=PLACES, conditions=sql.SQL(" AND ").join(_conditions(question, after))
    )
    params = {
        "class_order": CLASS_ORDER,
        "limit": limit + 1,
        "classes": list(question.classes),
        "severities": list(question.severities),
        "buildings": list(question.buildings),
        "condition": question.condition,
        **(after.model_dump() if after else {}),
    }
    rows = await fetch_all(connection, query, params, AlertRow)
    page = rows[:limit]
    last = _key_of(page[-1]) if len(rows) > limit else None
    return [show_alert(row) for row in page], last


def _conditions(question: AlertQuestion, after: AlertKey | None) -> list[sql.SQL]:
    asked = {
        "open": question.open is True,
        "closed": question.open is False,
        "classes": question.classes,
        "severities": question.severities,
        "buildings": question.buildings,
        "condition": question.condition,
        "after": after,
    }
    return [CONDITIONS[name] for name, wanted in asked.items() if wanted] or [sql.SQL("true")]


def _key_of(row: AlertRow) -> AlertKey:
    return AlertKey(rank=row.class_rank, raised_at=row.raised_at, id=row.alert_id)


async def list_changes(connection: Connection, after: int, limit: int) -> list[Change]:
    """The changes after `after` in the order of their numbers, which is the order of commits."""
    params = {"after": after, "limit": limit, "class_order": CLASS_ORDER}
    return [show_change(row) for row in await fetch_all(connection, SELECT_CHANGES, params, ChangeRow)]


async def read_alert(connection: Connection, alert_id: int) -> Alert:
    """One alert.

    Raises
    ------
    ProblemError
        There is none with this number.
    """
    return show_alert(await _read_row(connection, alert_id))


async def read_detail(connection: Connection, alert_id: int) -> AlertDetail:
    """One alert with its history, its reasons and the readings around its raise; raises `ProblemError`."""
    row = await _read_row(connection, alert_id)
    history = await fetch_all(connection, SELECT_HISTORY, {"alert_id": alert_id}, make_entry)
    source = await fetch_one(connection, SELECT_SOURCE, {"rule": row.rule}, lambda source: str(source))
    readings = None
    if row.sensor_id is not None:
        readings = await read_around(connection, row.sensor_id, row.raised_at)
    return AlertDetail(
        **dict(show_alert(row)),
        why=explain(row, source or ""),
        source=source or "",
        history=tuple(history),
        readings=readings,
    )


async def _read_row(connection: Connection, alert_id: int) -> AlertRow:
    params = {"alert_id": alert_id, "class_order": CLASS_ORDER}
    row = await fetch_one(connection, SELECT_ALERT, params, AlertRow)
    if row is None:
        raise no_alert(alert_id)
    return row


def no_alert(alert_id: int) -> ProblemError:
    return ProblemError(404, "no-alert", f"there is no alert {alert_id}")
