"""The second half of the path, on a thread of its own: store, acknowledge, tell.

While it waits for the database's commit, the worker's thread decodes and judges the next batch. While the
database is away, batches go to the spool and are acknowledged from there; afterwards they are stored in order
before anything newer.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from ingest.clock import DatabaseClock
from ingest.closed_by_force import raise_anew
from ingest.database_link import AwayError, DatabaseLink
from ingest.drain import Drain
from ingest.hand_over import HandOver
from ingest.heartbeat import Heartbeat
from ingest.lanes import forget_old_lanes
from ingest.left_behind import LeftBehind
from ingest.moves import Moves
from ingest.notices import HELD_UP_SECONDS, Notices
from ingest.receipts import Receipts
from ingest.restore import Known, read_known
from ingest.spool import Spool, SpoolFullError
from ingest.spooled_work import pack_work
from ingest.store import commit_batch
from ingest.store_roster import load_roster, read_version
from ingest.subscriber import Subscriber
from ingest.work import Work
from schemas.roster import Roster
from schemas.settings import Settings

log = logging.getLogger(__name__)

# One batch being stored, one ready to follow; more would only delay what is judged. While a batch is held up the
# others must be judged all the same; receive-maximum bounds them, and this what comes at QoS 0.
MOST_WAITING = 1
MOST_HELD_UP = 64
IDLE_SECONDS = 0.25
REGISTRY_LOOK_US, MOVE_LOOK_US = 1_000_000, 100_000
# The registry is large, and read seldom.
REGISTRY_SECONDS = 60.0
SPOOL_RETRY_SECONDS = 0.2


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
        clock: DatabaseClock,
    ) -> None:
        self._settings = settings
        self._database = database
        self._spool = spool
        self._subscriber = subscriber
        self._heartbeat = heartbeat
        self._clock = clock
        self._receipts = Receipts()
        self._moves = Moves(settings.share, subscriber)
        self._notices = Notices(self._publish_notice)
        self._drain = Drain(settings, database, spool, self._note_stored)
        self._left_behind = LeftBehind(settings, database, self._note_stored)
        self._waiting: HandOver[Work | RegistryLook] = HandOver()
        self._stopping = threading.Event()
        self._roster = Roster.empty()
        self._fresh_roster: FreshRoster | None = None
        self._registry_looked_at = 0
        self._thread = threading.Thread(target=self._run, name="committer")
        self._failure: BaseException | None = None
        self.rounds = 0
        """Grows as long as this thread works, also while the database is away or the spool full."""

    # For the worker's thread

    def adopt(self, roster: Roster) -> None:
        """The registry as it is at start; later ones the committer reads itself."""
        self._roster = roster

    def start(self) -> None:
        """Begin, with a spool that has been drained."""
        self._spool.begin_lane()
        self._thread.start()

    def submit(self, work: Work) -> None:
        """Hand a batch over; waits while the one before is being stored. Raises what ended the committer."""
        self._notices.expect(work)
        at_most = MOST_WAITING
        while not self._put(work, at_most, HELD_UP_SECONDS):
            at_most = MOST_HELD_UP
            self._notices.tell_unpersisted(work)

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
        if self._database.connected and self._put(look, MOST_WAITING, patience_seconds):
            look.done.wait(patience_seconds)
        return self.take_roster()

    def stop(self) -> None:
        """Store or spool what was handed over, then end. Raises what ended the committer before."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._notices.close()
        if self._failure is not None:
            raise self._failure

    def _put(self, item: Work | RegistryLook, at_most: int, seconds: float) -> bool:
        if self._failure is not None:
            raise self._failure
        return self._waiting.put(item, at_most, seconds)

    # On the committer's own thread

    def _run(self) -> None:
        try:
            self._forget_old_lanes()
            while not (self._stopping.is_set() and not len(self._waiting)):
                self._work_once()
            self._send_receipts(self._receipts.take_all())
        except BaseException as error:  # noqa: BLE001 - it ends the worker, on the worker's own thread
            self._failure = error
        finally:
            self._left_behind.close()

    def _forget_old_lanes(self) -> None:
        try:
            self._database.run(forget_old_lanes)
        except AwayError:
            log.debug("lanes of former runs are forgotten at the next start")

    def _work_once(self) -> None:
        self.rounds += 1
        draining = len(self._spool) and self._database.connected
        item = self._waiting.take(0 if draining else IDLE_SECONDS)
        if isinstance(item, Work):
            self._finish(item)
        self._drain.step(self._roster)
        if not len(self._spool):
            self._left_behind.step(self._roster, self._clock.now())
        self._keep_house(look=isinstance(item, RegistryLook))
        if isinstance(item, RegistryLook):
            item.done.set()

    def _finish(self, work: Work) -> None:
        """Store a batch, or spool it, and only then acknowledge its messages."""
        # What comes while the spool is not empty joins its end, so that the order of batches is kept.
        if (not len(self._spool) and self._store(work)) or self._put_aside(work):
            self._subscriber.acknowledge(work.resolved.messages)

    def _store(self, work: Work) -> bool:
        """Whether the batch is in the database; when it is not known, the drain of the spool will ask."""
        try:
            self._database.run(partial(commit_batch, work, self._spool.lane, now=self._clock.now()))
        except AwayError:
            return False
        self._note_stored(work)
        return True

    def _put_aside(self, work: Work) -> bool:
        """Into the spool; while that is full nothing is acknowledged, and the broker keeps what comes."""
        self._notices.tell_unpersisted(work)
        batch = pack_work(work)
        told = False
        while True:
            self.rounds += 1
            try:
                self._spool.append(batch)
                return True
            except SpoolFullError as error:
                if not told:
                    log.error("%s; nothing is acknowledged until it does", error)
                told = True
            # Whatever the drain has stored has made room.
            if not self._drain.step(self._roster) and self._stopping.wait(SPOOL_RETRY_SECONDS):
                return False

    def drain_spool(self) -> None:
        """Store what was spooled, from the oldest on, until the spool is empty or the database is away."""
        while self._drain.step(self._roster):
            pass

    def _note_stored(self, work: Work) -> None:
        """It is in the database: count it, tell its alerts and, when they are due, its devices' receipts."""
        messages = work.resolved.messages
        if messages:
            samples = work.resolved.samples_received
            self._heartbeat.count(self._clock.now(), len(messages), samples, messages[0].received_at)
        self._notices.tell_persisted(work)
        self._receipts.add(work.receipts)
        self._send_receipts(self._receipts.take(self._clock.now()))

    def _publish_notice(self, building: str, notice: str) -> None:
        topic = f"{self._settings.topic_root}/alerts/{building}"
        self._subscriber.publish(topic, notice, qos=1, retain=False)

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
        now = self._clock.now()
        self._send_receipts(self._receipts.take(now))
        try:
            if self._heartbeat.is_due(now):
                beat = partial(
                    self._heartbeat.write,
                    now=now,
                    connected=self._subscriber.connected,
                    note=self._subscriber.note,
                    spool=self._spool.describe(),
                )
                self._database.run(beat)
                self._database.run(self._clock.ask)
            pause = MOVE_LOOK_US if self._moves.under_way else REGISTRY_LOOK_US
            if look or now - self._registry_looked_at >= pause:
                self._registry_looked_at = now
                self._database.run(lambda link: self._moves.step(link, spool_is_empty=not len(self._spool)))
                if self._database.run(read_version) != self._roster.version:
                    self._read_roster(now)
                self._raise_anew()
        except AwayError:
            pass

    def _raise_anew(self) -> None:
        """What somebody closed and what goes on, once the tables know all that has been judged."""
        while not len(self._spool) and (
            change := self._database.run(lambda link: raise_anew(link, self._roster))
        ):
            self._notices.tell_raised_anew(change, self._roster)

    def _read_roster(self, now: int) -> None:
        fresh = self._database.run(
            lambda link: load_roster(link, self._roster, self._settings.share), REGISTRY_SECONDS
        )
        # One that the worker's thread has not taken up yet is replaced, and all that has come since goes with it.
        pending = self._fresh_roster
        base = pending.base if pending is not None else self._roster
        come = fresh.taken_over_since(base)
        known = (
            self._database.run(lambda link: read_known(link, fresh, come, now), REGISTRY_SECONDS)
            if come
            else None
        )
        self._roster = fresh
        self._fresh_roster = FreshRoster(fresh, known, base)
