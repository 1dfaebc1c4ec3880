"""One client's way along the feed: from the tables until it has caught up, from memory from then on."""

from __future__ import annotations

import asyncio

from api.alert_store import list_changes
from api.change_feed import ChangeFeed
from api.change_wire import write_change
from api.connections import Connections
from api.freshness import Freshness, read_freshness
from api.problems import ProblemError
from api.recent_changes import Mark, WrittenChange

# Keeps a feed and a table that disagree for a moment from asking each other in a circle.
_PAUSE_SECONDS = 0.02


class ChangeListener:
    """Gives every change after `position`, in order; `position` moves with what it has given.

    `freshness` is that of the newest look, and older than what was given after it.
    """

    freshness: Freshness

    def __init__(self, connections: Connections, feed: ChangeFeed, position: int) -> None:
        self._connections = connections
        self._feed = feed
        self._mark = Mark(-1, 0)
        self.position = position

    async def look(self, limit: int) -> list[WrittenChange]:
        """The next changes out of the tables.

        Raises
        ------
        ProblemError
            The position lies beyond the newest change (409).
        """
        async with self._connections.borrow() as connection:
            self.freshness = await read_freshness(connection)
            if self.position > self.freshness.change_id:
                raise _cursor_ahead(self.position, self.freshness.change_id)
            found = await list_changes(connection, self.position, limit)
        self._mark = self._feed.recent.mark()
        return self._advance([write_change(change) for change in found])

    async def take(self, limit: int) -> list[WrittenChange]:
        """The same out of memory, where it reaches back far enough."""
        recent, freshness = self._feed.recent.list_after(self.position, self._mark), self._feed.freshness
        if recent is None or freshness is None or not self._feed.is_live:
            found = await self.look(limit)
            if not found:
                await asyncio.sleep(_PAUSE_SECONDS)
            return found
        self.freshness = freshness
        return self._advance(recent[:limit])

    def _advance(self, changes: list[WrittenChange]) -> list[WrittenChange]:
        if changes:
            self.position = changes[-1].change_id
        return changes


def _cursor_ahead(position: int, newest: int) -> ProblemError:
    return ProblemError(
        409,
        "cursor-ahead",
        f"the newest change is {newest}, so {position} comes from another database; "
        "read the list of alerts again and go on from its change_id",
    )
