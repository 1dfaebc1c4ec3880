"""Declared tests, drills and maintenance: while one runs, alarms of its place are of class test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from psycopg import sql
from pydantic import Field

from api.alert_models import Named, Shown
from api.connections import Connection, Lender, fetch_all, fetch_one
from api.cursors import MAX_BIGINT, Key
from api.moments import Moment, format_moment
from api.place_codes import find_place
from api.problems import ProblemError
from schemas.domain import ScopeKind

LONGEST = {
    ScopeKind.TEST: timedelta(hours=24),
    ScopeKind.DRILL: timedelta(hours=24),
    ScopeKind.MAINTENANCE: timedelta(days=30),
}
FURTHEST_BACK = timedelta(minutes=5)
"""How far back one may begin: what has been an alarm for longer is not declared away."""

SCOPES = sql.SQL("""
SELECT w.scope_id, w.kind, b.code AS building_code, b.name AS building_name, z.code AS zone_code,
       z.name AS zone_name, d.code AS device_code, d.name AS device_name, w.starts_at, w.ends_at, w.reason,
       w.declared_by, w.declared_at, w.ended_at, w.ended_by,
       CASE WHEN w.ended_at IS NOT NULL OR w.ends_at <= clock_timestamp() THEN 'ended'
            WHEN w.starts_at > clock_timestamp() THEN 'coming' ELSE 'running' END AS state
FROM maintenance_windows w JOIN buildings b USING (building_id)
LEFT JOIN zones z ON z.zone_id = w.zone_id LEFT JOIN devices d ON d.device_id = w.device_id
WHERE {conditions} ORDER BY w.scope_id DESC LIMIT %(limit)s""")
CONDITIONS = {
    "one": sql.SQL("w.scope_id = %(scope_id)s"),
    "before": sql.SQL("w.scope_id < %(before)s"),
    "open": sql.SQL("LEAST(w.ended_at, w.ends_at) > clock_timestamp()"),
    "buildings": sql.SQL("b.code = ANY(%(buildings)s)"),
}
INSERT_SCOPE = """
INSERT INTO maintenance_windows (kind, building_id, zone_id, device_id, starts_at, ends_at, reason, declared_by)
VALUES (%(kind)s, %(building_id)s, %(zone_id)s, %(device_id)s, %(starts_at)s, %(ends_at)s, %(reason)s, %(by)s)
RETURNING scope_id"""
END_SCOPE = """
UPDATE maintenance_windows SET ended_at = clock_timestamp(), ended_by = %(by)s
WHERE scope_id = %(scope_id)s AND ended_at IS NULL AND ends_at > clock_timestamp()"""


class ScopeState(StrEnum):
    COMING = "coming"
    RUNNING = "running"
    ENDED = "ended"


class Scope(Shown):
    """One declared window. It is the whole building's where zone and device are null."""

    id: int
    kind: ScopeKind
    state: ScopeState
    building: Named
    zone: Named | None
    device: Named | None
    starts_at: Moment
    ends_at: Moment = Field(description="When it ends by itself, at the latest")
    reason: str
    declared_by: str
    declared_at: Moment
    ended_at: Moment | None = Field(description="When somebody ended it before its time")
    ended_by: str | None


class ScopeKey(Key):
    id: int = Field(ge=1, le=MAX_BIGINT)


@dataclass(frozen=True)
class Declaration:
    """What somebody declares, by codes; `starts_at` None is now."""

    kind: ScopeKind
    building: str
    zone: str | None
    device: str | None
    starts_at: datetime | None
    ends_at: datetime
    reason: str
    by: str


async def declare_scope(connections: Lender, given: Declaration, now: datetime) -> int:
    """Enter a window and return its number; workers hear of it within a second.

    Raises
    ------
    ProblemError
        There is no such place, or the window is too long, over, or begins in the past (422).
    """
    starts_at = given.starts_at or now
    _check_times(given, starts_at, now)
    async with connections.borrow() as connection, connection.transaction():
        place = await find_place(connection, given.building, given.zone, given.device)
        params = {
            "kind": given.kind,
            "building_id": place.building_id,
            "zone_id": place.zone_id,
            "device_id": place.device_id,
            "starts_at": starts_at,
            "ends_at": given.ends_at,
            "reason": given.reason,
            "by": given.by,
        }
        scope_id = await fetch_one(connection, INSERT_SCOPE, params, lambda scope_id: int(scope_id))
    assert scope_id is not None
    return scope_id


async def end_scope(connections: Lender, scope_id: int, by: str) -> None:
    """End a window before its time; the same person may say it twice.

    Raises
    ------
    ProblemError
        There is no such window (404), or it has ended already (409).
    """
    async with connections.borrow() as connection:
        ended = await connection.execute(END_SCOPE, {"scope_id": scope_id, "by": by})
        if ended.rowcount:
            return
        scope = await read_scope(connection, scope_id)
    if scope.ended_by is None:
        raise ProblemError(409, "ended", f"it ended by itself at {format_moment(scope.ends_at)}")
    if scope.ended_by != by and scope.ended_at is not None:
        raise ProblemError(409, "ended", f"{scope.ended_by} ended it at {format_moment(scope.ended_at)}")


async def read_scope(connection: Connection, scope_id: int) -> Scope:
    """One window; raises `ProblemError` when there is none with this number."""
    query = SCOPES.format(conditions=CONDITIONS["one"])
    scope = await fetch_one(connection, query, {"scope_id": scope_id, "limit": 1}, _make_scope)
    if scope is None:
        raise ProblemError(404, "no-scope", f"there is no scope {scope_id}")
    return scope


async def list_scopes(
    connection: Connection, *, is_open: bool, buildings: tuple[str, ...], before: int | None, limit: int
) -> tuple[list[Scope], ScopeKey | None]:
    """A page of windows, the newest first, and its last key when there are more."""
    asked = {"before": before is not None, "open": is_open, "buildings": bool(buildings)}
    wanted = [CONDITIONS[name] for name, is_asked in asked.items() if is_asked] or [sql.SQL("true")]
    params = {"before": before, "buildings": list(buildings), "limit": limit + 1}
    query = SCOPES.format(conditions=sql.SQL(" AND ").join(wanted))
    rows = await fetch_all(connection, query, params, _make_scope)
    return rows[:limit], ScopeKey(id=rows[limit - 1].id) if len(rows) > limit else None


def _check_times(given: Declaration, starts_at: datetime, now: datetime) -> None:
    longest = LONGEST[given.kind]
    if starts_at < now - FURTHEST_BACK:
        raise ProblemError(422, "begins-in-the-past", "`starts_at` is more than five minutes ago")
    if given.ends_at <= max(starts_at, now):
        raise ProblemError(422, "over", "`ends_at` must come after `starts_at` and after now")
    if given.ends_at - starts_at > longest:
        hours = longest / timedelta(hours=1)
        raise ProblemError(
            422, "too-long", f"a {given.kind} may last {hours:g} hours at most; declare it again then"
        )


def _make_scope(
    *,
    scope_id: int,
    building_code: str,
    building_name: str,
    zone_code: str | None,
    zone_name: str | None,
    device_code: str | None,
    device_name: str | None,
    **columns: object,
) -> Scope:
    return Scope.model_validate(
        {
            **columns,
            "id": scope_id,
            "building": Named(code=building_code, name=building_name),
            "zone": Named(code=zone_code, name=zone_name or "") if zone_code is not None else None,
            "device": Named(code=device_code, name=device_name or "") if device_code is not None else None,
        }
    )
