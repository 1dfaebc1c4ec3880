"""One look at the tables for all who ask for the same changes at the same time.

Two hundred desks that have been told of a change ask for the next one within the same milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.alert_store import list_changes
from api.connections import Lender
from api.freshness import Freshness, read_freshness
from api.problems import ProblemError
from api.recent_changes import Mark, RecentChanges, WrittenChange
from api.shared_work import SharedWork


@dataclass(frozen=True)
class Look:
    """What was found; `mark` is where the memory stood after it."""

    freshness: Freshness
    changes: list[WrittenChange]
    mark: Mark


class SharedLooks:
    """Looks for changes after a position."""

    def __init__(self, connections: Lender, recent: RecentChanges) -> None:
        self._connections = connections
        self.recent = recent
        self._work: SharedWork[Look] = SharedWork()

    async def look(self, position: int, limit: int) -> Look:
        """The next changes out of the tables.

        Raises
        ------
        ProblemError
            The position lies beyond the newest change (409).
        """
        return await self._work.share((position, limit), lambda: self._look(position, limit))

    async def _look(self, position: int, limit: int) -> Look:
        async with self._connections.borrow() as connection:
            freshness = await read_freshness(connection)
            if position > freshness.change_id:
                raise _cursor_ahead(position, freshness.change_id)
            found: list[WrittenChange] = []
            if position < freshness.change_id:
                found = await list_changes(connection, position, limit, freshness.version)
        return Look(freshness, found, self.recent.mark())


def _cursor_ahead(position: int, newest: int) -> ProblemError:
    return ProblemError(
        409,
        "cursor-ahead",
        f"the newest change is {newest}, so {position} comes from another database; "
        "read the list of alerts again and go on from its change_id",
    )
