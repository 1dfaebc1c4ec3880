"""What the spool holds into the database: in order, several batches a transaction, each exactly once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ingest.database_link import AwayError, DatabaseLink
from ingest.lanes import read_last_batch
from ingest.spool import Spool
from ingest.spooled_batch import SpooledBatch
from ingest.spooled_work import take_uniform, unpack_work
from ingest.store import commit_batch
from ingest.work import Work
from schemas.roster import Roster
from schemas.settings import Settings

# Some 4,000 short messages or 25,000 readings in longer ones: much more than a batch, so that a queue shrinks while
# new batches join it, and little enough that these do not wait for long.
MOST_BYTES = 3 * 2**19
ANSWER_SECONDS = 4.0
# A batch that is alone cannot be made smaller: if this were too short for it, it would lie there for ever.
LONGEST_ANSWER_SECONDS = 1024.0


class Drain:
    """Stores a step at a time; whoever calls it may take new work between two steps."""

    def __init__(
        self, settings: Settings, database: DatabaseLink, spool: Spool, stored: Callable[[Work], None]
    ) -> None:
        self._settings = settings
        self._database = database
        self._spool = spool
        self._stored = stored
        self._failures = 0

    def step(self, roster: Roster) -> bool:
        """Store the oldest batches; False when the spool is empty or the database is away."""
        if not len(self._spool) or not self._database.connected:
            return False
        try:
            self._store_first(roster)
        except AwayError:
            # What the database cannot do in the time given it may do in smaller parts and more time.
            self._failures += 1
            return False
        self._failures = 0
        return True

    def _store_first(self, roster: Roster) -> None:
        shrink = 2 ** min(self._failures, 16)
        batches = self._spool.read_first(MOST_BYTES // shrink)
        if not batches:
            return
        batches = take_uniform(batches)
        last = self._database.run(partial(read_last_batch, lane=self._spool.lane))
        # A batch whose commit was not confirmed may have taken effect all the same.
        if there := [batch for batch in batches if batch.number <= last]:
            self._forget(unpack_work(there, roster, self._settings))
        if missing := batches[len(there) :]:
            self._store(missing, roster, min(LONGEST_ANSWER_SECONDS, ANSWER_SECONDS * shrink))

    def _store(self, batches: Sequence[SpooledBatch], roster: Roster, seconds: float) -> None:
        work = unpack_work(batches, roster, self._settings)
        self._database.run(partial(commit_batch, work, self._spool.lane, belated=True), seconds)
        self._forget(work)

    def _forget(self, work: Work) -> None:
        self._spool.remove_through(work.number)
        self._stored(work)
