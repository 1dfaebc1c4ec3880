"""Third stage: one transaction holds readings, alert changes, device state, quarantine and the counts of it all."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from psycopg import Connection, Cursor
from psycopg.errors import UniqueViolation
from psycopg.rows import TupleRow

from ingest.late_readings import note_late
from ingest.resolving import Resolved
from ingest.snapshots import write_snapshots
from ingest.store_alerts import apply_changes
from ingest.store_readings import Fates, copy_readings, sort_readings
from ingest.work import Work
from schemas.domain import Outcome
from schemas.refusals import make_printable
from schemas.roster import Roster

PAYLOAD_HEAD_BYTES = 16 * 1024

INSERT_EVENT = """
INSERT INTO events (ts, received_at, device_id, sensor_id, seq, event, state, text)
VALUES (to_timestamp(%s / 1e6), to_timestamp(%s / 1e6), %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING"""
UPSERT_DEVICE_STATE = """
INSERT INTO device_state AS known (device_id, last_received_at, last_observed_at, last_seq)
SELECT device_id, to_timestamp(received / 1e6), to_timestamp(NULLIF(observed, 0) / 1e6), NULLIF(seq, -1)
FROM unnest(%s::integer[], %s::float8[], %s::float8[], %s::bigint[]) AS heard (device_id, received, observed, seq)
ON CONFLICT (device_id) DO UPDATE SET
    last_received_at = GREATEST(known.last_received_at, EXCLUDED.last_received_at),
    last_observed_at = GREATEST(known.last_observed_at, EXCLUDED.last_observed_at),
    last_seq = CASE WHEN %s AND EXCLUDED.last_received_at < known.last_received_at THEN known.last_seq
               ELSE COALESCE(EXCLUDED.last_seq, known.last_seq) END"""
UPSERT_ONLINE = """
INSERT INTO device_state AS known (device_id, online, firmware) VALUES (%s, %s, %s)
ON CONFLICT (device_id) DO UPDATE SET
    online = EXCLUDED.online, firmware = COALESCE(EXCLUDED.firmware, known.firmware)
WHERE (known.online IS DISTINCT FROM EXCLUDED.online
       OR known.firmware IS DISTINCT FROM COALESCE(EXCLUDED.firmware, known.firmware))
  AND NOT (%s AND known.last_received_at > to_timestamp(%s / 1e6))"""
UPSERT_QUARANTINE = """
INSERT INTO quarantine AS known (topic, payload_sha256, reason, detail, payload_head, payload_bytes,
                                 samples_rejected, first_received_at, last_received_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, to_timestamp(%s / 1e6), to_timestamp(%s / 1e6))
ON CONFLICT (topic, payload_sha256, reason) DO UPDATE SET
    occurrences = known.occurrences + 1, last_received_at = EXCLUDED.last_received_at"""
ADD_TOTALS = """
WITH lane AS (
    INSERT INTO ingest_lanes (lane, last_batch) VALUES (%s, %s)
    ON CONFLICT (lane) DO UPDATE SET last_batch = EXCLUDED.last_batch, stored_at = EXCLUDED.stored_at
)
INSERT INTO ingest_totals AS known VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (worker) DO UPDATE SET
    messages_received = known.messages_received + EXCLUDED.messages_received,
    messages_stored = known.messages_stored + EXCLUDED.messages_stored,
    messages_duplicate = known.messages_duplicate + EXCLUDED.messages_duplicate,
    messages_conflict = known.messages_conflict + EXCLUDED.messages_conflict,
    messages_quarantined = known.messages_quarantined + EXCLUDED.messages_quarantined,
    readings_received = known.readings_received + EXCLUDED.readings_received,
    readings_stored = known.readings_stored + EXCLUDED.readings_stored,
    readings_duplicate = known.readings_duplicate + EXCLUDED.readings_duplicate,
    readings_conflict = known.readings_conflict + EXCLUDED.readings_conflict,
    readings_rejected = known.readings_rejected + EXCLUDED.readings_rejected"""


def commit_batch(
    work: Work, lane: str, connection: Connection[TupleRow], *, belated: bool = False, now: int | None = None
) -> None:
    """Store a batch whole or not at all; when it returns, every message of it may be acknowledged.

    Its number is noted as the last of `lane`. A `belated` batch comes out of a spool: newer ones of the same devices
    may have been stored by another worker. `now` is the database's time, None where it is to be asked.

    Raises
    ------
    psycopg.Error
        Nothing was stored, or (at a lost connection) it is not known and `read_last_batch` tells.
    """
    try:
        _write(work, lane, connection, collides=False, belated=belated, now=now)
    except UniqueViolation:
        _write(work, lane, connection, collides=True, belated=belated, now=now)


def _write(
    work: Work, lane: str, connection: Connection[TupleRow], *, collides: bool, belated: bool, now: int | None
) -> None:
    """The whole transaction. What needs no answer travels together with its beginning and its end."""
    resolved, roster = work.resolved, work.roster
    with connection.cursor() as cursor, _rolled_back_on_error(connection):
        with connection.pipeline():
            cursor.execute("BEGIN")
            if resolved.heard:
                cursor.execute(UPSERT_DEVICE_STATE, (*work.device_states, belated))
        if collides:
            fates = sort_readings(cursor, resolved.batch.readings, work.sensor_ids)
        else:
            fates = copy_readings(cursor, work.copy_stream, len(resolved.batch.readings))
        fresh = _write_events(cursor, resolved, roster) | _write_statuses(cursor, resolved, roster, belated)
        _write_quarantine(cursor, resolved)
        outcomes = judge_outcomes(resolved, fates, fresh)
        write_snapshots(cursor, work.snapshots)
        apply_changes(cursor, work.changes, work.parameters_version, belated=belated)
        with connection.pipeline():
            note_late(cursor, work.find_late(now))
            _write_totals(cursor, work, lane, fates, outcomes)
            cursor.execute("COMMIT")


@contextmanager
def _rolled_back_on_error(connection: Connection[TupleRow]) -> Iterator[None]:
    """psycopg's own transaction block waits for an answer to its BEGIN and its COMMIT each; this one does not."""
    try:
        yield
    except BaseException:
        if not connection.closed:
            connection.rollback()
        raise


def judge_outcomes(resolved: Resolved, fates: Fates, fresh: set[int]) -> Counter[Outcome]:
    """One outcome for each message.

    A message with any sample refused is quarantined (its good samples are stored all the same), else one with any
    contradiction is a conflict, else one that brought anything new is stored, else it is a duplicate.
    """
    places = resolved.batch.readings["message"]
    rank = np.full(len(resolved.messages), 0)
    rank[list(fresh)] = 1
    rank[places[fates.stored]] = 1
    rank[places[fates.conflict]] = 2
    rank[list(resolved.refusals)] = 3
    ranks = np.bincount(rank, minlength=4)
    order = (Outcome.DUPLICATE, Outcome.STORED, Outcome.CONFLICT, Outcome.QUARANTINED)
    return Counter({outcome: int(count) for outcome, count in zip(order, ranks, strict=True)})


def _write_events(cursor: Cursor[TupleRow], resolved: Resolved, roster: Roster) -> set[int]:
    """Places of the messages whose event was new."""
    fresh = set()
    for event in resolved.batch.events:
        device_id = int(roster.devices["device_id"][event.device_slot])
        sensor = event.sensor_slot
        sensor_id = int(roster.sensors["sensor_id"][sensor]) if sensor is not None else None
        state = "active" if event.active else "cleared"
        row = (
            event.observed_at,
            event.received_at,
            device_id,
            sensor_id,
            event.seq,
            event.event,
            state,
            event.text,
        )
        if cursor.execute(INSERT_EVENT, row).rowcount:
            fresh.add(event.message)
    return fresh


def _write_statuses(cursor: Cursor[TupleRow], resolved: Resolved, roster: Roster, belated: bool) -> set[int]:
    """Places of the messages that said something new of their device."""
    fresh = set()
    for status in resolved.statuses:
        device_id = int(roster.devices["device_id"][status.device_slot])
        received_at = resolved.messages[status.message].received_at
        row = (device_id, status.online, status.firmware, belated, received_at)
        if cursor.execute(UPSERT_ONLINE, row).rowcount:
            fresh.add(status.message)
    return fresh


def _write_quarantine(cursor: Cursor[TupleRow], resolved: Resolved) -> None:
    for place, refusals in sorted(resolved.refusals.items()):
        message = resolved.messages[place]
        digest = hashlib.sha256(message.payload).digest()
        head = message.payload[:PAYLOAD_HEAD_BYTES]
        topic = make_printable(message.topic, 1000)
        counts = Counter(refusal.reason for refusal in refusals)
        for reason, count in counts.items():
            detail = next(refusal.detail for refusal in refusals if refusal.reason is reason)
            row = (topic, digest, reason, detail, head, len(message.payload), count)
            cursor.execute(UPSERT_QUARANTINE, (*row, message.received_at, message.received_at))


def _write_totals(
    cursor: Cursor[TupleRow], work: Work, lane: str, fates: Fates, outcomes: Counter[Outcome]
) -> None:
    received = work.resolved.samples_received
    row = (
        lane,
        work.number,
        work.worker,
        len(work.resolved.messages),
        *(outcomes[outcome] for outcome in Outcome),
        received,
        int(fates.stored.sum()),
        int(fates.duplicate.sum()),
        int(fates.conflict.sum()),
        received - len(fates.stored),
    )
    cursor.execute(ADD_TOTALS, row)
