"""A worker's one database connection: used by one thread, brought back by another when it is lost."""

from __future__ import annotations

import logging
import random
import socket
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from psycopg import Connection, Error, InterfaceError, OperationalError
from psycopg.errors import IdleInTransactionSessionTimeout, ReadOnlySqlTransaction
from psycopg.rows import TupleRow

from ingest.alarm import Alarm
from ingest.pauses import Pauses
from schemas.database import connect

log = logging.getLogger(__name__)

TRY_LOCK = "SELECT pg_try_advisory_lock(hashtext('fengsui ingest'), hashtext(%s))"
# Our own former session may still be there when the network broke between us; it would hold the lock, and those
# of its transaction, for long. Its end is waited for, so that the lock is free in the next statement.
END_FORMER = """
SELECT pg_terminate_backend(pid, 500) FROM pg_stat_activity WHERE pid = %s AND application_name = %s"""
# Whoever holds a table for longer than this holds up alerts: the batch goes to the spool instead.
SET_LOCK_TIMEOUT = "SELECT set_config('lock_timeout', '1s', false)"
# When we have given up waiting for an answer, the server is to give up working on it, and on a transaction that
# nobody goes on with.
SET_STATEMENT_TIMEOUT = "SELECT set_config('statement_timeout', %s, false)"
SET_IDLE_TIMEOUT = "SELECT set_config('idle_in_transaction_session_timeout', '10s', false)"

# A connection that says nothing for so long in the middle of an ordinary operation is as good as lost. Nothing is
# lost by being wrong: the batch goes to the spool, and whether it was stored is asked before it is stored again.
ANSWER_SECONDS = 1.0
# At start the registry and the last quarter of an hour are read, however large they are.
START_SECONDS = 300.0
CONNECT_SECONDS = 3
TAKEN_AFTER_ATTEMPTS = 20

# What passes when the server is well again, as against what is wrong with the data (SQLSTATE classes 08, 40,
# 53, 55, 57 and 25006, 25P03): the first is tried again, the second ends the worker, so that it is seen.
Outage = (OperationalError, InterfaceError, ReadOnlySqlTransaction, IdleInTransactionSessionTimeout)

Result = TypeVar("Result")


class AwayError(Exception):
    """The database does not serve now; what was asked was not done, or (at a commit) it is not known."""


class WorkerTakenError(Exception):
    """Another process works under this worker's name; two would drive each other from the broker."""


class Line:
    """A connection whose socket another thread may shut down, so that waiting for its answer ends at once."""

    def __init__(self, connection: Connection[TupleRow]) -> None:
        self.connection = connection
        self.backend_pid = connection.info.backend_pid
        self.since = time.monotonic()
        self.was_cut = False
        # A descriptor of our own: that of the driver may be another file's by the time it is used.
        self._plug = socket.fromfd(connection.fileno(), socket.AF_UNSPEC, socket.SOCK_STREAM)
        self._lock = threading.Lock()

    def cut(self) -> None:
        with self._lock:
            self.was_cut = True
            try:
                self._plug.shutdown(socket.SHUT_RDWR)
            except OSError as error:
                log.debug("the connection was gone already: %s", error)

    def close(self) -> None:
        self.connection.close()
        with self._lock:
            self._plug.close()


