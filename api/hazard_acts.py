"""What people do to a hazard: report it, say who mends it by when, say that it is mended, dismiss it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString

from psycopg.errors import UniqueViolation

from api.connections import Connection, Lender, fetch_one
from api.place_codes import find_place
from api.problems import ProblemError
from schemas.hazards import TERMS, HazardAction, HazardKind, HazardOwner, HazardState

INSERT_HAZARD = """
INSERT INTO hazards (kind, subject_kind, subject_id, building_id, zone_id, device_id, found_at, found_by, note, owner,
                     due_at)
VALUES (%(kind)s,
        CASE WHEN %(device_id)s::integer IS NOT NULL THEN 'device' WHEN %(zone_id)s::integer IS NOT NULL THEN 'zone'
             ELSE 'building' END,
        COALESCE(%(device_id)s::integer, %(zone_id)s::integer, %(building_id)s::integer),
        %(building_id)s, %(zone_id)s, %(device_id)s, clock_timestamp(), %(by)s, %(note)s, %(owner)s, %(due_at)s)
RETURNING hazard_id"""
# The state decides, so of two who act at once the second one sees what the first has done.
SELECT_STATE = "SELECT state, rule FROM hazards WHERE hazard_id = %(hazard_id)s FOR UPDATE"
CLAIM = """
UPDATE hazards SET state = 'claimed', claimed_at = clock_timestamp(), claimed_by = %(by)s
WHERE hazard_id = %(hazard_id)s"""
CLOSE = """
UPDATE hazards SET state = %(state)s, closed_at = clock_timestamp() WHERE hazard_id = %(hazard_id)s"""
ASSIGN = """
UPDATE hazards SET owner = COALESCE(%(owner)s, owner), due_at = COALESCE(%(due_at)s, due_at)
WHERE hazard_id = %(hazard_id)s"""
REOPEN = """
UPDATE hazards SET state = 'open', closed_at = NULL, claimed_at = NULL, claimed_by = NULL, proof = NULL,
       reopened = reopened + 1
WHERE hazard_id = %(hazard_id)s"""
INSERT_EVENT = """
INSERT INTO hazard_events (hazard_id, action, at, actor, note)
VALUES (%(hazard_id)s, %(action)s, clock_timestamp(), %(by)s, %(note)s)"""


@dataclass(frozen=True)
class Report:
    """A hazard that somebody found, by codes; owner and due time None are those of its kind."""

    kind: HazardKind
    building: str
    zone: str | None
    device: str | None
    note: str
    by: str
    owner: HazardOwner | None
    due_at: datetime | None


@dataclass(frozen=True)
class Deed:
    """What somebody does to the hazard of that number."""

    hazard_id: int
    action: HazardAction
    by: str
    note: str | None
    owner: HazardOwner | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class _Known:
    state: str
    rule: str | None


async def report_hazard(connections: Lender, given: Report, now: datetime) -> int:
    """Enter a hazard and return its number; raises `ProblemError` when there is no such place (422)."""
    terms = TERMS[given.kind]
    async with connections.borrow() as connection, connection.transaction():
        place = await find_place(connection, given.building, given.zone, given.device)
        params = {
            "kind": given.kind,
            "building_id": place.building_id,
            "zone_id": place.zone_id,
            "device_id": place.device_id,
            "by": given.by,
            "note": given.note,
            "owner": given.owner or terms.owner,
            "due_at": given.due_at or now + timedelta(days=terms.mend_days),
        }
        hazard_id = await fetch_one(connection, INSERT_HAZARD, params, lambda hazard_id: int(hazard_id))
        assert hazard_id is not None
        await _tell(connection, Deed(hazard_id, HazardAction.FOUND, given.by, given.note))
    return hazard_id


async def act_on_hazard(connections: Lender, deed: Deed) -> None:
    """Do it, and write it into the history.

    That one is mended which a rule found, is but a claim: the readings decide. Of one that a person found, a word does.

    Raises
    ------
    ProblemError
        There is no such hazard (404), or its state does not admit it (409).
    """
    async with connections.borrow() as connection, connection.transaction():
        known = await fetch_one(connection, SELECT_STATE, {"hazard_id": deed.hazard_id}, _Known)
        if known is None:
            raise ProblemError(404, "no-hazard", f"there is no hazard {deed.hazard_id}")
        is_open = known.state in (HazardState.OPEN, HazardState.CLAIMED)
        if (deed.action is HazardAction.REOPENED) == is_open:
            raise ProblemError(409, "wrong-state", f"the hazard is {known.state}")
        query, params = _choose(deed, known)
        try:
            await connection.execute(query, params)
        except UniqueViolation as error:
            raise ProblemError(409, "wrong-state", "the same hazard was found anew and is open") from error
        await _tell(connection, deed, by_word=known.rule is None)


def _choose(deed: Deed, known: _Known) -> tuple[LiteralString, dict[str, object]]:
    params: dict[str, object] = {
        "hazard_id": deed.hazard_id,
        "by": deed.by,
        "owner": deed.owner,
        "due_at": deed.due_at,
    }
    match deed.action:
        case HazardAction.CLAIMED if known.rule is not None:
            return CLAIM, params
        case HazardAction.CLAIMED:
            return CLOSE, params | {"state": HazardState.MENDED}
        case HazardAction.DISMISSED:
            return CLOSE, params | {"state": HazardState.DISMISSED}
        case HazardAction.REOPENED:
            return REOPEN, params
        case _:
            return ASSIGN, params


async def _tell(connection: Connection, deed: Deed, *, by_word: bool = False) -> None:
    mended = deed.action is HazardAction.CLAIMED and by_word
    params = {
        "hazard_id": deed.hazard_id,
        "action": HazardAction.MENDED if mended else deed.action,
        "by": deed.by,
        "note": deed.note,
    }
    await connection.execute(INSERT_EVENT, params)
