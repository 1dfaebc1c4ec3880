"""A table on its way to whoever takes it: out of a cursor on the server, a piece at a time.

Each has a connection of its own, so that a slow taker holds up no desk, and there are few of them at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from api.connections import bind
from api.exports.columns import Table, Writer
from api.problems import RETRY_AFTER_SECONDS, ProblemError
from schemas.database import CONNECT_OPTIONS

MOST_AT_ONCE = 3
SEND_SECONDS = 60.0
FETCHED_AT_ONCE = 1000
# A reader that lasts holds up nobody's writing; the snapshot is one, however long it takes.
BEGIN = """
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL statement_timeout = '60s'"""


class Pieces:
    """The pieces of a table in their order; to be closed, whether or not they are all taken."""

    def __init__(self, first: bytes, following: AsyncGenerator[bytes, None]) -> None:
        self._first: bytes | None = first
        self._following = following

    def __aiter__(self) -> Pieces:
        return self

    async def __anext__(self) -> bytes:
        piece, self._first = self._first, None
        return await anext(self._following) if piece is None else piece

    async def aclose(self) -> None:
        await self._following.aclose()


class Exports:
    """Gives tables away, at most `MOST_AT_ONCE` at a time."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._running = 0

    async def begin(self, table: Table, writer: Writer, buildings: frozenset[int] | None = None) -> Pieces:
        """The pieces of the table; the first rows have been read when this returns.

        `buildings` are the only ones of which rows are given; None for all.

        Raises
        ------
        ProblemError
            Too many are under way (503).
        psycopg.OperationalError
            The database does not answer.
        """
        if self._running >= MOST_AT_ONCE:
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS * 5)}
            raise ProblemError(503, "busy", f"{MOST_AT_ONCE} exports are under way; ask again", headers)
        pieces = self._write(table, writer, buildings)
        return Pieces(await anext(pieces), pieces)

    async def _write(
        self, table: Table, writer: Writer, buildings: frozenset[int] | None
    ) -> AsyncGenerator[bytes, None]:
        self._running += 1
        try:
            async with (
                await self._connect() as connection,
                aclosing(_write_pieces(connection, table, writer)) as pieces,
            ):
                if buildings is not None:
                    await bind(connection, buildings)
                async for piece in pieces:
                    yield piece
        finally:
            self._running -= 1

    async def _connect(self) -> AsyncConnection[TupleRow]:
        return await AsyncConnection.connect(
            self._database_url,
            autocommit=True,
            application_name="fengsui api export",
            **CONNECT_OPTIONS,  # type: ignore[arg-type]
        )


class Download(StreamingResponse):
    """A stream that ends when its taker takes nothing for a minute; cut short, it is not complete by HTTP."""

    def __init__(self, pieces: Pieces, headers: dict[str, str], media_type: str) -> None:
        super().__init__(pieces, headers=headers, media_type=media_type)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(SEND_SECONDS):
                await send(message)

        async with aclosing(self._pieces):
            await super().__call__(scope, receive, send_in_time)


async def _write_pieces(
    connection: AsyncConnection[TupleRow], table: Table, writer: Writer
) -> AsyncGenerator[bytes, None]:
    await connection.execute(BEGIN)
    async with connection.cursor(name="export") as cursor:
        await cursor.execute(table.query, table.params)
        rows = await cursor.fetchmany(FETCHED_AT_ONCE)
        yield writer.begin()
        while rows:
            while len(rows) < writer.rows_at_once:
                more = await cursor.fetchmany(FETCHED_AT_ONCE)
                if not more:
                    break
                rows += more
            # On a thread, for the sake of everybody else whom this process answers.
            yield await asyncio.to_thread(writer.write, rows)
            rows = await cursor.fetchmany(FETCHED_AT_ONCE)
        yield writer.finish()
