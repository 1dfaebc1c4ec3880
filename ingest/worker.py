"""One share at work: takes what the broker has for it, sends it down the path, shows that it lives."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.clock import DatabaseClock
from ingest.committer import Committer
from ingest.database_link import START_SECONDS, AwayError, DatabaseLink, WorkerTakenError
from ingest.heartbeat import Heartbeat
from ingest.path import ReadingPath
from ingest.restore import read_known
from ingest.rules_file import RulesFile, RulesState
from ingest.spool import Spool, SpoolFullError
from ingest.spool_file import SpoolTakenError
from ingest.store_alerts import write_catalogue
from ingest.store_roster import load_roster
from ingest.subscriber import Subscriber
from ingest.watchdog import COMMITTER_LIMIT_US, NETWORK_LIMIT_US, Watchdog
from rules.catalogue import CATALOGUE
from rules.engine import Engine
from schemas.columns import MICROSECONDS
from schemas.roster import Roster
from schemas.settings import Settings

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.5
# By default a thread that comes back from the database's or broker's socket waits up to 5 ms for another one that is
# computing; meanwhile the database has nothing to do.
SWITCH_SECONDS = 0.0005
# Longer than this between two batches and the worker itself was held up: what it did not hear, it could not hear.
DEAF_AFTER_US = 5 * MICROSECONDS


Result = TypeVar("Result")


class StoppedError(Exception):
    """The worker was told to stop before it had begun."""


class Worker:
    """Owns the parts of one share's path and the loop that drives them; runs on a thread of its own."""

    def __init__(self, settings: Settings, stopping: threading.Event) -> None:
        assert settings.database_url is not None
        self._settings = settings
        self._stopping = stopping
        self._database = DatabaseLink(settings.database_url, settings.share)
        self._spool = Spool(settings.spool_path, settings.spool_max_bytes)
        self._clock = DatabaseClock()
        self._subscriber = Subscriber(settings, self._clock.now)
        self._rules_file = RulesFile(settings.rules_file, CATALOGUE)
        self._heartbeat = Heartbeat(settings.share, socket.gethostname(), os.getpid(), self._clock.now())
        self._committer = Committer(
            settings, self._database, self._spool, self._subscriber, self._heartbeat, self._clock
        )
        self.watchdog = Watchdog()
        self._engine = Engine(self._rules_file.take())
        self._note_parameters()
        self._session = 0
        self._looked_at = 0

    @property
    def listening(self) -> bool:
        """Whether the broker is there and sends its messages to this worker."""
        return self._subscriber.connected

    @property
    def behind(self) -> bool:
        """Whether more has been received than is judged and stored at a time."""
        return self._subscriber.unacknowledged > self._settings.batch_max_messages

    def run(self) -> None:
        """Until told to stop: what was taken is stored and acknowledged, the rest stays with the broker.

        Raises
        ------
        WorkerTakenError
            Another process has become this worker.
        """
        sys.setswitchinterval(SWITCH_SECONDS)
        try:
            if self._database.open(self._stopping):
                self._work()
        except StoppedError as stop:
            log.info("%s", stop)
        finally:
            self.watchdog.stand_down()
            self._subscriber.stop()
            self._database.close()
            self._spool.close()

    def _work(self) -> None:
        path = self._begin()
        try:
            # The broker is asked for messages only once there is somebody to store them.
            self._subscriber.start()
            self._watch()
            self._rules_file.watch(self._stopping)
            while not self._stopping.is_set():
                self._work_once(path)
            # What was received already need not be delivered again.
            path.process(self._subscriber.take(self._settings.receive_maximum, 0, 0), self._clock.now())
        finally:
            self._committer.stop()

    def _watch(self) -> None:
        subscriber, committer = self._subscriber, self._committer
        self.watchdog.watch(
            "the network thread", lambda: subscriber.rounds, NETWORK_LIMIT_US, lambda: subscriber.running
        )
        self.watchdog.watch("the committer", lambda: committer.rounds, COMMITTER_LIMIT_US)

    def _begin(self) -> ReadingPath:
        """Store what was spooled, take over what the tables know, and judge what is already true."""
        self._patiently(self._clock.ask)
        now = self._clock.now()
        share = self._settings.share
        roster = self._patiently(lambda link: load_roster(link, Roster.empty(), share))
        self._patiently(_publish_catalogue)
        self._committer.adopt(roster)
        self._open_spool()
        while len(self._spool):
            self._committer.drain_spool()
            self._wait_a_moment()
        self._engine.adopt(roster)
        worked = roster.taken_over_since(Roster.empty())
        known = self._patiently(lambda link: read_known(link, roster, worked, now))
        self._subscriber.attend(roster.hears, roster.foreign)
        self._committer.start()
        attend = self._subscriber.attend
        path = ReadingPath(self._settings, self._committer, self._engine, roster, now, attend)
        path.take_over(known)
        path.tell_warnings()
        return path

    def _open_spool(self) -> None:
        """Another process of this machine may still hold the file, or its disk be full."""
        told = False
        while True:
            try:
                self._spool.open()
                return
            except (SpoolTakenError, SpoolFullError) as error:
                if not told:
                    log.warning("%s; waiting for it", error)
                told = True
                self._wait_a_moment()

    def _work_once(self, path: ReadingPath) -> None:
        settings = self._settings
        messages = self._subscriber.take(
            settings.batch_max_messages, settings.batch_max_age_ms / 1000, PATIENCE_SECONDS
        )
        now = self._clock.now()
        self._notice_deafness(path, now)
        self._take_parameters(path)
        path.process(messages, now)
        if self._subscriber.taken_over:
            raise WorkerTakenError(f"another client has the session of share {self._settings.share}")
        self._looked_at = self._clock.now()

    def _take_parameters(self, path: ReadingPath) -> None:
        parameters = self._rules_file.take()
        if parameters is not None:
            path.use(parameters)
        self._note_parameters()

    def _note_parameters(self) -> None:
        error = self._rules_file.state.error
        self._heartbeat.judge_by(RulesState(self._engine.parameters_version, error))

    def _notice_deafness(self, path: ReadingPath, now: int) -> None:
        """While the broker was away or this process was held up, silence says nothing about devices."""
        held_up = now - self._looked_at > DEAF_AFTER_US
        if held_up or not self._subscriber.connected or self._session != self._subscriber.session:
            self._session = self._subscriber.session
            path.listen_from(now)

    def _patiently(self, operation: Callable[[Connection[TupleRow]], Result]) -> Result:
        """Run an operation at start, again until the database serves."""
        while True:
            try:
                return self._database.run(operation, START_SECONDS)
            except AwayError:
                self._wait_a_moment()

    def _wait_a_moment(self) -> None:
        if self._stopping.wait(0.1):
            raise StoppedError("told to stop before the database served")


def _publish_catalogue(connection: Connection[TupleRow]) -> None:
    with connection.transaction(), connection.cursor() as cursor:
        write_catalogue(cursor, CATALOGUE)
