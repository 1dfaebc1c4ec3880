"""Alerts out of the tables: changes, and one alert with its history, its readings and what belongs to it."""

from __future__ import annotations

from psycopg import sql

from api.account import give_account
from api.alert_columns import AlertRow, ChangeRow
from api.alert_models import Alert, AlertDetail, Change, HistoryEntry, Words
from api.alert_rows import explain, make_entry, show_alert, show_change, write_change
from api.connections import Connection, fetch_all, fetch_one
from api.languages import Language
from api.problems import ProblemError
from api.reading_store import read_around, read_group_around
from api.recent_changes import WrittenChange

MOST_RELATED = 20

ALERT_COLUMNS = sql.SQL("""
    a.alert_id, a.incident_id, a.change_id, a.building_id, a.zone_id, a.device_id, a.rule, r.title_zh, r.title_en,
    r.advice_zh, r.advice_en, a.signal_class, a.severity,
    a.severity_peak, a.subject_kind, a.condition, a.acknowledged_at, a.acknowledged_by, a.verdict, a.verdict_at,
    a.verdict_by, a.assigned_to, a.assigned_at, a.assigned_by, a.referred_to, a.referred_at, a.referred_by,
    a.reminded_at, a.latching, a.late, a.raised_at, a.recorded_at, a.cleared_at, a.closed_at, a.closed_by, a.value,
    a.limit_value, a.unit, a.forecast_at, a.forecast_earliest, a.forecast_latest, g.code AS area_code,
    g.name AS area_name, b.code AS building_code, b.name AS building_name,
    z.floor, z.code AS zone_code, z.name AS zone_name, z.zone_use,
    d.code AS device_code, d.name AS device_name, s.channel, s.quantity, s.sensor_id, s.interval_seconds, s.resolution,
    a.parts, a.parameters_version, a.changed_at, a.scope_id, w.kind AS scope_kind,
    LEAST(w.ends_at, w.ended_at) AS scope_ends_at, w.reason AS scope_reason, w.declared_by AS scope_declared_by,
    a.urgency""")
PLACES = sql.SQL("""
    JOIN rules r ON r.rule = a.rule
    JOIN buildings b ON b.building_id = a.building_id
    JOIN areas g ON g.area_id = b.area_id
    LEFT JOIN zones z ON z.zone_id = a.zone_id
    LEFT JOIN devices d ON d.device_id = a.device_id
    LEFT JOIN sensors s ON s.sensor_id = a.sensor_id
    LEFT JOIN maintenance_windows w ON w.scope_id = a.scope_id""")

SELECT_ALERT = sql.SQL("SELECT {columns} FROM alerts a {places} WHERE a.alert_id = %(alert_id)s").format(
    columns=ALERT_COLUMNS, places=PLACES
)
_SELECT_CHANGES = sql.SQL("""
SELECT e.change_id AS event_change_id, e.at AS event_at, e.recorded_at AS event_recorded_at,
       e.condition AS event_condition, e.severity AS event_severity, e.value AS event_value,
       e.parts AS event_parts, e.parameters_version AS event_parameters_version, e.action, e.actor, e.note,
       e.origin, e.detail, e.undoes, {columns}
FROM (SELECT * FROM alert_events WHERE change_id > %(after)s ORDER BY change_id LIMIT {limit}) e
JOIN alerts a USING (alert_id) {places}
ORDER BY e.change_id""")
SELECT_CHANGES = _SELECT_CHANGES.format(columns=ALERT_COLUMNS, places=PLACES, limit=sql.Placeholder("limit"))
# The first few, by a query whose plan can be kept: their number is known when it is planned.
SELECT_NEXT_CHANGES = _SELECT_CHANGES.format(columns=ALERT_COLUMNS, places=PLACES, limit=sql.Literal(50))
SELECT_CHANGED = sql.SQL("""
SELECT e.change_id AS event_change_id, e.at AS event_at, e.recorded_at AS event_recorded_at,
       e.condition AS event_condition, e.severity AS event_severity, e.value AS event_value,
       e.parts AS event_parts, e.parameters_version AS event_parameters_version, e.action, e.actor, e.note,
       e.origin, e.detail, e.undoes, {columns}
FROM (SELECT * FROM alerts WHERE change_id < %(before)s ORDER BY change_id DESC LIMIT %(limit)s) a
JOIN alert_events e ON e.change_id = a.change_id {places}
ORDER BY e.change_id DESC""").format(columns=ALERT_COLUMNS, places=PLACES)
SELECT_HISTORY = """
SELECT change_id, action, at, recorded_at, actor, condition, severity, value, note, origin, detail, undoes, parts,
       parameters_version
FROM alert_events WHERE alert_id = %(alert_id)s ORDER BY change_id"""
# In the same building: what is open, and what was raised at about the same time. The same zone comes first.
SELECT_RELATED = sql.SQL("""
SELECT {columns}
FROM (SELECT * FROM alerts
      WHERE building_id = %(building_id)s AND alert_id <> %(alert_id)s
        AND (closed_at IS NULL OR raised_at BETWEEN %(raised_at)s - INTERVAL '30 minutes'
                                                AND %(raised_at)s + INTERVAL '30 minutes')
      ORDER BY (zone_id = %(zone_id)s) IS TRUE DESC, urgency DESC, raised_at DESC, alert_id DESC LIMIT %(limit)s) a
{places}
ORDER BY (a.zone_id = %(zone_id)s) IS TRUE DESC, a.urgency DESC, a.raised_at DESC, a.alert_id DESC""").format(
    columns=ALERT_COLUMNS, places=PLACES
)
SELECT_SOURCE = "SELECT source_zh AS zh, source_en AS en FROM rules WHERE rule = %(rule)s"


