"""What the engine says happened: a condition began, or it ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rules.rule import Rule
from schemas.domain import SubjectKind


class ChangeKind(StrEnum):
    RAISE = "raise"
    CLEAR = "clear"


@dataclass(frozen=True)
class Subject:
    """What an alert is about, by the database's ids, with the place it is at."""

    kind: SubjectKind
    id: int
    building_id: int
    zone_id: int | None
    device_id: int | None
    sensor_id: int | None


@dataclass(frozen=True)
class Change:
    """One step of one condition. `at` is event time in microseconds; `value` and `limit` are in `unit`."""

    kind: ChangeKind
    rule: Rule
    subject: Subject
    at: int
    late: bool = False
    value: float | None = None
    limit: float | None = None
    unit: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class KnownCondition:
    """What the tables know of a condition at start; `at` is when it began if active, else when it last ended."""

    rule_id: str
    subject_kind: SubjectKind
    subject_id: int
    active: bool
    at: int
