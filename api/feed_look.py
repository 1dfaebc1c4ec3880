"""One look of the feed: how things stand, and what has changed, of one snapshot."""

from __future__ import annotations

from api.alert_columns import ChangeRow
from api.alert_rows import write_change
from api.alert_store import SELECT_NEXT_CHANGES
from api.connections import Connection, send_query
from api.cursors import MAX_BIGINT
from api.freshness import FRESHNESS_PARAMS, SELECT_FRESHNESS, Freshness
from api.recent_changes import WrittenChange

# What is further behind than this is left to the tables, a page at a time.
MOST_AT_ONCE = 1000
NOTHING_AFTER = MAX_BIGINT


async def look(connection: Connection, after: int | None) -> tuple[Freshness, list[WrittenChange]]:
    """Freshness, and every change after `after` with its alert; no changes for None, or where they are too many.

    Everything goes to the server in one piece, so that a look is a turn or two of a busy loop and not five.
    """
    changes: list[WrittenChange] = []
    async with connection.pipeline(), connection.transaction():
        looking = await send_query(connection, SELECT_FRESHNESS, FRESHNESS_PARAMS, Freshness)
        position = NOTHING_AFTER if after is None else after
        reading = await send_query(connection, SELECT_NEXT_CHANGES, {"after": position}, ChangeRow)
        (freshness,) = await looking.fetchall()
        newest = freshness.change_id
        if newest - position > MOST_AT_ONCE:
            return freshness, []
        while rows := await reading.fetchall():
            changes += [write_change(row, freshness.version) for row in rows]
            if changes[-1].change_id >= newest:
                break
            position = changes[-1].change_id
            reading = await send_query(connection, SELECT_NEXT_CHANGES, {"after": position}, ChangeRow)
    return freshness, changes
