"""What people do to alerts: acknowledge them and rule on them.

Every act is one transaction that locks the alert, then writes it, then appends to the history. The worker
takes its locks in the same order (alerts first, the change counter last), so nobody waits in a ring.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from psycopg.errors import DeadlockDetected, SerializationFailure

from api.alert_store import no_alert
from api.connections import Connection, Connections, fetch_one
from api.moments import format_moment
from api.problems import ProblemError
from schemas.domain import AlertAction, Condition, Verdict

# Whoever holds the change counter holds up ingest: nobody may wait long, nor fall asleep with it.
BOUND_LOCKS = """
SELECT set_config('lock_timeout', '3s', true),
       set_config('idle_in_transaction_session_timeout', '3s', true)"""
LOCK_ALERT = """
SELECT a.change_id, a.condition, a.closed_at, a.acknowledged_at, a.acknowledged_by, a.verdict, a.verdict_by,
       (SELECT note FROM alert_events e WHERE e.alert_id = a.alert_id AND e.action = %(action)s
        ORDER BY e.change_id DESC LIMIT 1) AS note
FROM alerts a WHERE a.alert_id = %(alert_id)s FOR NO KEY UPDATE OF a"""
ACKNOWLEDGE = """
UPDATE alerts SET acknowledged_at = COALESCE(acknowledged_at, clock_timestamp()), acknowledged_by = %(by)s
WHERE alert_id = %(alert_id)s"""
RULE = """
UPDATE alerts SET verdict = %(verdict)s, verdict_at = clock_timestamp(), verdict_by = %(by)s
WHERE alert_id = %(alert_id)s"""
CLOSE = "UPDATE alerts SET closed_at = clock_timestamp() WHERE alert_id = %(alert_id)s"
APPEND = """
INSERT INTO alert_events (alert_id, action, at, actor, condition, severity, value, note)
SELECT alert_id, %(action)s, clock_timestamp(), %(by)s, condition, severity, value, %(note)s
FROM alerts WHERE alert_id = %(alert_id)s"""

_ATTEMPTS = 3


@dataclass(frozen=True)
class Act:
    """Who does what to which alert. `expected` are the versions (If-Match) that it may have, None for any."""

    alert_id: int
    by: str
    note: str | None
    verdict: Verdict | None = None
    expected: frozenset[int] | None = None

    @property
    def action(self) -> AlertAction:
        return AlertAction.VERDICT if self.verdict else AlertAction.ACKNOWLEDGED


@dataclass(frozen=True, kw_only=True)
class Locked:
    """An alert as it is while its row is locked; `note` is that of the last act of the same kind."""

    change_id: int
    condition: str
    closed_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    verdict: str | None
    verdict_by: str | None
    note: str | None


async def perform(connections: Connections, act: Act) -> None:
    """Do it, all or nothing; a repetition by the same person changes nothing.

    Raises
    ------
    ProblemError
        No such alert (404), it is closed or somebody else's (409), or it has changed since (412).
    """
    for attempt in range(_ATTEMPTS):
        try:
            async with connections.borrow() as connection, connection.transaction():
                await _perform_once(connection, act)
                return
        except (DeadlockDetected, SerializationFailure):
            if attempt == _ATTEMPTS - 1:
                raise


async def _perform_once(connection: Connection, act: Act) -> None:
    await connection.execute(BOUND_LOCKS)
    params = {"alert_id": act.alert_id, "action": act.action}
    alert = await fetch_one(connection, LOCK_ALERT, params, Locked)
    if alert is None:
        raise no_alert(act.alert_id)
    if _is_repetition(alert, act):
        return
    _check(alert, act)
    for action in _apply(alert, act):
        if action is AlertAction.CLOSED:
            await connection.execute(CLOSE, params)
        else:
            await connection.execute(RULE if act.verdict else ACKNOWLEDGE, _params(act))
        note = act.note if action is act.action else None
        await connection.execute(APPEND, {**_params(act), "action": action, "note": note})


def _params(act: Act) -> dict[str, object]:
    return {"alert_id": act.alert_id, "by": act.by, "verdict": act.verdict}


def _is_repetition(alert: Locked, act: Act) -> bool:
    """The same person said the same before; a new remark is something new."""
    if act.verdict:
        same = (alert.verdict_by, alert.verdict) == (act.by, act.verdict)
    else:
        same = alert.acknowledged_by == act.by
    return same and act.note in (None, alert.note)


def _check(alert: Locked, act: Act) -> None:
    if act.expected is not None and alert.change_id not in act.expected:
        raise ProblemError(
            412, "changed", f"the alert has changed: it is at {alert.change_id} now; read it again"
        )
    if act.verdict:
        return
    if alert.closed_at is not None:
        raise ProblemError(
            409,
            "closed",
            f"the alert was closed at {format_moment(alert.closed_at)}; there is nothing to acknowledge",
        )
    if alert.acknowledged_at is not None and alert.acknowledged_by != act.by:
        raise ProblemError(
            409,
            "acknowledged",
            f"{alert.acknowledged_by} acknowledged it at {format_moment(alert.acknowledged_at)}",
        )


def _apply(alert: Locked, act: Act) -> Iterator[AlertAction]:
    """The entries this act makes; a verdict on what has cleared closes it, else ingest closes it at clear."""
    yield act.action
    if act.verdict and alert.condition == Condition.CLEARED and alert.closed_at is None:
        yield AlertAction.CLOSED
