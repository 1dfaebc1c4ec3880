"""A worker's one database connection: used by one thread, brought back by another when it is lost."""

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
# Our own former session may still be there when the network broke between us; it would hold the lock for long.
END_FORMER = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s AND application_name = %s"
# Whoever holds a table for longer than this holds up alerts: the batch goes to the spool instead.
SET_LOCK_TIMEOUT = "SET lock_timeout = '1s'"
LONGEST_WAIT_SECONDS = 2.0
TAKEN_AFTER_ATTEMPTS = 20

# What passes when the server is well again, as against what is wrong with the data (SQLSTATE classes 08, 40,
# 53, 55, 57 and 25006): the first is tried again, the second ends the worker, so that it is seen.
Outage = (OperationalError, InterfaceError, ReadOnlySqlTransaction)

Result = TypeVar("Result")


class AwayError(Exception):
    """The database does not serve now; what was asked was not done, or (at a commit) it is not known."""


class WorkerTakenError(Exception):
    """Another process works under this worker's name; two would drive each other from the broker."""


class DatabaseLink:
    """Holds the connection and with it the worker's lock; whoever loses it is reconnected in the background."""

    def __init__(self, database_url: str, worker: str) -> None:
        self._url = database_url
        self._worker = worker
        self._name = f"fengsui {worker}"
        self._connection: Connection[TupleRow] | None = None
        self._former_pid = 0
        self._connecting: threading.Thread | None = None
        self._closed = threading.Event()
        self._taken = False

    def open(self, stopping: threading.Event) -> bool:
        """Connect and take the worker's lock; waits for the database as long as it takes, False when told to stop.

        Raises
        ------
        WorkerTakenError
            Another process has the lock.
        """
        while not stopping.is_set():
            try:
                self._connection = self._connect()
                return True
            except Outage as error:
                log.warning("the database does not serve: %s", first_line(error))
                stopping.wait(1.0)
        return False

    def run(self, operation: Callable[[Connection[TupleRow]], Result]) -> Result:
        """Run `operation` once.

        Raises
        ------
        AwayError
            There is no connection, or it was lost on the way; it is being brought back.
        WorkerTakenError
            Meanwhile another process has become this worker.
        """
        connection = self._connection
        if connection is None:
            if self._taken:
                raise WorkerTakenError(f"another process is worker {self._worker}")
            raise AwayError("not connected")
        try:
            return operation(connection)
        except Outage as error:
            log.warning("the database does not serve: %s", first_line(error))
            self._reconnect(connection)
            raise AwayError(first_line(error)) from error

    def close(self) -> None:
        self._closed.set()
        if self._connecting is not None:
            self._connecting.join(10)
        if self._connection is not None:
            self._connection.close()

    def _reconnect(self, lost: Connection[TupleRow]) -> None:
        self._connection = None
        self._former_pid = lost.info.backend_pid
        lost.close()
        self._connecting = threading.Thread(target=self._keep_connecting, name="reconnect", daemon=True)
        self._connecting.start()

    def _keep_connecting(self) -> None:
        attempt = taken = 0
        while not self._closed.is_set():
            try:
                self._connection = self._connect()
                log.info("the database serves again")
                return
            except WorkerTakenError:
                taken += 1
                if taken >= TAKEN_AFTER_ATTEMPTS:
                    self._taken = True
                    return
            except Outage:
                pass
            attempt += 1
            self._closed.wait(min(LONGEST_WAIT_SECONDS, 0.1 * 2**attempt) * random.uniform(0.5, 1.0))

    def _connect(self) -> Connection[TupleRow]:
        connection = connect(self._url, self._name)
        if self._former_pid:
            connection.execute(END_FORMER, (self._former_pid, self._name))
        row = connection.execute(TRY_LOCK, (self._worker,)).fetchone()
        if not (row and row[0]):
            connection.close()
            raise WorkerTakenError(f"another process is worker {self._worker}")
        connection.execute(SET_LOCK_TIMEOUT)
        return connection


def first_line(error: Error) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
