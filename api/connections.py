"""How routes reach the database: a connection is borrowed for one piece of work, within a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, LiteralString, TypeVar

from fastapi import Depends, Request
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow, kwargs_row

from schemas.database import make_async_pool

POOL_SIZE = 8
BORROW_SECONDS = 2.0
QUERY_SECONDS = 8.0
# A pool that cannot connect waits twice as long each time. Giving up early lets the next request try at once,
# so that the desk is back within a second of the database instead of after a minute.
GIVE_UP_SECONDS = 2.0

Connection = AsyncConnection[TupleRow]
Query = LiteralString | sql.SQL | sql.Composed
Params = Mapping[str, object]
Row = TypeVar("Row")


class Connections:
    """A pool that lends connections in autocommit; whoever writes opens a transaction."""

    def __init__(self, database_url: str) -> None:
        self._pool = make_async_pool(database_url, "fengsui api", POOL_SIZE)
        self._pool.reconnect_timeout = GIVE_UP_SECONDS

    async def open(self) -> None:
        """Begin to connect; a database that is down is no reason to fail."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        await self._pool.close(timeout=0.5)

    @asynccontextmanager
    async def borrow(self, seconds: float = QUERY_SECONDS) -> AsyncIterator[Connection]:
        """Lend a connection for at most `seconds`; what runs longer is cancelled on the server too.

        Raises
        ------
        psycopg.OperationalError, TimeoutError
            The database does not answer (in time).
        """
        async with asyncio.timeout(seconds), self._pool.connection(timeout=BORROW_SECONDS) as connection:
            yield connection


async def fetch_all(
    connection: Connection, query: Query, params: Params, make_row: Callable[..., Row]
) -> list[Row]:
    """Every row as ``make_row(**columns)``."""
    async with connection.cursor(row_factory=kwargs_row(make_row)) as cursor:
        await cursor.execute(query, params)
        return await cursor.fetchall()


async def fetch_one(
    connection: Connection, query: Query, params: Params, make_row: Callable[..., Row]
) -> Row | None:
    """The only row, or None."""
    rows = await fetch_all(connection, query, params, make_row)
    return rows[0] if rows else None


def _connections_of(request: Request) -> Connections:
    connections: Connections = request.app.state.connections
    return connections


ConnectionsDep = Annotated[Connections, Depends(_connections_of)]
