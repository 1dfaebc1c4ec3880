"""A batch as the spool keeps it, and back: several that follow each other become one larger transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

from ingest.decoding import decode_messages
from ingest.resolving import resolve_messages
from ingest.spooled_batch import SpooledBatch, SpooledChange, SpooledPart, SpooledSubject
from ingest.work import Work
from rules.catalogue import CATALOGUE
from rules.changes import Change, Part, Subject
from rules.rule import Rule
from schemas.roster import Roster
from schemas.settings import Settings

RULES = {rule.id: rule for rule in CATALOGUE}


def pack_work(work: Work) -> SpooledBatch:
    """What is needed to store the batch later, by whatever process: messages as they came, changes as judged."""
    device_ids = work.roster.devices["device_id"]
    receipts = [(int(device_ids[slot]), seq) for slot, seq in work.receipts.items()]
    changes = [_pack_change(change) for change in work.changes]
    return SpooledBatch(work.number, work.resolved.messages, changes, receipts, work.parameters_version)


def take_uniform(batches: Sequence[SpooledBatch]) -> list[SpooledBatch]:
    """The first of them, as many as were judged by the same parameters: what may become one transaction."""
    return list(takewhile(lambda batch: batch.parameters_version == batches[0].parameters_version, batches))


def unpack_work(batches: Sequence[SpooledBatch], roster: Roster, settings: Settings) -> Work:
    """Consecutive batches as one that bears the number of the last; each message is counted as it would have been."""
    messages = [message for batch in batches for message in batch.messages]
    decoded = decode_messages(messages, settings.topic_root)
    resolved = resolve_messages(messages, decoded, roster, settings)
    changes = [_unpack_change(change, RULES) for batch in batches for change in batch.changes]
    receipts = {roster.device_slots[device_id]: seq for batch in batches for device_id, seq in batch.receipts}
    version = batches[-1].parameters_version
    return Work(settings.share, batches[-1].number, resolved, changes, roster, receipts, version)


def _pack_change(change: Change) -> SpooledChange:
    return SpooledChange(
        change.kind,
        change.rule.id,
        SpooledSubject(*change.subject),
        change.at,
        change.late,
        change.value,
        change.limit,
        change.unit,
        change.note,
        change.severity,
        tuple(SpooledPart(*part) for part in change.parts),
        change.scope_id,
    )


def _unpack_change(packed: SpooledChange, catalogue: Mapping[str, Rule]) -> Change:
    rule, at = catalogue[packed.rule_id], packed.subject
    return Change(
        packed.kind,
        rule,
        Subject(at.kind, at.id, at.building_id, at.zone_id, at.device_id, at.sensor_id),
        packed.at,
        rule.severity if packed.severity is None else packed.severity,
        packed.late,
        packed.value,
        packed.limit,
        packed.unit,
        packed.note,
        tuple(Part(part.text_zh, part.text_en, part.points) for part in packed.parts),
        packed.scope_id,
    )
