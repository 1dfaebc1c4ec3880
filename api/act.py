"""An act of a person on an alert, and the alert as the act finds it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from schemas.domain import AlertAction, Condition, Referral, Verdict

REFERRALS: tuple[Referral, ...] = tuple(Referral)


@dataclass(frozen=True, kw_only=True)
class Act:
    """Who does what to which alert, from where.

    Parameters
    ----------
    assignee, verdict, referral
        What the acts of these kinds set; an assignment to None takes the assignment away.
    forced
        Whether an alert is closed that would not be closed by itself.
    undoes
        The change that is to be taken back, None for the newest act.
    expected
        The versions (If-Match) that the alert may have, None for any.
    key
        Name of the request: with the same key it acts once.
    """

    alert_id: int
    action: AlertAction
    by: str
    origin: str
    note: str | None = None
    assignee: str | None = None
    verdict: Verdict | None = None
    referral: Referral | None = None
    forced: bool = False
    undoes: int | None = None
    expected: frozenset[int] | None = None
    key: str | None = None

    @property
    def detail(self) -> str | None:
        """What the history says it set."""
        return self.verdict or self.referral or self.assignee

    @property
    def digest(self) -> bytes:
        """The same for a request that is sent again, wherever it comes from."""
        said = (self.alert_id, self.action, self.by, self.note, self.detail, self.forced, self.undoes)
        return hashlib.sha256(repr(said).encode("utf-8", "replace")).digest()


@dataclass(frozen=True, kw_only=True)
class FoundAlert:
    """An alert while its row is locked; `note` is that of the last act of the same kind by anybody."""

    change_id: int
    condition: str
    latching: bool
    closed_at: datetime | None
    closed_by: str | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    assigned_to: str | None
    referred_to: str | None
    verdict: str | None
    verdict_by: str | None
    note: str | None
    noted_by: str | None

    @property
    def is_cleared(self) -> bool:
        return self.condition == Condition.CLEARED

    def is_referred_as_high(self, referral: Referral | None) -> bool:
        if self.referred_to is None or referral is None:
            return False
        return REFERRALS.index(Referral(self.referred_to)) >= REFERRALS.index(referral)
