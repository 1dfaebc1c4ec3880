"""A batch as the spool keeps it, and back: several that follow each other become one larger transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingest.decoding import decode_messages
from ingest.resolving import resolve_messages
from ingest.spooled_batch import SpooledBatch, SpooledChange
from ingest.store import Work
from rules.catalogue import CATALOGUE
from rules.changes import Change
from rules.rule import Rule
from schemas.roster import Roster
from schemas.settings import Settings

RULES = {rule.id: rule for rule in CATALOGUE}


def pack_work(work: Work) -> SpooledBatch:
    """What is needed to store the batch later, by whatever process: messages as they came, changes as judged."""
    device_ids = work.roster.devices["device_id"]
    receipts = [(int(device_ids[slot]), seq) for slot, seq in work.receipts.items()]
    changes = [_pack_change(change) for change in work.changes]
    return SpooledBatch(work.number, work.resolved.messages, changes, receipts)


def unpack_work(batches: Sequence[SpooledBatch], roster: Roster, settings: Settings) -> Work:
    """Consecutive batches as one that bears the number of the last; each message is counted as it would have been."""
    messages = [message for batch in batches for message in batch.messages]
    decoded = decode_messages(messages, settings.topic_root)
    resolved = resolve_messages(messages, decoded, roster, settings)
    changes = [_unpack_change(change, RULES) for batch in batches for change in batch.changes]
    receipts = {roster.device_slots[device_id]: seq for batch in batches for device_id, seq in batch.receipts}
    return Work(settings.share, batches[-1].number, resolved, changes, roster, receipts)


def _pack_change(change: Change) -> SpooledChange:
    return SpooledChange(
        change.kind,
        change.rule.id,
        change.subject,
        change.at,
        change.late,
        change.value,
        change.limit,
        change.unit,
        change.note,
    )


def _unpack_change(packed: SpooledChange, catalogue: Mapping[str, Rule]) -> Change:
    return Change(
        packed.kind,
        catalogue[packed.rule_id],
        packed.subject,
        packed.at,
        packed.late,
        packed.value,
        packed.limit,
        packed.unit,
        packed.note,
    )
