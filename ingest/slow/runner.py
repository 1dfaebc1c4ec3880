"""The slow work of the service, on a thread of an ingest process; of all processes, one does it at a time.

The lease is an advisory lock of this thread's own database session: when the process dies, the server ends the session
and the lock with it, and another one goes on where the tables say this one was.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence

from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.clock import DatabaseClock
from ingest.database_link import Outage, first_line
from ingest.rules_file import RulesFile
from ingest.slow.looks import LookError, Registered
from ingest.slow.schedule import take_step
from ingest.store_alerts import write_catalogue
from ingest.store_roster import load_roster, read_version
from rules.catalogue import CATALOGUE, SLOW_RULES
from rules.parameters import Parameters
from rules.places import Places
from rules.slow.slow_rule import SlowRule
from schemas.database import connect
from schemas.roster import Roster
from schemas.settings import Settings

log = logging.getLogger(__name__)

LOOK_SECONDS, RETRY_SECONDS = 5.0, 60.0
# Between two steps: whoever stores readings has the database to itself for as long.
PAUSE_SECONDS = 0.05
# While readings wait to be stored the slow work stands back, but a city that is always behind must not go without it.
STANDS_BACK_SECONDS = 600.0
# The judging of readings, in the same process, comes first.
NICENESS = 10

APPLICATION_NAME = "fengsui slow rules"
TRY_LEASE = "SELECT pg_try_advisory_lock(hashtext('fengsui slow'), 0)"
# An hour of a city is summed up in seconds; a sort of it may take more memory than an ordinary question's, and no
# second process of the database's: those are for whoever stores.
SET_BOUNDS = """
SELECT set_config('lock_timeout', '2s', false), set_config('work_mem', '64MB', false), set_config('jit', 'off', false),
       set_config('max_parallel_workers_per_gather', '0', false)"""


class SlowRunner:
    """Looks every few seconds whether something is due and, if it has the lease, does it.

    `is_behind` tells whether readings wait to be stored: after an absence, all that was missed is stored first.
    """

    def __init__(self, settings: Settings, stopping: threading.Event, is_behind: Callable[[], bool]) -> None:
        self._settings = settings
        self._stopping = stopping
        self._is_behind = is_behind
        self._worked_at = time.monotonic()
        self._clock = DatabaseClock()
        self._rules_file = RulesFile(settings.rules_file, CATALOGUE)
        self._parameters: Parameters | None = None
        self._registered: Registered | None = None
        self._connection: Connection[TupleRow] | None = None
        self._leads = False
        self._failed = False
        self._rules: Sequence[SlowRule] = SLOW_RULES

    def run(self) -> None:
        """Until told to stop."""
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        # Whoever comes back begins with what has waited for it at the broker.
        while not self._stopping.wait(RETRY_SECONDS if self._failed else LOOK_SECONDS):
            self._look()
        self._close()

    def _look(self) -> None:
        try:
            if self._connection is None:
                self._connection = connect(self._settings.database_url or "", APPLICATION_NAME)
                self._connection.execute(SET_BOUNDS)
            self._leads = self._leads or self._take_lease(self._connection)
            if self._leads:
                self._work(self._connection)
            self._failed = False
        except Outage as error:
            # Whatever was begun is undone, and done again.
            log.warning("slow rules wait for the database: %s", first_line(error))
            self._close()
        except Exception:
            # Fires are seen in this process: what is wrong with the slow work must not end it. Another one may lead.
            log.exception("the slow work failed and is tried again in %g s", RETRY_SECONDS)
            self._failed = True
            self._close()

    def _take_lease(self, connection: Connection[TupleRow]) -> bool:
        row = connection.execute(TRY_LEASE).fetchone()
        if not (row and row[0]):
            return False
        log.info("this process looks at hours and days")
        with connection.transaction(), connection.cursor() as cursor:
            write_catalogue(cursor, CATALOGUE)
        return True

    def _work(self, connection: Connection[TupleRow]) -> None:
        self._clock.ask(connection)
        registered = self._register(connection)
        while self._may_work() and self._step(connection, registered):
            self._worked_at = time.monotonic()
            registered = self._register(connection)

    def _may_work(self) -> bool:
        if self._stopping.wait(PAUSE_SECONDS):
            return False
        return not self._is_behind() or time.monotonic() - self._worked_at > STANDS_BACK_SECONDS

    def _step(self, connection: Connection[TupleRow], registered: Registered) -> bool:
        try:
            return take_step(connection, registered, self._clock.now(), self._rules)
        except LookError as error:
            log.exception("%s", error)
            self._rules = [rule for rule in self._rules if rule.id != error.rule.id]
            return True

    def _register(self, connection: Connection[TupleRow]) -> Registered:
        """The registry and the parameters as they are now."""
        self._rules_file.look()
        fresh = self._rules_file.take()
        known = self._registered
        if fresh is None and known is not None and known.roster.version == read_version(connection):
            return known
        self._parameters = fresh or self._parameters
        assert self._parameters is not None
        before = Roster.empty() if known is None else known.roster
        roster = load_roster(connection, before, self._settings.share)
        self._registered = Registered(roster, self._parameters.resolve(roster), Places(roster))
        return self._registered

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._leads = None, False
