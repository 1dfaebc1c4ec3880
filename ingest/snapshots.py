"""Where the rules stood in each building, kept in the tables, so that a restart need not learn anew.

Snapshots are taken building after building, spread over five minutes, and travel with the batch after which they
were taken: they are in the tables exactly when everything is that they have seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from psycopg import Connection, Cursor
from psycopg.rows import TupleRow

from schemas.columns import MICROSECONDS
from schemas.roster import Roster

EVERY_US = 300 * MICROSECONDS
# A batch comes twice a second at least; with more buildings than this makes room for, the round takes longer.
MOST_AT_ONCE = 4

# While a building moves two shares know it; the one that has seen more is right.
UPSERT_SNAPSHOT = """
INSERT INTO rule_snapshots AS known (building_id, received_upto, state)
VALUES (%s, to_timestamp(%s / 1e6), %s)
ON CONFLICT (building_id) DO UPDATE SET
    received_upto = EXCLUDED.received_upto, state = EXCLUDED.state, taken_at = EXCLUDED.taken_at
WHERE known.received_upto <= EXCLUDED.received_upto"""
SELECT_SNAPSHOTS = """
SELECT building_id, (extract(epoch FROM received_upto) * 1e6)::bigint, state
FROM rule_snapshots JOIN buildings USING (building_id) WHERE code = ANY(%s) ORDER BY building_id"""


@dataclass(frozen=True)
class Snapshot:
    """All that was received up to `received_upto` (microseconds) is in `state`."""

    building_id: int
    received_upto: int
    state: bytes


class SnapshotRound:
    """Whose turn it is: every served building once in `EVERY_US`, evenly spread."""

    def __init__(self, now: int) -> None:
        self._due_at = now
        self._last_slot = -1

    def take_turns(self, roster: Roster, now: int) -> list[int]:
        """Slots of the buildings that are due now, at most `MOST_AT_ONCE`."""
        pause = EVERY_US // max(len(roster.serves), 1)
        count = min((now - self._due_at) // pause, MOST_AT_ONCE, len(roster.serves))
        if count <= 0:
            return []
        served = [slot for slot, code in enumerate(roster.site_codes) if code in roster.serves]
        # What could not be kept up with is not made up for.
        self._due_at = max(self._due_at + count * pause, now - MOST_AT_ONCE * pause)
        begin = int(np.searchsorted(served, self._last_slot, side="right"))
        turns = [served[(begin + step) % len(served)] for step in range(count)]
        self._last_slot = turns[-1]
        return turns


def write_snapshots(cursor: Cursor[TupleRow], snapshots: Iterable[Snapshot]) -> None:
    """Replace those that the tables hold by newer ones."""
    rows = [(one.building_id, one.received_upto, one.state) for one in snapshots]
    if rows:
        # In the order of ids, so that two writers never wait for each other.
        cursor.executemany(UPSERT_SNAPSHOT, sorted(rows))


def read_snapshots(connection: Connection[TupleRow], buildings: list[str]) -> list[Snapshot]:
    """The newest of each of these buildings, given by their codes."""
    rows = connection.execute(SELECT_SNAPSHOTS, (buildings,)).fetchall()
    return [Snapshot(building_id, upto, bytes(state)) for building_id, upto, state in rows]
