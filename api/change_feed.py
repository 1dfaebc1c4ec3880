"""Wakes those who wait for changes: one listening connection a process, and a look each second beside it.

```
NOTIFY ─▶ look: freshness, then the changes since ─▶ written out once ─▶ every long-poll and stream that waits
```
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import AsyncConnection, IsolationLevel
from psycopg.rows import TupleRow

from api.feed_look import look
from api.freshness import Freshness
from api.recent_changes import RecentChanges, WrittenChange
from api.written_alerts import WrittenAlerts
from schemas.database import CONNECT_OPTIONS

log = logging.getLogger(__name__)

LISTEN = "LISTEN fengsui_alert_changes"

LOOK_SECONDS = 1.0
ANSWER_SECONDS = 5.0
RECONNECT_SECONDS = 0.5
STALE_SECONDS = 3.0
# The same few questions for as long as the process runs: to plan them takes longer than to answer them.
OPTIONS = {"options": f"{CONNECT_OPTIONS['options']} -c plan_cache_mode=force_generic_plan"}
# For so long after somebody asked for a list changes are read for it, as they are for those who wait for them.
INTEREST_SECONDS = 10.0


class ChangeFeed:
    """Knows the newest change there is, and holds the latest ones for whoever waits.

    Waiting compares numbers instead of counting notifications, so a notification that is lost, merged or
    early cannot be missed for longer than one look.
    """

    def __init__(self, database_url: str, written: WrittenAlerts) -> None:
        """`written` is given each alert that changes, so that whoever reads a list finds it written out."""
        self._database_url = database_url
        self._written = written
        self._moved: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._listeners = 0
        self._looked_at = float("-inf")
        self._look_began_at = float("-inf")
        self._written_at = float("-inf")
        self._asked_at = float("-inf")
        self.recent = RecentChanges()
        self.freshness: Freshness | None = None
        self.is_released = False

    @property
    def is_live(self) -> bool:
        """Whether the database answered the last look, a moment ago."""
        return time.monotonic() - self._looked_at < STALE_SECONDS

    @property
    def current(self) -> Freshness | None:
        """What may be answered by without asking the database; None while it has to be asked."""
        return self.freshness if self.is_live and self._look_began_at > self._written_at else None

    def note_write(self) -> None:
        """This process has written something: what was seen before does not hold any more."""
        self._written_at = time.monotonic()

    def note_interest(self) -> None:
        """Somebody asks for lists that are kept true by changes: have them read for a while."""
        self._asked_at = time.monotonic()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Have the changes kept that come meanwhile; without anybody here they are not even read."""
        self._listeners += 1
        try:
            yield
        finally:
            self._listeners -= 1

    async def run(self) -> None:
        """Listen until cancelled, over any number of lost connections."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, TimeoutError) as error:
                log.warning("the change feed lost the database: %s", str(error).partition("\n")[0])
            # Those who wait ask the database themselves and find out.
            self._looked_at = float("-inf")
            self._wake()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def wait_beyond(self, after: int, until: float) -> bool:
        """Wait for something to happen after change `after`; False when it is `until` (monotonic seconds).

        True is an invitation to look, not a promise to find something.
        """
        remaining = until - time.monotonic()
        if remaining <= 0 or self.is_released:
            return False
        if self.recent.newest <= after:
            # All wait for one future: a task for each of four hundred would take longer than what they wait for.
            done, _ = await asyncio.wait((self._moved,), timeout=remaining)
            if not done:
                return False
        return not self.is_released

    def release(self) -> None:
        """Send everybody home; nobody waits from now on."""
        self.is_released = True
        self._wake()

    async def _listen(self) -> None:
        async with await self._connect() as connection:
            await connection.execute(LISTEN)
            # What one look sees is of one moment.
            await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
            await connection.set_read_only(True)
            self.recent.begin_anew(-1)
            while True:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._look(connection)
                async for _ in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
                    pass

    async def _connect(self) -> AsyncConnection[TupleRow]:
        return await AsyncConnection.connect(
            self._database_url,
            autocommit=True,
            application_name="fengsui api changes",
            **CONNECT_OPTIONS | OPTIONS,  # type: ignore[arg-type]
        )

    async def _look(self, connection: AsyncConnection[TupleRow]) -> None:
        began_at = time.monotonic()
        before = self.recent.newest
        is_wanted = self._listeners > 0 or began_at - self._asked_at < INTEREST_SECONDS
        freshness, changes = await look(connection, before if is_wanted and before >= 0 else None)
        newest = freshness.change_id
        # From here on without a pause: nobody sees changes without the look that found them.
        if newest < before or before < 0:
            self.recent.begin_anew(newest)
        elif newest > before:
            self._take_in(changes, newest)
        self.freshness = freshness
        self._look_began_at, self._looked_at = began_at, time.monotonic()
        if newest != before:
            self._wake()

    def _take_in(self, changes: list[WrittenChange], newest: int) -> None:
        self.recent.extend(changes)
        self._written.keep((change.alert.version, change.alert.json) for change in changes)
        if self.recent.newest != newest:
            self.recent.skip_to(newest)

    def _wake(self) -> None:
        # Whoever waits holds the old future; who comes next waits for the next one.
        self._moved.set_result(None)
        self._moved = asyncio.get_running_loop().create_future()
