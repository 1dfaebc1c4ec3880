"""The path of a reading, composed: each stage over the columns of a batch, in the order of DESIGN's picture."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from ingest.committer import Committer, FreshRoster
from ingest.decoding import Decoded, decode_messages
from ingest.resolving import Resolved, resolve_messages
from ingest.restore import Known, restore_engine
from ingest.snapshots import Snapshot, SnapshotRound
from ingest.subscriber import Message
from ingest.work import Work
from rules.changes import Change
from rules.engine import Engine
from rules.parameters import Parameters
from schemas.roster import Roster
from schemas.settings import Settings

log = logging.getLogger(__name__)

REGISTRY_PATIENCE_SECONDS = 1.0


class ReadingPath:
    """Everything between a received message and its acknowledgement, for one share of the buildings."""

    def __init__(
        self,
        settings: Settings,
        committer: Committer,
        engine: Engine,
        roster: Roster,
        now: int,
        attend: Callable[[frozenset[str] | None, frozenset[str]], None],
    ) -> None:
        self._settings = settings
        self._committer = committer
        self._engine = engine
        self._roster = roster
        self._attend = attend
        # Numbers go on from the clock, so that they are larger than those of any earlier run.
        self._batch_number = now
        self._snapshot_round = SnapshotRound(now)
        self._received_upto = 0

    def process(self, messages: list[Message], now: int) -> None:
        """One batch, from the broker to the committer. An empty batch judges the passing of time."""
        self._adopt(self._committer.take_roster())
        decoded = decode_messages(messages, self._settings.topic_root)
        resolved = self._resolve(messages, decoded)
        changes = self._engine.evaluate(resolved.batch, now)
        self.store_and_acknowledge(resolved, changes, self._take_snapshots(resolved, now))

    def use(self, parameters: Parameters) -> None:
        """Judge by other parameters from the next batch on."""
        self._engine.use(parameters)
        self.tell_warnings()

    def tell_warnings(self) -> None:
        """Log what of the parameters nobody has registered, or does not go together."""
        for warning in self._engine.warnings:
            log.warning("parameters %s: %s", self._engine.parameters_version, warning)

    def take_over(self, known: Known) -> None:
        """Bring the engine to where the tables are, and tell what follows from what was heard meanwhile."""
        changes = restore_engine(self._engine, known, self._roster)
        resolved = resolve_messages([], [], self._roster, self._settings)
        # Nothing was received, but how far these devices are stored may have moved.
        resolved.heard.update((slot, 0) for slot, _ in known.sequences)
        self._hand_over(resolved, changes, {slot for slot, _ in known.sequences})

    def store_and_acknowledge(
        self, resolved: Resolved, changes: list[Change], snapshots: Sequence[Snapshot] = ()
    ) -> None:
        """Hand over to the committer, which stores the batch and then acknowledges its messages."""
        self._hand_over(resolved, changes, {slot for slot, _ in resolved.batch.seqs}, snapshots)

    def _hand_over(
        self,
        resolved: Resolved,
        changes: list[Change],
        numbered: set[int],
        snapshots: Sequence[Snapshot] = (),
    ) -> None:
        """`numbered` are the slots of devices that are told how far they are stored."""
        if resolved.messages or resolved.heard or changes or snapshots:
            self._batch_number += 1
            receipts = self._make_receipts(numbered)
            share = self._settings.share
            version = self._engine.parameters_version
            work = Work(
                share, self._batch_number, resolved, changes, self._roster, receipts, version, snapshots
            )
            # Here, while the database is busy with the batch before.
            work.prepare()
            self._committer.submit(work)

    def _take_snapshots(self, resolved: Resolved, now: int) -> list[Snapshot]:
        """Of the buildings whose turn it is, once anything has been received at all."""
        received_at = resolved.batch.readings["received_at"]
        self._received_upto = max(self._received_upto, int(received_at.max(initial=0)))
        if not self._received_upto:
            return []
        ids = self._roster.sites["building_id"]
        return [
            Snapshot(int(ids[slot]), self._received_upto, self._engine.snapshot(slot))
            for slot in self._snapshot_round.take_turns(self._roster, now)
        ]

    def listen_from(self, now: int) -> None:
        """Say that nobody could be heard before `now`: devices were not silent then, we were deaf."""
        self._engine.listen_from(now)

    def _resolve(self, messages: list[Message], decoded: list[Decoded]) -> Resolved:
        resolved = resolve_messages(messages, decoded, self._roster, self._settings)
        # A name that is not known may have been registered a moment ago.
        if resolved.names_unregistered and self._adopt(
            self._committer.look_at_registry(REGISTRY_PATIENCE_SECONDS)
        ):
            resolved = resolve_messages(messages, decoded, self._roster, self._settings)
        return resolved

    def _make_receipts(self, slots: set[int]) -> dict[int, int]:
        """Of devices that this share answers for: while a building moves, another share holds a part of it."""
        sequences, served = self._engine.sequences, self._roster.devices["served"]
        numbers = {slot: sequences.contiguous(slot) for slot in slots if served[slot]}
        return {slot: seq for slot, seq in numbers.items() if seq is not None}

    def _adopt(self, news: FreshRoster | None) -> bool:
        if news is None:
            return False
        fresh = self._roster = news.roster
        self._engine.adopt(fresh)
        self._attend(fresh.hears, fresh.foreign)
        if news.known is not None:
            self.take_over(news.known)
        log.info(
            "registry version %d: %d sensors of %d devices",
            fresh.version,
            len(fresh.sensors),
            len(fresh.devices),
        )
        return True
