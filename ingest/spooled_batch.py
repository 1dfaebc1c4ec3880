"""What a spool keeps of a batch, packed with msgspec."""

from __future__ import annotations

import msgspec

from ingest.subscriber import Message
from rules.changes import ChangeKind, Part, Subject
from schemas.domain import Severity


class SpooledChange(msgspec.Struct):
    """A change without its rule's words, which the catalogue has.

    A spool of an older version knows no colour but the rule's own, which None stands for.
    """

    kind: ChangeKind
    rule_id: str
    subject: Subject
    at: int
    late: bool
    value: float | None
    limit: float | None
    unit: str | None
    note: str | None
    severity: Severity | None = None
    parts: tuple[Part, ...] = ()
    scope_id: int | None = None


class SpooledBatch(msgspec.Struct):
    """A batch that was judged and acknowledged but not stored; `receipts` are (device id, sequence number)."""

    number: int
    messages: list[Message]
    changes: list[SpooledChange]
    receipts: list[tuple[int, int]]
    parameters_version: str = ""
