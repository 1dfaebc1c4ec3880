"""The path of a reading, composed: each stage over the columns of a batch, in the order of DESIGN's picture."""

from __future__ import annotations

import logging

from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.database_link import DatabaseLink
from ingest.decoding import Decoded, decode_messages
from ingest.resolving import Resolved, resolve_messages
from ingest.restore import restore_engine
from ingest.store import Work, commit_batch, was_committed
from ingest.store_alerts import write_catalogue
from ingest.store_roster import load_roster, read_version
from ingest.subscriber import Message, Subscriber
from rules.catalogue import CATALOGUE
from rules.changes import Change
from rules.engine import Engine
from schemas.roster import Roster
from schemas.settings import Settings

log = logging.getLogger(__name__)

REGISTRY_LOOK_US = 1_000_000


class ReadingPath:
    """Everything between a received message and its acknowledgement, for one share of the buildings."""

    def __init__(self, settings: Settings, database: DatabaseLink, subscriber: Subscriber) -> None:
        self._settings = settings
        self._database = database
        self._subscriber = subscriber
        self._roster = Roster.empty()
        self._registry_looked_at = 0
        self._engine = Engine()
        self._batch_number = 0

    def begin(self, now: int) -> None:
        """Read the registry, take over what the tables know, and judge what is already true."""
        # Numbers go on from the clock, so that they are larger than those of any earlier run.
        self._batch_number = now
        self._database.run(_publish_catalogue)
        self._adopt_registry(now)
        changes = self._database.run(lambda link: restore_engine(link, self._engine, self._roster, now))
        self._commit(resolve_messages([], [], self._roster, self._settings), changes)

    def process(self, messages: list[Message], now: int) -> Resolved:
        """One batch from the broker to its acknowledgement. An empty batch judges the passing of time."""
        if now - self._registry_looked_at >= REGISTRY_LOOK_US:
            self._look_at_registry(now)
        decoded = decode_messages(messages, self._settings.topic_root)
        resolved = self._resolve(messages, decoded, now)
        changes = self._engine.evaluate(resolved.batch, now)
        self._commit(resolved, changes)
        self._subscriber.acknowledge(messages)
        self._publish_receipts(resolved)
        return resolved

    def listen_from(self, now: int) -> None:
        """Say that nobody could be heard before `now`: devices were not silent then, we were deaf."""
        self._engine.listen_from(now)

    def _commit(self, resolved: Resolved, changes: list[Change]) -> None:
        if not resolved.messages and not changes:
            return
        self._batch_number += 1
        work = Work(self._settings.worker, self._batch_number, resolved, changes, self._roster)
        tried = False

        def commit(connection: Connection[TupleRow]) -> None:
            nonlocal tried
            if not (tried and was_committed(connection, work)):
                tried = True
                commit_batch(connection, work)

        self._database.run(commit)

    def _publish_receipts(self, resolved: Resolved) -> None:
        for slot, seq in resolved.seqs.items():
            building, device = self._roster.codes[slot]
            self._subscriber.publish_receipt(f"{self._settings.topic_root}/{building}/{device}/receipts", seq)

    def _resolve(self, messages: list[Message], decoded: list[Decoded], now: int) -> Resolved:
        resolved = resolve_messages(messages, decoded, self._roster, self._settings)
        # A name that is not known may have been registered a moment ago.
        if resolved.names_unregistered and self._look_at_registry(now):
            resolved = resolve_messages(messages, decoded, self._roster, self._settings)
        return resolved

    def _look_at_registry(self, now: int) -> bool:
        """Take over the registry if it has moved; whether it had."""
        self._registry_looked_at = now
        moved = self._database.run(read_version) != self._roster.version
        if moved:
            self._adopt_registry(now)
        return moved

    def _adopt_registry(self, now: int) -> None:
        self._registry_looked_at = now
        self._roster = self._database.run(lambda link: load_roster(link, self._roster))
        self._engine.adopt(self._roster)
        counts = len(self._roster.sensors), len(self._roster.devices)
        log.info("registry version %d: %d sensors of %d devices", self._roster.version, *counts)


def _publish_catalogue(connection: Connection[TupleRow]) -> None:
    with connection.transaction(), connection.cursor() as cursor:
        write_catalogue(cursor, CATALOGUE)
