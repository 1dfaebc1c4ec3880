"""Wakes those who wait for changes: one listening connection a process, and a look each second beside it."""

from __future__ import annotations

import asyncio
import logging
import time

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from schemas.database import CONNECT_OPTIONS

log = logging.getLogger(__name__)

LISTEN = "LISTEN fengsui_alert_changes"
SELECT_NEWEST = "SELECT last_id FROM change_counter"

LOOK_SECONDS = 1.0
ANSWER_SECONDS = 5.0
RECONNECT_SECONDS = 0.5


class ChangeFeed:
    """Knows the newest change there is.

    Waiting compares numbers instead of counting notifications, so a notification that is lost, merged or
    early cannot be missed for longer than one look.
    """

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._newest = -1
        self._moved = asyncio.Event()
        self._released = False

    async def run(self) -> None:
        """Listen until cancelled, over any number of lost connections."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, TimeoutError) as error:
                log.warning("the change feed lost the database: %s", str(error).partition("\n")[0])
            # Those who wait ask the database themselves and find out.
            self._wake()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def wait_beyond(self, after: int, until: float) -> bool:
        """Wait for something to happen after change `after`; False when it is `until` (monotonic seconds).

        True is an invitation to look, not a promise to find something.
        """
        remaining = until - time.monotonic()
        if remaining <= 0 or self._released:
            return False
        if self._newest <= after:
            try:
                await asyncio.wait_for(self._moved.wait(), remaining)
            except TimeoutError:
                return False
        return not self._released

    def release(self) -> None:
        """Send everybody home; nobody waits from now on."""
        self._released = True
        self._wake()

    async def _listen(self) -> None:
        async with await self._connect() as connection:
            await connection.execute(LISTEN)
            while True:
                await self._look(connection)
                async for _ in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
                    pass

    async def _connect(self) -> AsyncConnection[TupleRow]:
        return await AsyncConnection.connect(
            self._database_url,
            autocommit=True,
            application_name="fengsui api changes",
            **CONNECT_OPTIONS,  # type: ignore[arg-type]
        )

    async def _look(self, connection: AsyncConnection[TupleRow]) -> None:
        async with asyncio.timeout(ANSWER_SECONDS):
            row = await (await connection.execute(SELECT_NEWEST)).fetchone()
        assert row is not None
        if row[0] != self._newest:
            self._newest = row[0]
            self._wake()

    def _wake(self) -> None:
        # Whoever waits holds the old event; who comes next waits for the next one.
        self._moved.set()
        self._moved = asyncio.Event()
