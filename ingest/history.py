"""What was received in a span of time, read back in the order of its arrival, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.store_readings import ROW
from rules.catalogue import SLOW_RULES
from rules.replay import Piece
from rules.replay_comparison import KnownAlert
from schemas.binary_copy import POSTGRES_EPOCH_US, SIGNATURE
from schemas.columns import MICROSECONDS, READING, DeviceEvent
from schemas.domain import DeviceEventKind, Severity, SubjectKind
from schemas.roster import Roster

PIECE_ROWS = 50_000
# What came later than this after it was measured is left out: the tables are cut by the time of measurement.
LATEST_US = 24 * 3600 * MICROSECONDS

COPY_SPAN = """
COPY (
    SELECT ts, received_at, value, sensor_id, quality FROM readings
    WHERE received_at >= to_timestamp(%(start)s / 1e6) AND received_at < to_timestamp(%(end)s / 1e6)
      AND ts >= to_timestamp((%(start)s - %(latest)s) / 1e6) AND ts < to_timestamp((%(end)s + %(latest)s) / 1e6)
      AND (%(buildings)s::text[] IS NULL OR sensor_id IN (
          SELECT sensor_id FROM sensors JOIN devices USING (device_id) JOIN buildings USING (building_id)
          WHERE buildings.code = ANY(%(buildings)s)))
    ORDER BY received_at, ts
) TO STDOUT (FORMAT BINARY)"""
SELECT_EVENTS = """
SELECT device_id, sensor_id, (EXTRACT(epoch FROM ts) * 1e6)::bigint, (EXTRACT(epoch FROM e.received_at) * 1e6)::bigint,
       event, state = 'active', seq, text
FROM events e JOIN devices USING (device_id) JOIN buildings USING (building_id)
WHERE e.received_at >= to_timestamp(%(start)s / 1e6) AND e.received_at < to_timestamp(%(end)s / 1e6)
  AND (%(buildings)s::text[] IS NULL OR buildings.code = ANY(%(buildings)s))
ORDER BY e.received_at, ts"""
# An alert is of the span if it was raised there, or was open there: what is raised again while it is open joins it.
# What went on after it was closed by force is one with the alert before it.
SELECT_ALERTS = """
SELECT rule, subject_kind, subject_id, (EXTRACT(epoch FROM COALESCE(began_at, raised_at)) * 1e6)::bigint,
       (EXTRACT(epoch FROM CASE WHEN bool_and(closed_at IS NOT NULL) THEN max(closed_at) END) * 1e6)::bigint,
       min(severity_peak)
FROM alerts JOIN buildings USING (building_id)
WHERE raised_at < to_timestamp(%(end)s / 1e6) AND COALESCE(closed_at, 'infinity') >= to_timestamp(%(start)s / 1e6)
  AND (%(buildings)s::text[] IS NULL OR buildings.code = ANY(%(buildings)s)) AND rule <> ALL(%(slow)s)
GROUP BY rule, subject_kind, subject_id, COALESCE(began_at, raised_at)
ORDER BY COALESCE(began_at, raised_at), min(alert_id)"""


@dataclass(frozen=True)
class Span:
    """From `start` to before `end`, times of receipt in microseconds; of some buildings, or of all where None."""

    start: int
    end: int
    buildings: tuple[str, ...] | None = None

    def bind(self) -> dict[str, object]:
        buildings = None if self.buildings is None else list(self.buildings)
        return {"start": self.start, "end": self.end, "latest": LATEST_US, "buildings": buildings}


def narrow(roster: Roster, buildings: tuple[str, ...] | None) -> Roster:
    """The same roster, serving only these buildings: nobody else is missed when nothing of them is read."""
    devices = roster.devices.copy()
    devices["served"] = [buildings is None or code in buildings for code, _ in roster.codes]
    return replace(roster, devices=devices)


def read_history(
    readings: Connection[TupleRow], events: Connection[TupleRow], roster: Roster, span: Span
) -> Iterator[Piece]:
    """Everything received in the span; two connections, since one is busy with COPY all the while."""
    declared = _read_events(events, roster, span)
    waiting = next(declared, None)
    for rows in _read_readings(readings, roster, span):
        upto = int(rows["received_at"][-1])
        mine: list[DeviceEvent] = []
        while waiting is not None and waiting.received_at <= upto:
            mine.append(waiting)
            waiting = next(declared, None)
        yield Piece(rows, tuple(mine))
    while waiting is not None:
        yield Piece(np.empty(0, READING), (waiting,))
        waiting = next(declared, None)


def read_alerts(connection: Connection[TupleRow], span: Span) -> list[KnownAlert]:
    """The alerts that were raised or open in the span, but for those of slow rules, which no replay looks for."""
    return [
        KnownAlert((rule, SubjectKind(kind), subject_id), raised_at, closed_at, Severity(severity))
        for rule, kind, subject_id, raised_at, closed_at, severity in connection.execute(
            SELECT_ALERTS, span.bind() | {"slow": [rule.id for rule in SLOW_RULES]}
        )
    ]


def _read_readings(
    connection: Connection[TupleRow], roster: Roster, span: Span
) -> Iterator[NDArray[np.void]]:
    """Pieces of at most `PIECE_ROWS` readings."""
    slot_of = _make_lookup(roster)
    with connection.cursor() as cursor, cursor.copy(COPY_SPAN, span.bind()) as copy:
        blocks, rest, is_first = iter(copy), b"", True
        while taken := list(islice(blocks, PIECE_ROWS)):
            stream = rest + b"".join(taken)
            if is_first:
                stream, is_first = stream[len(SIGNATURE) :], False
            count = len(stream) // ROW.itemsize
            rows, rest = np.frombuffer(stream, ROW, count), stream[count * ROW.itemsize :]
            readings = _lay_out(rows, slot_of)
            if len(readings):
                yield readings


def _make_lookup(roster: Roster) -> NDArray[np.int32]:
    """The slot of each sensor by its id; -1 for ids that nobody has."""
    ids = roster.sensors["sensor_id"]
    slot_of = np.full(int(ids.max(initial=0)) + 2, -1, np.int32)
    slot_of[ids] = np.arange(len(ids))
    return slot_of


def _lay_out(rows: NDArray[np.void], slot_of: NDArray[np.int32]) -> NDArray[np.void]:
    slots = slot_of[np.minimum(rows["sensor_id"], len(slot_of) - 1)]
    rows, slots = rows[slots >= 0], slots[slots >= 0]
    readings = np.zeros(len(rows), READING)
    readings["slot"] = slots
    readings["observed_at"] = rows["ts"] + POSTGRES_EPOCH_US
    readings["received_at"] = rows["received_at"] + POSTGRES_EPOCH_US
    readings["value"] = rows["value"]
    readings["quality"] = rows["quality"]
    return readings


def _read_events(connection: Connection[TupleRow], roster: Roster, span: Span) -> Iterator[DeviceEvent]:
    with connection.transaction(), connection.cursor("events of a span") as cursor:
        cursor.execute(SELECT_EVENTS, span.bind())
        for device_id, sensor_id, observed_at, received_at, event, active, seq, text in cursor:
            slot = roster.device_slots.get(device_id)
            if slot is not None:
                sensor = roster.sensor_slots.get(sensor_id)
                kind = DeviceEventKind(event)
                yield DeviceEvent(slot, sensor, observed_at, received_at, kind, active, seq, text, 0)