async def list_changes(
    connection: Connection, after: int, limit: int, registry_version: int
) -> list[WrittenChange]:
    """The changes after `after` in the order of their numbers, which is the order of commits."""
    rows = await fetch_all(connection, SELECT_CHANGES, {"after": after, "limit": limit}, ChangeRow)
    return [write_change(row, registry_version) for row in rows]


async def list_changed(connection: Connection, before: int, limit: int) -> list[Change]:
    """Alerts, each with its newest change, from the one changed last before `before` backwards."""
    params = {"before": before, "limit": limit}
    return [show_change(row) for row in await fetch_all(connection, SELECT_CHANGED, params, ChangeRow)]


async def read_account(connection: Connection, alert_id: int) -> tuple[Alert, Words, list[HistoryEntry]]:
    """One alert, why it was raised, and its history up to the change it was read at; raises `ProblemError`."""
    row = await _read_row(connection, alert_id)
    history = await fetch_all(connection, SELECT_HISTORY, {"alert_id": alert_id}, make_entry)
    source = await fetch_one(connection, SELECT_SOURCE, {"rule": row.rule}, Words)
    assert source is not None
    known = [entry for entry in history if entry.change_id <= row.change_id]
    return show_alert(row), explain(row, source), known


async def read_alert(connection: Connection, alert_id: int) -> Alert:
    """One alert.

    Raises
    ------
    ProblemError
        There is none with this number.
    """
    return show_alert(await _read_row(connection, alert_id))


async def read_detail(connection: Connection, alert_id: int, language: Language) -> AlertDetail:
    """One alert with its history, its reasons and the readings around its raise; raises `ProblemError`."""
    row = await _read_row(connection, alert_id)
    history = await fetch_all(connection, SELECT_HISTORY, {"alert_id": alert_id}, make_entry)
    source = await fetch_one(connection, SELECT_SOURCE, {"rule": row.rule}, Words)
    assert source is not None
    readings, group = None, []
    if row.sensor_id is not None:
        readings = await read_around(connection, row.sensor_id, row.raised_at)
    elif row.zone_id is not None or row.device_id is not None:
        group = await read_group_around(connection, row.zone_id, row.device_id, row.raised_at)
    alert, why = show_alert(row), explain(row, source)
    return AlertDetail(
        **dict(alert),
        why=why,
        account=give_account(alert, why, language),
        source=source.zh if language is Language.CHINESE else source.en,
        grounds=source,
        history=tuple(history),
        readings=readings,
        group_readings=tuple(group),
        related=tuple(await _read_related(connection, row)),
    )


async def _read_related(connection: Connection, row: AlertRow) -> list[Alert]:
    params = {
        "alert_id": row.alert_id,
        "building_id": row.building_id,
        "zone_id": row.zone_id,
        "raised_at": row.raised_at,
        "limit": MOST_RELATED,
    }
    return [show_alert(found) for found in await fetch_all(connection, SELECT_RELATED, params, AlertRow)]


async def _read_row(connection: Connection, alert_id: int) -> AlertRow:
    params = {"alert_id": alert_id}
    row = await fetch_one(connection, SELECT_ALERT, params, AlertRow)
    if row is None:
        raise no_alert(alert_id)
    return row


def no_alert(alert_id: int) -> ProblemError:
    return ProblemError(404, "no-alert", f"there is no alert {alert_id}")
