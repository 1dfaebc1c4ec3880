"""What a spool keeps of a batch, packed with msgspec.

Every form that was ever written is read: a service is brought up to date over whatever its spool holds. So nothing here
is of a class that the rules may shape as they like.
"""

from __future__ import annotations

import msgspec

from ingest.subscriber import Message
from rules.changes import ChangeKind, Part, Subject
from schemas.domain import Severity, SubjectKind


class SpooledSubject(msgspec.Struct, frozen=True):
    """See `rules.changes.Subject`, whose own form, a plain list, was written for a while."""

    kind: SubjectKind
    id: int
    building_id: int
    zone_id: int | None
    device_id: int | None
    sensor_id: int | None


class SpooledPart(msgspec.Struct, frozen=True):
    """See `rules.changes.Part`; as with subjects, a plain list is read too."""

    text_zh: str
    text_en: str
    points: float


class SpooledChange(msgspec.Struct):
    """A change without its rule's words, which the catalogue has.

    A spool of an older version knows no colour but the rule's own, which None stands for.
    """

    kind: ChangeKind
    rule_id: str
    subject: SpooledSubject | Subject
    at: int
    late: bool
    value: float | None
    limit: float | None
    unit: str | None
    note: str | None
    severity: Severity | None = None
    parts: tuple[SpooledPart | Part, ...] = ()
    scope_id: int | None = None


class SpooledBatch(msgspec.Struct):
    """A batch that was judged and acknowledged but not stored; `receipts` are (device id, sequence number)."""

    number: int
    messages: list[Message]
    changes: list[SpooledChange]
    receipts: list[tuple[int, int]]
    parameters_version: str = ""
