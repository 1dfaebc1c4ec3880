"""The hazards ledger out of the tables: lists, and one hazard with its history. What people do to it: `hazard_acts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import sql
from pydantic import Field

from api.alert_models import Named, Shown, Words
from api.connections import Connection, fetch_all, fetch_one
from api.cursors import MAX_BIGINT, Key
from api.moments import Moment
from api.problems import ProblemError
from schemas.hazards import TERMS, HazardAction, HazardKind, HazardOwner, HazardState

HAZARDS = sql.SQL("""
SELECT h.hazard_id, h.kind, h.rule, h.alert_id, b.code AS building_code, b.name AS building_name,
       z.code AS zone_code, z.name AS zone_name, d.code AS device_code, d.name AS device_name, s.channel, h.found_at,
       h.found_by, h.note, h.owner, h.due_at, h.state, h.claimed_at, h.claimed_by, h.closed_at, h.proof, h.reopened,
       h.closed_at IS NULL AND h.due_at < clock_timestamp() AS overdue
FROM hazards h JOIN buildings b USING (building_id) LEFT JOIN zones z ON z.zone_id = h.zone_id
LEFT JOIN devices d ON d.device_id = h.device_id LEFT JOIN sensors s ON s.sensor_id = h.sensor_id
WHERE {conditions} ORDER BY h.hazard_id DESC LIMIT %(limit)s""")
CONDITIONS = {
    "one": sql.SQL("h.hazard_id = %(hazard_id)s"),
    "before": sql.SQL("h.hazard_id < %(before)s"),
    "open": sql.SQL("h.closed_at IS NULL"),
    "closed": sql.SQL("h.closed_at IS NOT NULL"),
    "overdue": sql.SQL("h.closed_at IS NULL AND h.due_at < clock_timestamp()"),
    "buildings": sql.SQL("b.code = ANY(%(buildings)s)"),
    "kinds": sql.SQL("h.kind = ANY(%(kinds)s)"),
    "owners": sql.SQL("h.owner = ANY(%(owners)s)"),
}
SELECT_HISTORY = """
SELECT action, at, recorded_at, actor, note, proof FROM hazard_events
WHERE hazard_id = %(hazard_id)s ORDER BY event_id"""


class Proof(Shown):
    """What the readings showed since the condition ended. Figures, in the stored unit, are those of a single sensor."""

    well_since: str
    hours: int = Field(description="In how many hours readings came")
    readings: int
    least: float | None
    mean: float | None
    most: float | None


class Hazard(Shown):
    """A hidden danger, from its finding to the proof that it is mended."""

    id: int
    kind: HazardKind
    title: Words
    state: HazardState
    building: Named
    zone: Named | None
    device: Named | None
    channel: str | None
    rule: str | None = Field(description="The rule that found it; null when a person did")
    alert_id: int | None
    found_at: Moment
    found_by: str
    note: str | None
    owner: HazardOwner = Field(description="Who must mend it")
    due_at: Moment = Field(description="By when")
    overdue: bool
    claimed_at: Moment | None = Field(
        description="When somebody said that it is mended; the readings must agree"
    )
    claimed_by: str | None
    closed_at: Moment | None
    proof: Proof | None = Field(description="Null while it is open, and where nothing measures it")
    reopened: int = Field(description="How often it came back within thirty days of being mended")


class HazardEntry(Shown):
    """One entry of a hazard's append-only history."""

    action: HazardAction
    at: Moment
    recorded_at: Moment
    actor: str
    note: str | None
    proof: Proof | None


class HazardDetail(Hazard):
    history: tuple[HazardEntry, ...]


class HazardKey(Key):
    id: int = Field(ge=1, le=MAX_BIGINT)


@dataclass(frozen=True)
class HazardQuestion:
    """Which hazards are asked for; an empty filter takes all, `open` None both."""

    open: bool | None = True
    overdue: bool = False
    buildings: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()


async def list_hazards(
    connection: Connection, question: HazardQuestion, before: int | None, limit: int
) -> tuple[list[Hazard], HazardKey | None]:
    """A page of hazards, the newest first, and its last key when there are more."""
    asked = {
        "before": before is not None,
        "open": question.open is True,
        "closed": question.open is False,
        "overdue": question.overdue,
        "buildings": bool(question.buildings),
        "kinds": bool(question.kinds),
        "owners": bool(question.owners),
    }
    wanted = [CONDITIONS[name] for name, is_asked in asked.items() if is_asked] or [sql.SQL("true")]
    params = {
        "before": before,
        "limit": limit + 1,
        "buildings": list(question.buildings),
        "kinds": list(question.kinds),
        "owners": list(question.owners),
    }
    query = HAZARDS.format(conditions=sql.SQL(" AND ").join(wanted))
    rows = await fetch_all(connection, query, params, make_hazard)
    return rows[:limit], HazardKey(id=rows[limit - 1].id) if len(rows) > limit else None


async def read_hazard(connection: Connection, hazard_id: int) -> HazardDetail:
    """One hazard with its history; raises `ProblemError` when there is none with this number."""
    query = HAZARDS.format(conditions=CONDITIONS["one"])
    hazard = await fetch_one(connection, query, {"hazard_id": hazard_id, "limit": 1}, make_hazard)
    if hazard is None:
        raise ProblemError(404, "no-hazard", f"there is no hazard {hazard_id}")
    history = await fetch_all(connection, SELECT_HISTORY, {"hazard_id": hazard_id}, _make_entry)
    return HazardDetail(**dict(hazard), history=tuple(history))


def make_hazard(
    *,
    hazard_id: int,
    kind: str,
    building_code: str,
    building_name: str,
    zone_code: str | None,
    zone_name: str | None,
    device_code: str | None,
    device_name: str | None,
    **columns: object,
) -> Hazard:
    terms = TERMS[HazardKind(kind)]
    return Hazard.model_validate(
        {
            **columns,
            "id": hazard_id,
            "kind": kind,
            "title": Words(zh=terms.title_zh, en=terms.title_en),
            "building": Named(code=building_code, name=building_name),
            "zone": Named(code=zone_code, name=zone_name or "") if zone_code is not None else None,
            "device": Named(code=device_code, name=device_name or "") if device_code is not None else None,
        }
    )


def _make_entry(
    *, action: str, at: datetime, recorded_at: datetime, actor: str, note: str | None, proof: object
) -> HazardEntry:
    return HazardEntry.model_validate(
        {"action": action, "at": at, "recorded_at": recorded_at, "actor": actor, "note": note, "proof": proof}
    )
