"""What the watch over devices and sensors finds, by slot; `rules.health` tells it as changes of conditions."""

from __future__ import annotations

from dataclasses import dataclass

from rules.changes import ChangeKind
from rules.rule import Rule
from schemas.domain import SubjectKind


@dataclass(frozen=True)
class Finding:
    """A rule's condition on one sensor or device began or ended.

    `at` is the time of receipt, or of the look that found it: a device that is not well may not know the time.
    """

    kind: ChangeKind
    rule: Rule
    subject: SubjectKind
    slot: int
    at: int
    value: float | None = None
    limit: float | None = None
    unit: str | None = None
    note: str | None = None


def begins(rule: Rule, subject: SubjectKind, slot: int, at: int, note: str | None = None) -> Finding:
    return Finding(ChangeKind.RAISE, rule, subject, slot, at, note=note)


def ends(rule: Rule, subject: SubjectKind, slot: int, at: int) -> Finding:
    return Finding(ChangeKind.CLEAR, rule, subject, slot, at)
