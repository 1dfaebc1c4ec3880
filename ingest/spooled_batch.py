"""What a spool keeps of a batch, packed with msgspec."""

from __future__ import annotations

import msgspec

from ingest.subscriber import Message
from rules.changes import ChangeKind, Subject


class SpooledChange(msgspec.Struct):
    """A change without its rule's words, which the catalogue has."""

    kind: ChangeKind
    rule_id: str
    subject: Subject
    at: int
    late: bool
    value: float | None
    limit: float | None
    unit: str | None
    note: str | None


class SpooledBatch(msgspec.Struct):
    """A batch that was judged and acknowledged but not stored; `receipts` are (device id, sequence number)."""

    number: int
    messages: list[Message]
    changes: list[SpooledChange]
    receipts: list[tuple[int, int]]
