"""The ingest process: takes what the broker has, sends it down the path, shows that it lives."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time

from ingest.database_link import DatabaseLink, StoppedError, WorkerTakenError
from ingest.heartbeat import Heartbeat
from ingest.path import ReadingPath
from ingest.subscriber import Subscriber
from schemas.columns import MICROSECONDS
from schemas.settings import Settings

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.5
# Longer than this between two batches and the worker itself was held up: what it did not hear, it could not hear.
DEAF_AFTER_US = 5 * MICROSECONDS


def run_worker(settings: Settings) -> int:
    """Work until SIGTERM or SIGINT; returns the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    stopping = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stopping.set())
    try:
        Worker(settings, stopping).run()
    except WorkerTakenError as error:
        log.error("%s: leaving it the place", error)
        return 1
    return 0


class Worker:
    """Owns the parts of one ingest process and the loop that drives them."""

    def __init__(self, settings: Settings, stopping: threading.Event) -> None:
        assert settings.database_url is not None
        self._settings = settings
        self._stopping = stopping
        self._database = DatabaseLink(settings.database_url, settings.worker, stopping)
        self._subscriber = Subscriber(settings)
        self._path = ReadingPath(settings, self._database, self._subscriber)
        self._heartbeat = Heartbeat(settings.worker, os.getpid(), _now())
        self._session = 0
        self._looked_at = 0

    @property
    def listening(self) -> bool:
        """Whether the broker is there and sends its messages to this worker."""
        return self._subscriber.connected

    def run(self) -> None:
        """Until told to stop: what was taken is committed and acknowledged, the rest stays with the broker.

        Raises
        ------
        WorkerTakenError
            Another process has become this worker.
        """
        try:
            self._database.open()
            self._path.begin(_now())
            # The broker is asked for messages only once there is somebody to store them.
            self._subscriber.start()
            while not self._stopping.is_set():
                self._work_once()
        except StoppedError as stop:
            log.info("%s", stop)
        finally:
            self._subscriber.stop()
            self._database.close()

    def _work_once(self) -> None:
        settings = self._settings
        messages = self._subscriber.take(
            settings.batch_max_messages, settings.batch_max_age_ms / 1000, PATIENCE_SECONDS
        )
        self._notice_deafness(_now())
        resolved = self._path.process(messages, _now())
        now = _now()
        if messages:
            self._heartbeat.count(now, len(messages), resolved.samples_received, messages[0].received_at)
        if self._heartbeat.is_due(now):
            connected, note = self._subscriber.connected, self._subscriber.note
            self._database.run(lambda link: self._heartbeat.write(link, now, connected, note))
        self._looked_at = _now()

    def _notice_deafness(self, now: int) -> None:
        """While the broker was away or this process was held up, silence says nothing about devices."""
        held_up = now - self._looked_at > DEAF_AFTER_US
        if held_up or not self._subscriber.connected or self._session != self._subscriber.session:
            self._session = self._subscriber.session
            self._path.listen_from(now)


def _now() -> int:
    return time.time_ns() // 1000
