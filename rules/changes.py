"""What the engine says happened: a condition began, changed its colour, or ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from rules.rule import Rule
from schemas.domain import Severity, SubjectKind


class ChangeKind(StrEnum):
    RAISE = "raise"
    SEVERITY = "severity"
    CLEAR = "clear"


class Subject(NamedTuple):
    """What an alert is about, by the database's ids, with the place it is at."""

    kind: SubjectKind
    id: int
    building_id: int
    zone_id: int | None
    device_id: int | None
    sensor_id: int | None


class Part(NamedTuple):
    """One of the reasons of an alert, in words; `points` is its weight where parts are weighed, else NaN."""

    text_zh: str
    text_en: str
    points: float


class Change(NamedTuple):
    """One step of one condition. `at` is event time in microseconds; `value` and `limit` are in `unit`.

    `severity` is the colour from now on (of a clear: the one it had). `scope_id` is the declared test, drill or
    maintenance the subject stands in at that time; its alert is stored and shown, as of class test.
    """

    kind: ChangeKind
    rule: Rule
    subject: Subject
    at: int
    severity: Severity
    late: bool = False
    value: float | None = None
    limit: float | None = None
    unit: str | None = None
    note: str | None = None
    parts: tuple[Part, ...] = ()
    scope_id: int | None = None


@dataclass(frozen=True)
class KnownCondition:
    """What the tables know of a condition at start; `at` is when it began if active, else when it last ended.

    `voices` are the channels of a device (ids of sensors, None for the device as a whole) that declare it, and when
    each did so last. `scope_id` is the declared window as of which its alert is kept.
    """

    rule_id: str
    subject_kind: SubjectKind
    subject_id: int
    active: bool
    at: int
    severity: Severity = Severity.YELLOW
    voices: tuple[tuple[int | None, int], ...] = ()
    scope_id: int | None = None


def find_runs(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Changes of one kind that follow each other, of different conditions: they need not wait for each other."""
    run: list[Change] = []
    seen: set[tuple[str, Subject]] = set()
    for change in changes:
        key = change.rule.id, change.subject
        if run and (change.kind is not run[0].kind or key in seen):
            yield run
            run, seen = [], set()
        run.append(change)
        seen.add(key)
    if run:
        yield run
