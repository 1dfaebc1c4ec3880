"""Database access: how a connection of ours is set up, and the pool that hands them out."""

from __future__ import annotations

from psycopg import AsyncConnection, Connection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

CONNECT_SECONDS = 5
# Keep-alives, ours and the server's, find a half-open connection within 15 s instead of the kernel's two hours.
CONNECT_OPTIONS = {
    "connect_timeout": CONNECT_SECONDS,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "options": "-c timezone=UTC -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3",
}


def connect(
    database_url: str, application_name: str, timeout_seconds: int = CONNECT_SECONDS
) -> Connection[TupleRow]:
    """Open one connection in UTC, in autocommit: whoever writes opens a transaction block.

    A server that takes the connection and then says nothing is given up after `timeout_seconds` as well.
    """
    options = CONNECT_OPTIONS | {"connect_timeout": timeout_seconds}
    return Connection.connect(
        database_url,
        autocommit=True,
        application_name=application_name,
        **options,  # type: ignore[arg-type]
    )


def make_async_pool(
    database_url: str, application_name: str, max_size: int
) -> AsyncConnectionPool[AsyncConnection[TupleRow]]:
    """A pool of such connections, still closed.

    It opens in the background, so a database that is down is no reason to fail.
    """
    return AsyncConnectionPool(
        database_url,
        min_size=1,
        max_size=max_size,
        open=False,
        timeout=5.0,
        kwargs={"autocommit": True, "application_name": application_name, **CONNECT_OPTIONS},
        check=AsyncConnectionPool.check_connection,
    )
