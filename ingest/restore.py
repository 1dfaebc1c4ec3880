"""What the tables know of buildings that a share takes over, at its start or when they move to it.

A restart forgets nothing: the engine is brought to where the tables are before it judges the first message.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.known_conditions import read_conditions
from ingest.snapshots import Snapshot, read_snapshots
from ingest.store_readings import ROW
from rules.changes import Change, KnownCondition
from rules.engine import Engine
from rules.snapshots import SnapshotError
from schemas.binary_copy import POSTGRES_EPOCH_US, decode_rows
from schemas.columns import MICROSECONDS, READING
from schemas.roster import Roster

log = logging.getLogger(__name__)

# Longer than any rule looks back or waits.
LOOK_BACK_US = 15 * 60 * MICROSECONDS
# Snapshots are minutes old, unless nobody wrote any; of a gap that is longer the older part is left out.
LONGEST_GAP_US = 24 * 3600 * MICROSECONDS

SELECT_SEQUENCES = """
SELECT device_id, last_seq FROM device_state JOIN devices USING (device_id) JOIN buildings USING (building_id)
WHERE last_seq IS NOT NULL AND buildings.code = ANY(%s)"""
# Each building from its own time on; the earliest of these by itself lets whole chunks be passed over.
COPY_RECENT = """
COPY (
    SELECT r.ts, r.received_at, r.value, r.sensor_id, r.quality
    FROM unnest(%s::text[], %s::float8[]) AS wanted (code, since)
    JOIN buildings b USING (code) JOIN devices d USING (building_id) JOIN sensors s USING (device_id)
    JOIN readings r ON r.sensor_id = s.sensor_id AND r.ts > to_timestamp(wanted.since / 1e6)
    WHERE r.ts > to_timestamp(%s / 1e6)
    ORDER BY r.received_at, r.ts
) TO STDOUT (FORMAT BINARY)"""


@dataclass(frozen=True)
class Known:
    """Conditions, the number up to which each device slot is stored, snapshots, and the readings (n,) since."""

    conditions: list[KnownCondition]
    sequences: list[tuple[int, int]]
    readings: NDArray[np.void]
    snapshots: list[Snapshot] = field(default_factory=list)


def read_known(connection: Connection[TupleRow], roster: Roster, buildings: Iterable[str], now: int) -> Known:
    """Read all of it for buildings given by their codes."""
    codes = sorted(buildings)
    with connection.cursor() as cursor:
        conditions = read_conditions(cursor, codes)
        sequences = [
            (roster.device_slots[device_id], seq)
            for device_id, seq in cursor.execute(SELECT_SEQUENCES, (codes,)).fetchall()
            if device_id in roster.device_slots
        ]
    snapshots = read_snapshots(connection, codes)
    since = dict.fromkeys(codes, now - LOOK_BACK_US)
    for snapshot in snapshots:
        code = roster.site_codes[_find_site(roster, snapshot)]
        since[code] = max(min(now, snapshot.received_upto) - LOOK_BACK_US, now - LONGEST_GAP_US)
    return Known(conditions, sequences, read_recent(connection, roster, since), snapshots)


def restore_engine(engine: Engine, known: Known, roster: Roster) -> list[Change]:
    """Bring `engine` to where the tables are; returns the changes that the stored readings make all the same."""
    engine.restore(known.conditions)
    for snapshot in known.snapshots:
        try:
            engine.restore_snapshot(_find_site(roster, snapshot), snapshot.state)
        except SnapshotError as error:
            log.warning("building %d begins anew: %s", snapshot.building_id, error)
    for slot, seq in known.sequences:
        engine.sequences.restore(slot, seq)
    return engine.rebuild(known.readings)


def read_recent(
    connection: Connection[TupleRow], roster: Roster, since: Mapping[str, int]
) -> NDArray[np.void]:
    """The readings (n,) of buildings, each measured after its own time, in the order of their arrival."""
    wanted = (list(since), list(since.values()), min(since.values(), default=0))
    with connection.cursor() as cursor, cursor.copy(COPY_RECENT, wanted) as copy:
        rows = decode_rows(ROW, b"".join(bytes(block) for block in copy))
    # A sensor registered since the roster was read has nothing to restore yet.
    rows = rows[[sensor_id in roster.sensor_slots for sensor_id in rows["sensor_id"].tolist()]]
    readings = np.zeros(len(rows), READING)
    readings["slot"] = [roster.sensor_slots[sensor_id] for sensor_id in rows["sensor_id"].tolist()]
    readings["observed_at"] = rows["ts"] + POSTGRES_EPOCH_US
    readings["received_at"] = rows["received_at"] + POSTGRES_EPOCH_US
    readings["value"] = rows["value"]
    readings["quality"] = rows["quality"]
    return readings


def _find_site(roster: Roster, snapshot: Snapshot) -> int:
    return int((roster.sites["building_id"] == snapshot.building_id).argmax())
