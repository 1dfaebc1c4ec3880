"""When an act says nothing new, and when the alert does not admit it."""

from __future__ import annotations

from api.act import Act, FoundAlert
from api.moments import format_moment
from api.problems import ProblemError
from schemas.domain import AlertAction

# These say something about an alert that is over, too.
_OF_CLOSED = frozenset({AlertAction.VERDICT, AlertAction.COMMENTED, AlertAction.UNDONE})


def is_repetition(alert: FoundAlert, act: Act) -> bool:
    """Whether the same was said before; a new remark is something new."""
    match act.action:
        case AlertAction.VERDICT:
            same = (alert.verdict_by, alert.verdict) == (act.by, act.verdict)
        case AlertAction.ACKNOWLEDGED:
            same = alert.acknowledged_by == act.by
        case AlertAction.ASSIGNED:
            same = alert.assigned_to == act.assignee
        case AlertAction.REFERRED:
            same = alert.is_referred_as_high(act.referral)
        case AlertAction.CLOSED:
            return alert.closed_by == act.by
        case AlertAction.COMMENTED:
            return (alert.noted_by, alert.note) == (act.by, act.note)
        case _:
            return False
    return same and act.note in (None, alert.note)


def check_act(alert: FoundAlert, act: Act) -> None:
    """Refuse what the alert does not admit.

    Raises
    ------
    ProblemError
        It has changed since (412), it is closed, somebody else's, or not to be closed yet (409).
    """
    if act.expected is not None and alert.change_id not in act.expected:
        raise ProblemError(
            412, "changed", f"the alert has changed: it is at {alert.change_id} now; read it again"
        )
    if alert.closed_at is not None and act.action not in _OF_CLOSED:
        raise ProblemError(
            409,
            "closed",
            f"the alert was closed at {format_moment(alert.closed_at)}; it admits no more of this",
        )
    if act.action is AlertAction.ACKNOWLEDGED:
        _check_nobody_else(alert, act)
    if act.action is AlertAction.CLOSED and not act.forced:
        _check_over(alert)


def _check_nobody_else(alert: FoundAlert, act: Act) -> None:
    if alert.acknowledged_at is not None and alert.acknowledged_by != act.by:
        raise ProblemError(
            409,
            "acknowledged",
            f"{alert.acknowledged_by} acknowledged it at {format_moment(alert.acknowledged_at)}",
        )


def _check_over(alert: FoundAlert) -> None:
    if not alert.is_cleared:
        raise ProblemError(
            409, "not-cleared", "its condition is still active; `force` closes it all the same, with a reason"
        )
    if alert.latching and alert.verdict is None:
        raise ProblemError(409, "no-verdict", "nobody has ruled on it; a verdict closes it, or `force`")
