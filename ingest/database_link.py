"""A worker's one database connection, which outlives the server's absences."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from typing import TypeVar

from psycopg import Connection, Error, InterfaceError, OperationalError
from psycopg.errors import ReadOnlySqlTransaction
from psycopg.rows import TupleRow

from schemas.database import connect

log = logging.getLogger(__name__)

TRY_LOCK = "SELECT pg_try_advisory_lock(hashtext('fengsui ingest'), hashtext(%s))"
LONGEST_WAIT_SECONDS = 5.0

# What passes when the server is well again, as against what is wrong with the data (SQLSTATE classes 08, 40,
# 53, 55, 57 and 25006): the first is tried again, the second ends the worker, so that it is seen.
Outage = (OperationalError, InterfaceError, ReadOnlySqlTransaction)

Result = TypeVar("Result")


class StoppedError(Exception):
    """The worker was told to stop while it waited for the database; nothing unfinished was acknowledged."""


class WorkerTakenError(Exception):
    """Another process works under this worker's name; two would drive each other from the broker."""


class DatabaseLink:
    """Runs operations on a connection that holds the worker's lock; waits out the server's absence."""

    def __init__(self, database_url: str, worker: str, stopping: threading.Event) -> None:
        self._url = database_url
        self._worker = worker
        self._stopping = stopping
        self._connection: Connection[TupleRow] | None = None

    def open(self) -> None:
        """Connect and take the worker's lock, waiting for either as long as it takes.

        Raises
        ------
        StoppedError
            The worker was told to stop first.
        """
        told = False
        while True:
            try:
                self.run(lambda _: None)
                return
            except WorkerTakenError:
                if not told:
                    log.warning("another process is worker %s; standing by for its place", self._worker)
                told = True
                self._wait(1.0)

    def run(self, operation: Callable[[Connection[TupleRow]], Result]) -> Result:
        """Run `operation`, again and again over the server's absences until it succeeds.

        The operation must bear to be run twice when its commit was not confirmed.

        Raises
        ------
        StoppedError
            The worker was told to stop first.
        WorkerTakenError
            Meanwhile another process has become this worker.
        """
        attempt = 0
        while True:
            try:
                connection = self._connection or self._connect()
                return operation(connection)
            except Outage as error:
                self._drop()
                attempt += 1
                if attempt == 1 or attempt % 10 == 0:
                    log.warning("the database does not serve, attempt %d: %s", attempt, _first_line(error))
                self._wait(min(LONGEST_WAIT_SECONDS, 0.1 * 2**attempt) * random.uniform(0.5, 1.0))

    def close(self) -> None:
        self._drop()

    def _connect(self) -> Connection[TupleRow]:
        connection = connect(self._url, f"fengsui {self._worker}")
        row = connection.execute(TRY_LOCK, (self._worker,)).fetchone()
        if not (row and row[0]):
            connection.close()
            raise WorkerTakenError(f"another process is worker {self._worker}")
        self._connection = connection
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _wait(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise StoppedError("told to stop while waiting for the database")


def _first_line(error: Error) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
