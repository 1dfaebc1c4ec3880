"""How routes reach the database: a connection is borrowed for one piece of work, within a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Annotated, LiteralString, Protocol, TypeVar

import psycopg
from fastapi import Depends, Request
from psycopg import AsyncConnection, AsyncCursor, sql
from psycopg.rows import TupleRow, kwargs_row
from starlette.datastructures import State

from api.access import access_of
from schemas.database import make_async_pool

POOL_SIZE = 8
# Those who see some buildings only are fewer.
OWN_POOL_SIZE = 4
BORROW_SECONDS = 2.0
QUERY_SECONDS = 8.0
# A pool that cannot connect waits twice as long each time. Giving up early lets the next request try at once,
# so that the desk is back within a second of the database instead of after a minute.
GIVE_UP_SECONDS = 2.0
# How long the database is taken to be away after it did not answer, before it is asked again.
AWAY_SECONDS = 1.0

BIND = """
SELECT set_config('search_path', 'own, public', false) AS path,
       set_config('fengsui.buildings', %(buildings)s, false) AS buildings,
       to_regclass('own.alerts') IS NOT NULL AS has_views"""

Connection = AsyncConnection[TupleRow]
Query = LiteralString | sql.SQL | sql.Composed
Params = Mapping[str, object]
Row = TypeVar("Row")


class Lender(Protocol):
    """Whatever connections are borrowed from."""

    def borrow(self, seconds: float = QUERY_SECONDS) -> AbstractAsyncContextManager[Connection]: ...


class DatabaseAwayError(psycopg.OperationalError):
    """The database did not answer a moment ago; it is asked again in the background."""


class Connections:
    """A pool that lends connections in autocommit; whoever writes opens a transaction.

    Once the database does not answer, nobody waits for it any more: all are refused at once until one attempt,
    made each second in the background, finds it back.
    """

    def __init__(self, database_url: str, size: int = POOL_SIZE) -> None:
        self._pool = make_async_pool(database_url, "fengsui api", size)
        self._pool.reconnect_timeout = GIVE_UP_SECONDS
        self._lent = 0
        self._seeking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to connect; a database that is down is no reason to fail."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        seeking = self._seeking
        if seeking is not None:
            seeking.cancel()
            with suppress(asyncio.CancelledError):
                await seeking
        await self._pool.close(timeout=0.5)

    @asynccontextmanager
    async def borrow(self, seconds: float = QUERY_SECONDS) -> AsyncIterator[Connection]:
        """Lend a connection for at most `seconds`; what runs longer is cancelled on the server too.

        Raises
        ------
        psycopg.OperationalError, TimeoutError
            The database does not answer (in time).
        """
        if self._seeking is not None:
            raise DatabaseAwayError("the database did not answer a moment ago")
        async with asyncio.timeout(seconds), AsyncExitStack() as stack:
            connection = await self._take(stack)
            self._lent += 1
            try:
                yield connection
            finally:
                self._lent -= 1

    async def _take(self, stack: AsyncExitStack) -> Connection:
        try:
            async with asyncio.timeout(BORROW_SECONDS):
                return await stack.enter_async_context(self._pool.connection(timeout=BORROW_SECONDS))
        except (psycopg.OperationalError, TimeoutError):
            # While others hold connections that answer, the pool is merely busy.
            if not self._lent and self._seeking is None:
                self._seeking = asyncio.create_task(self._seek())
            raise

    async def _seek(self) -> None:
        """Try until the database answers again."""
        try:
            while True:
                await asyncio.sleep(AWAY_SECONDS)
                with suppress(psycopg.Error, TimeoutError):
                    async with AsyncExitStack() as stack:
                        await self._take(stack)
                        return
        finally:
            self._seeking = None


class OwnConnections:
    """Lends connections that see some buildings only, whatever is asked over them: see ``renew_own_views``.

    `pool` is one of its own, and each borrower binds the connection anew: nobody gets one that sees more by mistake.
    """

    def __init__(self, pool: Connections, buildings: frozenset[int]) -> None:
        self._pool = pool
        self._buildings = buildings

    @asynccontextmanager
    async def borrow(self, seconds: float = QUERY_SECONDS) -> AsyncIterator[Connection]:
        """As `Connections.borrow`."""
        async with self._pool.borrow(seconds) as connection:
            await bind(connection, self._buildings)
            yield connection


async def bind(connection: Connection, buildings: frozenset[int]) -> None:
    """Have the connection see these buildings only, from now on.

    Raises
    ------
    DatabaseAwayError
        The views are missing, as they are during a migration: it would see everything.
    """
    params = {"buildings": ",".join(map(str, sorted(buildings)))}
    bound = await fetch_one(connection, BIND, params, _Bound)
    if bound is None or not bound.has_views:
        raise DatabaseAwayError("the database is being brought to another version")


@dataclass(frozen=True)
class _Bound:
    path: str
    buildings: str
    has_views: bool


@asynccontextmanager
async def one_snapshot(connection: Connection) -> AsyncIterator[None]:
    """Whatever is read within the block is of the same moment."""
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


async def fetch_all(
    connection: Connection,
    query: Query,
    params: Params,
    make_row: Callable[..., Row],
    *,
    prepare: bool | None = None,
) -> list[Row]:
    """Every row as ``make_row(**columns)``.

    Parameters
    ----------
    prepare
        False has the query planned for its parameters each time. One that is right for rare values and wrong for common
        ones would else be planned without looking at them, after it was asked a few times.
    """
    async with connection.cursor(row_factory=kwargs_row(make_row)) as cursor:
        await cursor.execute(query, params, prepare=prepare)
        return await cursor.fetchall()


async def send_query(
    connection: Connection, query: Query, params: Params, make_row: Callable[..., Row]
) -> AsyncCursor[Row]:
    """Ask, and give what the rows are fetched from: within a pipeline the answer is not waited for."""
    cursor = connection.cursor(row_factory=kwargs_row(make_row))
    return await cursor.execute(query, params)


async def fetch_one(
    connection: Connection, query: Query, params: Params, make_row: Callable[..., Row]
) -> Row | None:
    """The only row, or None."""
    rows = await fetch_all(connection, query, params, make_row)
    return rows[0] if rows else None


def connections_for(state: State, buildings: frozenset[int] | None) -> Lender:
    """What whoever may see these buildings borrows from; None for all."""
    connections: Connections = state.connections
    own_connections: Connections = state.own_connections
    return connections if buildings is None else OwnConnections(own_connections, buildings)


async def _connections_of(request: Request) -> Lender:
    return connections_for(request.app.state, access_of(request.scope).buildings)


ConnectionsDep = Annotated[Lender, Depends(_connections_of)]
