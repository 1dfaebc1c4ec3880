"""One look at the tables for all who ask for the same at the same time.

Two hundred desks that have been told of a change ask for the next one within the same milliseconds. A look serves those
who asked before it began, never later ones: what it gives is as fresh as if each had looked himself.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from api.alert_store import list_changes
from api.connections import Connections
from api.freshness import Freshness, read_freshness
from api.problems import ProblemError
from api.recent_changes import Mark, RecentChanges, WrittenChange

Key = tuple[int, int]


@dataclass(frozen=True)
class Look:
    """What was found; `mark` is where the memory stood after it."""

    freshness: Freshness
    changes: list[WrittenChange]
    mark: Mark


class SharedLooks:
    """Looks for changes after a position, at most two at a time of the same: one that runs, one that waits for it."""

    def __init__(self, connections: Connections, recent: RecentChanges) -> None:
        self._connections = connections
        self._recent = recent
        self._waiting: dict[Key, asyncio.Task[Look]] = {}
        self._running: dict[Key, asyncio.Task[Look]] = {}

    async def look(self, position: int, limit: int) -> Look:
        """The next changes out of the tables.

        Raises
        ------
        ProblemError
            The position lies beyond the newest change (409).
        """
        key = (position, limit)
        task = self._waiting.get(key)
        if task is None:
            task = asyncio.create_task(self._run_in_turn(key))
            # Whoever asked may have gone meanwhile; then nobody takes the error.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._waiting[key] = task
        # One who goes away does not take the look from the others.
        return await asyncio.shield(task)

    async def _run_in_turn(self, key: Key) -> Look:
        before = self._running.get(key)
        if before is not None:
            await asyncio.wait([before])
        task = self._waiting.pop(key)
        self._running[key] = task
        try:
            return await self._look(*key)
        finally:
            if self._running.get(key) is task:
                del self._running[key]

    async def _look(self, position: int, limit: int) -> Look:
        async with self._connections.borrow() as connection:
            freshness = await read_freshness(connection)
            if position > freshness.change_id:
                raise _cursor_ahead(position, freshness.change_id)
            found: list[WrittenChange] = []
            if position < freshness.change_id:
                found = await list_changes(connection, position, limit)
        return Look(freshness, found, self._recent.mark())


def _cursor_ahead(position: int, newest: int) -> ProblemError:
    return ProblemError(
        409,
        "cursor-ahead",
        f"the newest change is {newest}, so {position} comes from another database; "
        "read the list of alerts again and go on from its change_id",
    )
