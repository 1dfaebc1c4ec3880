"""What people do to alerts: acknowledge, assign, comment, refer, rule on, close, and take back.

Every act is one transaction that locks the alert, then writes it, then appends to the history. The worker
takes its locks in the same order (alerts first, the change counter last), so nobody waits in a ring. People's columns
are their own: the worker writes condition, colour and figures, and never these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import LiteralString

from psycopg.errors import DeadlockDetected, SerializationFailure

from api.act import Act, FoundAlert
from api.act_keys import is_done
from api.act_limits import check_act, is_repetition
from api.alert_store import no_alert
from api.connections import Connection, Lender, fetch_one
from api.undoing import find_undoable, is_undone, restore
from schemas.domain import AlertAction

# Whoever holds the change counter holds up ingest: nobody may wait long, nor fall asleep with it.
BOUND_LOCKS = """
SELECT set_config('lock_timeout', '3s', true),
       set_config('idle_in_transaction_session_timeout', '3s', true)"""
LOCK_ALERT = """
SELECT a.change_id, a.condition, a.latching, a.closed_at, a.closed_by, a.acknowledged_at, a.acknowledged_by,
       a.assigned_to, a.referred_to, a.verdict, a.verdict_by, e.note, e.actor AS noted_by
FROM alerts a
LEFT JOIN LATERAL (SELECT note, actor FROM alert_events
                   WHERE alert_id = a.alert_id AND action = %(action)s ORDER BY change_id DESC LIMIT 1) e ON true
WHERE a.alert_id = %(alert_id)s FOR NO KEY UPDATE OF a"""
KEEP = """
SELECT jsonb_build_object(
    'acknowledged_at', acknowledged_at, 'acknowledged_by', acknowledged_by, 'assigned_to', assigned_to,
    'assigned_at', assigned_at, 'assigned_by', assigned_by, 'referred_to', referred_to, 'referred_at', referred_at,
    'referred_by', referred_by, 'verdict', verdict, 'verdict_at', verdict_at, 'verdict_by', verdict_by,
    'closed_at', closed_at, 'closed_by', closed_by)::text AS replaced
FROM alerts WHERE alert_id = %(alert_id)s"""
WRITE: dict[AlertAction, LiteralString] = {
    AlertAction.ACKNOWLEDGED: """
UPDATE alerts SET acknowledged_at = COALESCE(acknowledged_at, clock_timestamp()), acknowledged_by = %(by)s
WHERE alert_id = %(alert_id)s""",
    AlertAction.ASSIGNED: """
UPDATE alerts SET assigned_to = %(assignee)s::text,
       assigned_at = CASE WHEN %(assignee)s::text IS NOT NULL THEN clock_timestamp() END,
       assigned_by = CASE WHEN %(assignee)s::text IS NOT NULL THEN %(by)s END
WHERE alert_id = %(alert_id)s""",
    AlertAction.REFERRED: """
UPDATE alerts SET referred_to = %(referral)s, referred_at = clock_timestamp(), referred_by = %(by)s
WHERE alert_id = %(alert_id)s""",
    AlertAction.VERDICT: """
UPDATE alerts SET verdict = %(verdict)s, verdict_at = clock_timestamp(), verdict_by = %(by)s
WHERE alert_id = %(alert_id)s""",
    AlertAction.CLOSED: """
UPDATE alerts SET closed_at = clock_timestamp(), closed_by = %(closer)s WHERE alert_id = %(alert_id)s""",
}
APPEND = """
INSERT INTO alert_events (alert_id, action, at, actor, condition, severity, value, note, origin, detail, undoes,
                          replaced)
SELECT alert_id, %(action)s, clock_timestamp(), %(by)s, condition, severity, value, %(note)s, %(origin)s, %(detail)s,
       %(undoes)s, %(replaced)s::jsonb
FROM alerts WHERE alert_id = %(alert_id)s"""

_ATTEMPTS = 3


async def perform(connections: Lender, act: Act) -> bool:
    """Do it, all or nothing; False when it had been done before and so changed nothing.

    Raises
    ------
    ProblemError
        No such alert (404), it does not admit the act (409), has changed since (412), or the key is used (422).
    """
    for attempt in range(_ATTEMPTS):
        try:
            async with connections.borrow() as connection, connection.transaction():
                return await _perform_once(connection, act)
        except (DeadlockDetected, SerializationFailure):
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("every attempt returns or raises")


async def _perform_once(connection: Connection, act: Act) -> bool:
    await connection.execute(BOUND_LOCKS)
    params = {"alert_id": act.alert_id, "action": act.action}
    alert = await fetch_one(connection, LOCK_ALERT, params, FoundAlert)
    if alert is None:
        raise no_alert(act.alert_id)
    if await is_done(connection, act) or is_repetition(alert, act):
        return False
    if act.action is AlertAction.UNDONE:
        return await _undo(connection, alert, act)
    check_act(alert, act)
    replaced = None
    if act.action in WRITE:
        replaced = await fetch_one(connection, KEEP, params, lambda replaced: str(replaced))
    entries = list(_list_entries(alert, act))
    for action in entries:
        if action in WRITE:
            await connection.execute(WRITE[action], _make_params(act))
    for action in entries:
        is_act = action is act.action
        await _append(connection, act if is_act else _make_bare(act, action), replaced if is_act else None)
    return True


async def _undo(connection: Connection, alert: FoundAlert, act: Act) -> bool:
    if act.undoes is not None and await is_undone(connection, act):
        return False
    check_act(alert, act)
    act = replace(act, undoes=await find_undoable(connection, act))
    assert act.undoes is not None
    await restore(connection, act.alert_id, act.undoes)
    await _append(connection, act, None)
    return True


def _list_entries(alert: FoundAlert, act: Act) -> Iterator[AlertAction]:
    """The entries this act makes; a verdict on what has cleared closes it, else ingest closes it at clear."""
    yield act.action
    if act.action is AlertAction.VERDICT and alert.is_cleared and alert.closed_at is None:
        yield AlertAction.CLOSED


def _make_bare(act: Act, action: AlertAction) -> Act:
    """What follows from an act has neither its remark nor its figures."""
    return Act(alert_id=act.alert_id, action=action, by=act.by, origin=act.origin)


def _make_params(act: Act) -> dict[str, object]:
    return {
        "alert_id": act.alert_id,
        "by": act.by,
        "assignee": act.assignee,
        "verdict": act.verdict,
        "referral": act.referral,
        "closer": act.by if act.action is AlertAction.CLOSED else None,
    }


async def _append(connection: Connection, act: Act, replaced: str | None) -> None:
    params = {
        "alert_id": act.alert_id,
        "action": act.action,
        "by": act.by,
        "note": act.note,
        "origin": act.origin,
        "detail": act.detail,
        "undoes": act.undoes,
        "replaced": replaced,
    }
    await connection.execute(APPEND, params)
