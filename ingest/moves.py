"""Buildings that move from one share to another, a step at a time, so that no message falls between two sessions.

```
wanted ──▶ joined ──▶ leaving ──▶ served
new share  new share  old share   old share has stored what its session
is named   hears      hears no    still held: the new one answers alone
           already    more
```
Between *joined* and the end both sessions hold the building's messages; the key makes the second copy a duplicate.
Each step is one statement that takes effect only if the row is where it is expected to be, so a worker may die
at any of them and its successor goes on from there.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.subscriber import Subscriber

SELECT_MOVING = """
SELECT building_id, code, share, served_by, joined_by, leaving
FROM building_shares JOIN buildings USING (building_id)
WHERE (share <> served_by OR joined_by IS NOT NULL) AND %s IN (share, served_by, joined_by)"""
JOIN = """
UPDATE building_shares SET joined_by = %(share)s
WHERE building_id = ANY(%(buildings)s) AND share = %(share)s AND served_by <> %(share)s AND joined_by IS NULL"""
# Once the old share has begun to leave, the new one may no longer change its mind.
WITHDRAW = """
UPDATE building_shares SET joined_by = NULL
WHERE building_id = ANY(%(buildings)s) AND joined_by = %(share)s AND share <> %(share)s AND NOT leaving"""
BEGIN_LEAVING = """
UPDATE building_shares SET leaving = true
WHERE building_id = ANY(%(buildings)s) AND served_by = %(share)s AND joined_by = share AND NOT leaving"""
HAND_OVER = """
UPDATE building_shares SET served_by = joined_by, joined_by = NULL, leaving = false
WHERE building_id = ANY(%(buildings)s) AND served_by = %(share)s AND leaving"""
MOVE_REGISTRY = "UPDATE registry_version SET version = version + 1"


@dataclass(frozen=True)
class _Row:
    building_id: int
    code: str
    share: str
    served_by: str
    joined_by: str | None
    leaving: bool


class Moves:
    """One share's part in all moves; called from time to time with the worker's connection."""

    def __init__(self, share: str, subscriber: Subscriber) -> None:
        self._share = share
        self._subscriber = subscriber
        # The marker sent for each building that leaves, and the connection to the broker it was sent on.
        self._markers: dict[int, tuple[int, str]] = {}
        self.under_way = False

    def step(self, connection: Connection[TupleRow], *, spool_is_empty: bool) -> None:
        """Take every step that is due now.

        Parameters
        ----------
        spool_is_empty
            Whether all that was acknowledged is in the database; before that nothing is handed over.
        """
        rows = [_Row(*row) for row in connection.execute(SELECT_MOVING, (self._share,)).fetchall()]
        self.under_way = bool(rows)
        me = self._share
        wanted = [row for row in rows if row.share == me != row.served_by and not row.joined_by]
        joinable = [row for row in wanted if self._subscriber.hears(row.code)]
        withdrawing = [row for row in rows if row.joined_by == me != row.share and not row.leaving]
        following = [
            row for row in rows if row.served_by == me and row.joined_by == row.share and not row.leaving
        ]
        leaving = [row for row in rows if row.served_by == me and row.leaving]
        self._markers = {row.building_id: self._markers.get(row.building_id, (0, "")) for row in leaving}
        left = [row for row in leaving if self._has_left(row)]
        moved = self._update(connection, JOIN, joinable)
        moved |= self._update(connection, WITHDRAW, withdrawing)
        moved |= self._update(connection, BEGIN_LEAVING, following)
        if spool_is_empty:
            moved |= self._update(connection, HAND_OVER, left)
        if moved:
            connection.execute(MOVE_REGISTRY)

    def _has_left(self, row: _Row) -> bool:
        """Whether everything that this session ever held of a building is done with."""
        session = self._subscriber.session
        marked_in, marker = self._markers[row.building_id]
        if marked_in == session:
            return self._subscriber.has_passed(marker)
        if self._subscriber.hearing.leave(row.code):
            marker = secrets.token_hex(8)
            self._markers[row.building_id] = session, marker
            self._subscriber.mark(marker)
        return False

    def _update(self, connection: Connection[TupleRow], statement: LiteralString, rows: list[_Row]) -> bool:
        if not rows:
            return False
        buildings = [row.building_id for row in rows]
        cursor = connection.execute(statement, {"share": self._share, "buildings": buildings})
        return cursor.rowcount > 0
