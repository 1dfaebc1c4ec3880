"""The ingest process: holds as many shares as are its due, each worked by a `Worker` on a thread of its own.

A share's lease is an advisory lock of its worker's database session. When a process dies, the server ends its
sessions and the locks with them, and whoever looks next takes the shares over, each with its client id, session and
backlog. When a process joins, the others give up what is more than their part.
"""

from __future__ import annotations

import logging
import math
import signal
import threading
from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.database_link import TRY_LOCK, Outage, WorkerTakenError, first_line
from ingest.slow.runner import SlowRunner
from ingest.watchdog import guard
from ingest.worker import Worker
from schemas.database import connect
from schemas.settings import Settings

log = logging.getLogger(__name__)

LOOK_SECONDS, REAP_SECONDS = 0.5, 0.2
STOP_SECONDS = 10.0
# A share whose lease is free may only have lost its connection for a moment; and one that nobody takes although it
# is somebody's due is taken by whoever sees it.
FREE_LOOKS, NEGLECTED_LOOKS = 4, 10

APPLICATION_NAME = "fengsui ingest process"
SELECT_SHARES = "SELECT share FROM shares ORDER BY share"
COUNT_PROCESSES = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"""
UNLOCK = "SELECT pg_advisory_unlock(hashtext('fengsui ingest'), hashtext(%s))"


def run_process(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stopping = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stopping.set())
    Process(settings, stopping).run()


@dataclass
class Holding:
    """A share that this process holds, or is about to."""

    share: str
    worker: Worker
    stopping: threading.Event
    failure: BaseException | None = None
    thread: threading.Thread | None = None

    def work(self) -> None:
        """Run the worker until it is told to stop; what ends it otherwise is kept for the main thread."""
        try:
            self.worker.run()
        except WorkerTakenError as error:
            log.warning("%s", error)
        except BaseException as error:  # noqa: BLE001 - it ends the process, on the main thread
            self.failure = error
        finally:
            self.stopping.set()


class Process:
    """Looks twice a second which shares there are and how many processes, and holds its part of them."""

    def __init__(self, settings: Settings, stopping: threading.Event) -> None:
        self._settings = settings
        self._stopping = stopping
        self._connection: Connection[TupleRow] | None = None
        self._lock = threading.Lock()
        self._holdings: dict[str, Holding] = {}
        self._free_for: dict[str, int] = {}
        self._failure: BaseException | None = None
        self._has_looked = False

    def run(self) -> None:
        """Until told to stop; what was taken is stored and acknowledged, the rest stays with the broker.

        Raises
        ------
        BaseException
            Whatever ended a worker.
        """
        # On a thread of its own: a database that says nothing would hold it up, and nobody could be told to stop.
        threading.Thread(target=self._keep_looking, name="shares", daemon=True).start()
        threading.Thread(target=self._keep_slow_rules, name="slow rules", daemon=True).start()
        try:
            while not self._stopping.wait(REAP_SECONDS):
                self._reap()
        finally:
            self._release_all()

    def _keep_looking(self) -> None:
        try:
            while not self._stopping.is_set():
                self._look()
                self._stopping.wait(LOOK_SECONDS)
        except BaseException as error:  # noqa: BLE001 - it ends the process, on the main thread
            self._failure = error

    def _keep_slow_rules(self) -> None:
        SlowRunner(self._settings, self._stopping, self._is_behind).run()

    def _is_behind(self) -> bool:
        return any(holding.worker.behind for holding in list(self._holdings.values()))

    def _look(self) -> None:
        try:
            if self._connection is None:
                self._connection = connect(self._settings.database_url or "", APPLICATION_NAME)
            self._share_out(self._connection)
        except Outage as error:
            # Those who work go on: they have their own connections, and a spool.
            log.warning("the database does not serve: %s", first_line(error))
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _share_out(self, connection: Connection[TupleRow]) -> None:
        shares = [share for (share,) in connection.execute(SELECT_SHARES).fetchall()]
        row = connection.execute(COUNT_PROCESSES, (APPLICATION_NAME,)).fetchone()
        processes = max(1, row[0] if row else 1)
        due = math.ceil(len(shares) / processes)
        for share in sorted(self._holdings)[due:]:
            log.info("giving up share %s: another process is to have it", share)
            self._holdings[share].stopping.set()
        # Whoever starts and is alone need not wait for anybody to come back.
        patience = FREE_LOOKS if self._has_looked or processes > 1 else 1
        self._has_looked = True
        for share in shares:
            if share in self._holdings or not self._is_free(connection, share):
                self._free_for.pop(share, None)
                continue
            looks = self._free_for[share] = self._free_for.get(share, 0) + 1
            if looks >= (patience if len(self._holdings) < due else NEGLECTED_LOOKS):
                self._hold(share)

    def _is_free(self, connection: Connection[TupleRow], share: str) -> bool:
        """Whether nobody has the lease now; the worker itself takes it, on its own session."""
        row = connection.execute(TRY_LOCK, (share,)).fetchone()
        if not (row and row[0]):
            return False
        connection.execute(UNLOCK, (share,))
        return True

    def _hold(self, share: str) -> None:
        with self._lock:
            # Whoever is being stopped begins nothing.
            if not self._stopping.is_set():
                log.info("taking share %s", share)
                self._holdings[share] = self._begin(share)

    def _begin(self, share: str) -> Holding:
        stopping = threading.Event()
        worker = Worker(self._settings.model_copy(update={"share": share}), stopping)
        holding = Holding(share, worker, stopping)
        holding.thread = threading.Thread(target=holding.work, name=share)
        holding.thread.start()
        watching = (worker.watchdog, stopping)
        threading.Thread(target=guard, args=watching, name=f"watchdog of {share}", daemon=True).start()
        return holding

    def _reap(self) -> None:
        """Let go of what has ended; an end that nobody asked for ends the process, so that it is seen."""
        if self._failure is not None:
            raise self._failure
        for holding in list(self._holdings.values()):
            if holding.thread is not None and not holding.thread.is_alive():
                del self._holdings[holding.share]
                if holding.failure is not None:
                    raise holding.failure

    def _release_all(self) -> None:
        self._stopping.set()
        with self._lock:
            holdings = list(self._holdings.values())
        for holding in holdings:
            holding.stopping.set()
        for holding in holdings:
            if holding.thread is not None:
                holding.thread.join(STOP_SECONDS)