class DatabaseLink:
    """Holds the connection and with it the worker's lock; whoever loses it is reconnected in the background."""

    def __init__(self, database_url: str, worker: str) -> None:
        self._url = database_url
        self._worker = worker
        self._name = f"fengsui {worker}"
        self._alarm = Alarm("database deadline")
        self._line: Line | None = None
        self._former_pid = 0
        self._pauses = Pauses(random.Random())
        self._connecting: threading.Thread | None = None
        self._closed = threading.Event()
        self._taken = False

    @property
    def connected(self) -> bool:
        """Whether there is a connection; only its use tells whether the database serves."""
        return self._line is not None

    def open(self, stopping: threading.Event) -> bool:
        """Connect and take the worker's lock; waits for the database as long as it takes, False when told to stop.

        Raises
        ------
        WorkerTakenError
            Another process has the lock.
        """
        while not stopping.is_set():
            try:
                self._line = self._connect()
                return True
            except AwayError as error:
                log.warning("the database does not serve: %s", error)
                stopping.wait(1.0)
        return False

    def run(
        self, operation: Callable[[Connection[TupleRow]], Result], seconds: float = ANSWER_SECONDS
    ) -> Result:
        """Run `operation` once; a connection on which it takes longer than `seconds` is given up.

        Raises
        ------
        AwayError
            There is no connection, or it was lost on the way; it is being brought back.
        WorkerTakenError
            Meanwhile another process has become this worker.
        """
        line = self._line
        if line is None:
            if self._taken:
                raise WorkerTakenError(f"another process is worker {self._worker}")
            raise AwayError("not connected")
        try:
            return self._run_on(line, operation, seconds)
        except AwayError as away:
            log.warning("the database does not serve: %s", away)
            self._reconnect(line)
            raise

    def close(self) -> None:
        self._closed.set()
        if self._connecting is not None:
            self._connecting.join(10)
        if self._line is not None:
            self._line.close()
        self._alarm.close()

    def _run_on(
        self, line: Line, operation: Callable[[Connection[TupleRow]], Result], seconds: float
    ) -> Result:
        try:
            with self._alarm.limit(seconds, line.cut):
                if seconds == ANSWER_SECONDS:
                    return operation(line.connection)
                _allow(line.connection, seconds)
                result = operation(line.connection)
                _allow(line.connection, ANSWER_SECONDS)
                return result
        except Outage as error:
            raise AwayError(_explain(line, error, seconds)) from error
        except Error as error:
            # The driver may stumble over a connection that ended under its hands in more ways than one.
            if line.was_cut:
                raise AwayError(_explain(line, error, seconds)) from error
            raise

    def _reconnect(self, lost: Line) -> None:
        self._line = None
        self._former_pid = lost.backend_pid
        self._pauses.note_service(time.monotonic() - lost.since)
        lost.close()
        self._connecting = threading.Thread(target=self._keep_connecting, name="reconnect", daemon=True)
        self._connecting.start()

    def _keep_connecting(self) -> None:
        taken = 0
        while not self._closed.wait(self._pauses.take_next()):
            try:
                self._line = self._connect()
                log.info("the database serves again")
                return
            except WorkerTakenError:
                taken += 1
                if taken >= TAKEN_AFTER_ATTEMPTS:
                    self._taken = True
                    return
            except AwayError as error:
                log.debug("no connection yet: %s", error)

    def _connect(self) -> Line:
        """A connection that holds the worker's lock.

        Raises
        ------
        AwayError
            There is none to be had, or it says nothing.
        WorkerTakenError
            Another session holds the lock.
        """
        try:
            line = Line(connect(self._url, self._name, CONNECT_SECONDS))
        except Outage as error:
            raise AwayError(first_line(error)) from error
        try:
            if not self._run_on(line, self._take_over, CONNECT_SECONDS):
                raise WorkerTakenError(f"another process is worker {self._worker}")
        except BaseException:
            line.close()
            raise
        return line

    def _take_over(self, connection: Connection[TupleRow]) -> bool:
        if self._former_pid:
            connection.execute(END_FORMER, (self._former_pid, self._name))
        row = connection.execute(TRY_LOCK, (self._worker,)).fetchone()
        connection.execute(SET_LOCK_TIMEOUT)
        connection.execute(SET_IDLE_TIMEOUT)
        return bool(row and row[0])


def _allow(connection: Connection[TupleRow], seconds: float) -> None:
    connection.execute(SET_STATEMENT_TIMEOUT, (f"{round(seconds * 1000)}ms",))


def _explain(line: Line, error: Error, seconds: float) -> str:
    return f"no answer within {seconds:g} s" if line.was_cut else first_line(error)


def first_line(error: Error) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
