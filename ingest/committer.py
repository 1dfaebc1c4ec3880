"""The second half of the path, on a thread of its own: store, acknowledge, tell.

While it waits for the database's commit, the worker's thread decodes and judges the next batch. While the
database is away, batches go to the spool and are acknowledged from there; afterwards they are stored in order
before anything newer.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from psycopg import Connection
from psycopg.rows import TupleRow

from ingest.database_link import AwayError, DatabaseLink
from ingest.decoding import decode_messages
from ingest.heartbeat import Heartbeat
from ingest.moves import Moves
from ingest.notices import make_notices
from ingest.receipts import Receipts
from ingest.resolving import resolve_messages
from ingest.restore import Known, read_known
from ingest.spool import Spool, SpooledBatch, SpoolFullError, pack_change, unpack_change
from ingest.store import Work, commit_batch, was_committed
from ingest.store_roster import load_roster, read_version
from ingest.subscriber import Subscriber
from rules.catalogue import CATALOGUE
from schemas.roster import Roster
from schemas.settings import Settings

log = logging.getLogger(__name__)

# One batch being stored, one ready to follow; more would only delay what is judged.
MOST_WAITING = 1
IDLE_SECONDS = 0.25
REGISTRY_LOOK_US, MOVE_LOOK_US = 1_000_000, 100_000
# A commit that takes longer than this is held up; its alerts are told before they are stored.
HELD_UP_SECONDS = 0.5
SPOOL_RETRY_SECONDS = 0.5


@dataclass(frozen=True)
class FreshRoster:
    """The registry as it is now, with what the tables know of buildings that have come to this share since `base`."""

    roster: Roster
    known: Known | None
    base: Roster


@dataclass
class RegistryLook:
    """Somebody waits to know whether the registry has moved."""

    done: threading.Event = field(default_factory=threading.Event)


class Committer:
    """Owns the database from the first batch on; one thread, so that the order of batches is kept."""

    def __init__(
        self,
        settings: Settings,
        database: DatabaseLink,
        spool: Spool,
        subscriber: Subscriber,
        heartbeat: Heartbeat,
        clock: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._database = database
        self._spool = spool
        self._subscriber = subscriber
        self._heartbeat = heartbeat
        self._clock = clock
        self._receipts = Receipts()
        self._moves = Moves(settings.worker, subscriber)
        self._rules = {rule.id: rule for rule in CATALOGUE}
        self._waiting: queue.Queue[Work | RegistryLook] = queue.Queue(MOST_WAITING)
        self._stopping = threading.Event()
        self._roster = Roster.empty()
        self._fresh_roster: FreshRoster | None = None
        self._registry_looked_at = 0
        self._thread = threading.Thread(target=self._run, name="committer")
        self._failure: BaseException | None = None

    # For the worker's thread

    def adopt(self, roster: Roster) -> None:
        """The registry as it is at start; later ones the committer reads itself."""
        self._roster = roster

    def start(self) -> None:
        self._thread.start()

    def submit(self, work: Work) -> None:
        """Hand a batch over; waits while the one before is being stored. Raises what ended the committer."""
        told = False
        while not self._try_put(work, HELD_UP_SECONDS):
            if not told:
                self._tell(work, persisted=False)
            told = True

    def take_roster(self) -> FreshRoster | None:
        """A registry newer than the last one taken, if the committer has seen one.

        Raises what ended the committer.
        """
        if self._failure is not None:
            raise self._failure
        fresh, self._fresh_roster = self._fresh_roster, None
        return fresh

    def look_at_registry(self, patience_seconds: float) -> FreshRoster | None:
        """Have the registry looked at now; None when it has not moved or the database does not serve."""
        look = RegistryLook()
        if self._try_put(look, patience_seconds):
            look.done.wait(patience_seconds)
        return self.take_roster()

    def stop(self) -> None:
        """Store or spool what was handed over, then end. Raises what ended the committer before."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _try_put(self, item: Work | RegistryLook, seconds: float) -> bool:
        if self._failure is not None:
            raise self._failure
        try:
            self._waiting.put(item, timeout=seconds)
        except queue.Full:
            return False
        return True

    # On the committer's own thread

    def _run(self) -> None:
        try:
            while not (self._stopping.is_set() and self._waiting.empty()):
                self._work_once()
            self._send_receipts(self._receipts.take_all())
        except BaseException as error:  # noqa: BLE001 - it ends the worker, on the worker's own thread
            self._failure = error

    def _work_once(self) -> None:
        try:
            item = self._waiting.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            item = None
        if isinstance(item, Work):
            self._finish(item)
        if len(self._spool):
            self.drain_spool()
        self._keep_house(look=isinstance(item, RegistryLook))
        if isinstance(item, RegistryLook):
            item.done.set()

    def _finish(self, work: Work) -> None:
        """Store a batch, or spool it, and only then acknowledge its messages."""
        if not len(self._spool) and self._store(work):
            self._tell(work, persisted=True)
        elif not self._put_aside(work):
            return
        self._subscriber.acknowledge(work.resolved.messages)

    def _store(self, work: Work) -> bool:
        """Whether the batch is in the database. After a lost connection it may be there already."""
        for attempt in (1, 2):
            try:
                self._database.run(partial(commit_batch if attempt == 1 else _commit_unless_there, work))
            except AwayError:
                # A server that only dropped this connection is back within moments.
                self._stopping.wait(0.2)
                continue
            self._count(work)
            return True
        return False

    def _put_aside(self, work: Work) -> bool:
        """Into the spool; while that is full nothing is acknowledged, and the broker keeps what comes."""
        self._tell(work, persisted=False)
        device_ids = work.roster.devices["device_id"]
        receipts = [(int(device_ids[slot]), seq) for slot, seq in work.receipts.items()]
        changes = [pack_change(change) for change in work.changes]
        batch = SpooledBatch(work.number, work.resolved.messages, changes, receipts)
        while True:
            try:
                self._spool.append(batch)
                return True
            except SpoolFullError as error:
                log.error("%s; nothing is acknowledged until the database is back", error)
                self.drain_spool()
            if self._stopping.wait(SPOOL_RETRY_SECONDS):
                return False

    def drain_spool(self) -> None:
        """Store what was spooled, from the oldest on, until the spool is empty or the database is away."""
        for batch in self._spool.drain():
            work = self._restore_work(batch)
            try:
                self._database.run(partial(_commit_unless_there, work))
            except AwayError:
                return
            self._spool.remove(batch.number)
            self._count(work)
            self._tell(work, persisted=True)
            # What comes meanwhile joins the queue's end; it must not wait for the whole of it.
            if not self._waiting.empty():
                return

    def _restore_work(self, batch: SpooledBatch) -> Work:
        decoded = decode_messages(batch.messages, self._settings.topic_root)
        resolved = resolve_messages(batch.messages, decoded, self._roster, self._settings)
        changes = [unpack_change(change, self._rules) for change in batch.changes]
        slots = self._roster.device_slots
        receipts = {slots[device_id]: seq for device_id, seq in batch.receipts}
        return Work(self._settings.worker, batch.number, resolved, changes, self._roster, receipts)

    def _count(self, work: Work) -> None:
        messages = work.resolved.messages
        if messages:
            samples = work.resolved.samples_received
            self._heartbeat.count(self._clock(), len(messages), samples, messages[0].received_at)

    def _tell(self, work: Work, *, persisted: bool) -> None:
        """Notices of its alerts and, once it is stored, the receipts of its devices that are due."""
        root = self._settings.topic_root
        for building, notice in make_notices(work, persisted=persisted):
            self._subscriber.publish(f"{root}/alerts/{building}", notice, qos=1, retain=False)
        if persisted:
            self._receipts.add(work.receipts)
            self._send_receipts(self._receipts.take(self._clock()))

    def _send_receipts(self, receipts: Iterable[tuple[int, int]]) -> None:
        served = self._roster.devices["served"]
        for slot, seq in receipts:
            if not served[slot]:
                # Its building has moved on; an older number must not replace what its new share tells.
                continue
            building, device = self._roster.codes[slot]
            topic = f"{self._settings.topic_root}/{building}/{device}/receipts"
            self._subscriber.publish(topic, f'{{"seq": {seq}}}', qos=0, retain=True)

    def _keep_house(self, *, look: bool) -> None:
        """Receipts held back; sign of life and a look at the registry, when due and the database serves."""
        now = self._clock()
        self._send_receipts(self._receipts.take(now))
        try:
            if self._heartbeat.is_due(now):
                connected, note = self._subscriber.connected, self._subscriber.note
                self._database.run(lambda link: self._heartbeat.write(link, now, connected, note))
            pause = MOVE_LOOK_US if self._moves.under_way else REGISTRY_LOOK_US
            if look or now - self._registry_looked_at >= pause:
                self._registry_looked_at = now
                self._database.run(lambda link: self._moves.step(link, spool_is_empty=not len(self._spool)))
                if self._database.run(read_version) != self._roster.version:
                    self._read_roster(now)
        except AwayError:
            pass

    def _read_roster(self, now: int) -> None:
        fresh = self._database.run(lambda link: load_roster(link, self._roster, self._settings.worker))
        # One that the worker's thread has not taken up yet is replaced, and all that has come since goes with it.
        pending = self._fresh_roster
        base = pending.base if pending is not None else self._roster
        come = fresh.taken_over_since(base)
        known = self._database.run(lambda link: read_known(link, fresh, come, now)) if come else None
        self._roster = fresh
        self._fresh_roster = FreshRoster(fresh, known, base)


def _commit_unless_there(work: Work, connection: Connection[TupleRow]) -> None:
    if not was_committed(work, connection):
        commit_batch(work, connection)
