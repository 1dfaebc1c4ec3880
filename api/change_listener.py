"""One client's way along the feed: from the tables until it has caught up, from memory from then on."""

from __future__ import annotations

import asyncio

from api.change_feed import ChangeFeed
from api.freshness import Freshness
from api.recent_changes import Mark, WrittenChange
from api.shared_looks import SharedLooks

# Keeps a feed and a table that disagree for a moment from asking each other in a circle.
_PAUSE_SECONDS = 0.02


class ChangeListener:
    """Gives every change after `position`, in order; `position` moves with what it has given.

    `freshness` is that of the newest look, and older than what was given after it.
    """

    freshness: Freshness

    def __init__(
        self, looks: SharedLooks, feed: ChangeFeed, position: int, buildings: frozenset[int] | None = None
    ) -> None:
        """`buildings` are the only ones whose changes are given; None for all. `looks` must see no others."""
        self._looks = looks
        self._feed = feed
        self._buildings = buildings
        self._mark = Mark(-1, 0)
        self.position = position

    async def begin(self, limit: int, *, waits: bool) -> list[WrittenChange]:
        """The first changes; whoever waits and has the newest one there is does not ask the tables."""
        feed = self._feed
        if waits and feed.is_live and feed.freshness is not None and self.position == feed.recent.newest:
            self._mark, self.freshness = feed.recent.mark(), feed.freshness
            return []
        return await self.look(limit)

    async def look(self, limit: int) -> list[WrittenChange]:
        """The next changes out of the tables.

        Raises
        ------
        ProblemError
            The position lies beyond the newest change (409).
        """
        found = await self._looks.look(self.position, limit)
        self.freshness, self._mark = found.freshness, found.mark
        if found.changes:
            self.position = found.changes[-1].change_id
        if len(found.changes) < limit:
            # There was nothing else up to the change that was the newest before the look.
            self.position = max(self.position, found.freshness.change_id)
        return found.changes

    async def take(self, limit: int) -> list[WrittenChange]:
        """The same out of memory, where it reaches back far enough."""
        recent, freshness = self._feed.recent.list_after(self.position, self._mark), self._feed.freshness
        if recent is None or freshness is None or not self._feed.is_live:
            found = await self.look(limit)
            if not found:
                await asyncio.sleep(_PAUSE_SECONDS)
            return found
        self.freshness = freshness
        given = recent[:limit]
        if given:
            self.position = given[-1].change_id
        if self._buildings is None:
            return given
        return [change for change in given if change.building_id in self._buildings]
