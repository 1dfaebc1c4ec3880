"""Taking an act back within a minute: what people had written before it stands again, the history keeps both."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.errors import UniqueViolation

from api.act import Act
from api.connections import Connection, fetch_one
from api.problems import ProblemError

UNDO_SECONDS = 60

SELECT_UNDOABLE = """
SELECT e.change_id, e.actor, e.recorded_at > clock_timestamp() - make_interval(secs => %(seconds)s) AS is_recent
FROM alert_events e
WHERE e.alert_id = %(alert_id)s AND e.replaced IS NOT NULL
  AND NOT EXISTS (SELECT FROM alert_events u WHERE u.alert_id = e.alert_id AND u.undoes = e.change_id)
ORDER BY e.change_id DESC LIMIT 1"""
IS_UNDONE = """
SELECT EXISTS (SELECT FROM alert_events WHERE alert_id = %(alert_id)s AND undoes = %(undoes)s AND actor = %(by)s)
       AS done"""
# Only what people write is put back, and a referral, which timers write too, only by whoever takes a referral back.
# What the rules have seen since stands: an alert that has cleared and needs no verdict, or has one, stays closed.
RESTORE = """
UPDATE alerts a
SET acknowledged_at = was.acknowledged_at, acknowledged_by = was.acknowledged_by,
    assigned_to = was.assigned_to, assigned_at = was.assigned_at, assigned_by = was.assigned_by,
    referred_to = CASE WHEN e.action = 'referred' THEN was.referred_to ELSE a.referred_to END,
    referred_at = CASE WHEN e.action = 'referred' THEN was.referred_at ELSE a.referred_at END,
    referred_by = CASE WHEN e.action = 'referred' THEN was.referred_by ELSE a.referred_by END,
    verdict = was.verdict, verdict_at = was.verdict_at, verdict_by = was.verdict_by, closed_by = was.closed_by,
    closed_at = CASE WHEN was.closed_at IS NOT NULL THEN was.closed_at
                     WHEN a.condition = 'cleared' AND (NOT a.latching OR was.verdict IS NOT NULL) THEN a.closed_at END
FROM alert_events e, jsonb_populate_record(NULL::alerts, e.replaced) was
WHERE a.alert_id = %(alert_id)s AND e.change_id = %(undoes)s"""


@dataclass(frozen=True)
class Undoable:
    change_id: int
    actor: str
    is_recent: bool


async def is_undone(connection: Connection, act: Act) -> bool:
    """Whether the same person has taken just this act back already."""
    params = {"alert_id": act.alert_id, "undoes": act.undoes, "by": act.by}
    return bool(await fetch_one(connection, IS_UNDONE, params, lambda done: bool(done)))


async def find_undoable(connection: Connection, act: Act) -> int:
    """The change that the act takes back.

    Raises
    ------
    ProblemError
        There is none, it is somebody else's, or it is too late (409).
    """
    params = {"alert_id": act.alert_id, "seconds": UNDO_SECONDS}
    newest = await fetch_one(connection, SELECT_UNDOABLE, params, Undoable)
    if newest is None:
        raise ProblemError(409, "nothing-to-undo", "nobody has done anything that could be taken back")
    if newest.actor != act.by or act.undoes not in (None, newest.change_id):
        raise ProblemError(
            409, "not-the-newest", f"the newest act is change {newest.change_id}, by {newest.actor}"
        )
    if not newest.is_recent:
        raise ProblemError(
            409, "too-late-to-undo", f"change {newest.change_id} is more than {UNDO_SECONDS} s old"
        )
    return newest.change_id


async def restore(connection: Connection, alert_id: int, undoes: int) -> None:
    """Put back what the act replaced.

    Raises
    ------
    ProblemError
        The alert was closed by it and has been raised anew since (409).
    """
    try:
        await connection.execute(RESTORE, {"alert_id": alert_id, "undoes": undoes})
    except UniqueViolation as error:
        raise ProblemError(
            409, "raised-anew", "the same has been raised anew since it was closed; see there"
        ) from error
