"""What the plain rules find."""

from __future__ import annotations

from dataclasses import dataclass

from rules.changes import ChangeKind
from schemas.domain import Severity, SubjectKind


@dataclass(frozen=True)
class PlainChange:
    """One step of one condition; `slot` is that of its sensor, zone or building."""

    kind: ChangeKind
    rule_id: str
    subject_kind: SubjectKind
    slot: int
    at: int
    severity: Severity
    late: bool = False
    value: float | None = None
    limit: float | None = None
