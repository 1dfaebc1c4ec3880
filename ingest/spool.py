"""What comes while the database is away: batches in order on the worker's own disk, each fsynced before it counts."""

from __future__ import annotations

import logging
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ingest.spool_file import LogFrames, SpoolLock, restore_length, set_aside
from ingest.spooled_batch import SpooledBatch

log = logging.getLogger(__name__)

CREATE = """
CREATE TABLE IF NOT EXISTS batches (number INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS unreadable (number INTEGER, content BLOB);
CREATE TABLE IF NOT EXISTS lane (id TEXT NOT NULL);"""
# Again, if it was kept although the disk said that it was not.
INSERT = "INSERT OR REPLACE INTO batches (number, content) VALUES (?, ?)"
SELECT_AFTER = "SELECT number, content FROM batches WHERE number > ? ORDER BY number"
DELETE = "DELETE FROM batches WHERE number <= ?"
COUNT_AFTER = "SELECT count(*) FROM batches WHERE number > ?"
KEEP_UNREADABLE = "INSERT INTO unreadable SELECT number, content FROM batches WHERE number = ?"
DELETE_ONE = "DELETE FROM batches WHERE number = ?"
SELECT_LANE = "SELECT id FROM lane"
UPDATE_LANE = "UPDATE lane SET id = ?"
INSERT_LANE = "INSERT INTO lane (id) VALUES (?)"
PAGE_BYTES = 4096
# What a message costs besides its payload: a short one is nearly as much work as a longer one.
MESSAGE_BYTES = 256
# The filling of the spool is a fault before it is full.
NEARLY_FULL_PERCENT = 80
NOTHING_YET = -1


class SpoolFullError(Exception):
    """The spool has no room or its disk does not serve; nothing more is acknowledged until the database is back."""


@dataclass(frozen=True)
class SpoolState:
    """What is told of a spool: batches held, bytes they take [B], and what is wrong, if anything."""

    batches: int
    size: int
    note: str


class Spool:
    """A queue of batches in an SQLite file, bounded in bytes; its lane is what its batches are numbered along."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.path = path
        self.lane = ""
        self._max_pages = max(16, max_bytes // PAGE_BYTES)
        self._lock: SpoolLock | None = None
        self._file: sqlite3.Connection | None = None
        self._count = 0
        self._stored_through = NOTHING_YET
        self._damage = ""
        self._trouble = ""
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(SpooledBatch).decode

    def __len__(self) -> int:
        return self._count

    def open(self) -> None:
        """Take the file. One that is torn gives what was whole; one that cannot be read is set aside.

        Raises
        ------
        SpoolTakenError
            Another process has it.
        SpoolFullError
            The disk does not serve.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = SpoolLock(self.path)
        try:
            self._open_file()
        except sqlite3.OperationalError as error:
            self.close()
            raise SpoolFullError(f"the spool cannot be opened: {error}") from error
        except sqlite3.DatabaseError as error:
            self._replace_file(error)

    def begin_lane(self) -> None:
        """Number from anew, if nothing is held: whatever the clock says, no number of a former run is in the way."""
        if self._file is not None and not self._count:
            lane = str(uuid.uuid4())
            try:
                self._file.execute(UPDATE_LANE, (lane,))
            except sqlite3.OperationalError as error:
                log.warning("the spool keeps its lane: %s", error)
            else:
                self.lane = lane

    def append(self, batch: SpooledBatch) -> None:
        """Keep a batch; when this returns, it outlives the process and the machine's power.

        Raises
        ------
        SpoolFullError
            It is not kept.
        """
        row = (batch.number, self._encode(batch))
        try:
            self._write(INSERT, row)
            if self._trouble:
                self._recount()
        except sqlite3.OperationalError as error:
            self._trouble = f"the spool takes no more: {error}"
            raise SpoolFullError(self._trouble) from error
        except sqlite3.DatabaseError as error:
            self._replace_file(error)
            self.append(batch)
            return
        self._count += not self._trouble
        self._trouble = ""

    def read_first(self, most_bytes: int) -> list[SpooledBatch]:
        """The oldest batches, at least one if there is any, and of more no more than so many bytes of messages."""
        batches: list[SpooledBatch] = []
        room = most_bytes
        for batch in self.list_all():
            room -= sum(len(message.payload) + MESSAGE_BYTES for message in batch.messages)
            if batches and room < 0:
                break
            batches.append(batch)
        return batches

    def list_all(self) -> Iterator[SpooledBatch]:
        """Everything that is held, from the oldest on, without taking it out."""
        unreadable = []
        try:
            for number, content in self._connection().execute(SELECT_AFTER, (self._stored_through,)):
                try:
                    batch = self._decode(content)
                except msgspec.DecodeError as error:
                    log.error("batch %d of the spool cannot be read: %s", number, error)
                    unreadable.append(number)
                else:
                    yield batch
        except sqlite3.OperationalError as error:
            self._trouble = f"the spool cannot be read now: {error}"
        except sqlite3.DatabaseError as error:
            self._replace_file(error)
        finally:
            if unreadable:
                self._keep_apart(unreadable)

    def remove_through(self, number: int) -> None:
        """Forget the batches up to this number, which the database has; at once, though the disk may be full."""
        self._stored_through = max(self._stored_through, number)
        try:
            self._write(DELETE, (number,))
        except sqlite3.OperationalError as error:
            # They are passed over from now on, and after a restart the lane says that they are stored.
            self._trouble = f"the spool cannot be emptied: {error}"
        except sqlite3.DatabaseError as error:
            self._replace_file(error)
        else:
            self._trouble = ""
        with suppress(sqlite3.OperationalError):
            self._recount()

    def describe(self) -> SpoolState:
        try:
            pages = self._pragma("page_count") - self._pragma("freelist_count")
        except sqlite3.Error as error:
            return SpoolState(self._count, 0, f"the spool cannot be read: {error}")
        percent = 100 * pages // self._max_pages
        notes = [self._damage, self._trouble]
        if self._count:
            notes.append(f"{self._count} batches wait in the spool")
        if percent >= NEARLY_FULL_PERCENT:
            notes.append(f"the spool is {percent} % full")
        return SpoolState(self._count, pages * PAGE_BYTES, "; ".join(note for note in notes if note))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _open_file(self) -> sqlite3.Connection:
        frames = LogFrames(self.path)
        file = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            # In WAL mode a torn tail is told by its checksum and dropped; FULL makes each commit an fsync.
            file.execute("PRAGMA journal_mode = WAL")
            file.execute("PRAGMA synchronous = FULL")
            valid_frames = file.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]
            file.execute(f"PRAGMA max_page_count = {self._max_pages}")
            file.executescript(CREATE)
            self.lane = _find_lane(file)
        except sqlite3.Error:
            file.close()
            raise
        if torn := frames.count_torn(max(0, valid_frames)):
            self._damage = f"the end of the spool was torn: {torn} batches dropped"
            log.error("%s: %s", self.path, self._damage)
        self._file = file
        self._recount()
        return file

    def _replace_file(self, error: sqlite3.Error) -> None:
        """Begin a new file with what can still be read of the old one, which is kept."""
        log.error("the spool %s cannot be read: %s", self.path, error)
        if self._file is not None:
            self._file.close()
            self._file = None
        held = self._count
        aside = set_aside(self.path)
        try:
            saved = self._salvage(aside, self._open_file())
        except sqlite3.OperationalError as again:
            self._trouble = f"the spool cannot be made anew: {again}"
            raise SpoolFullError(self._trouble) from again
        lost = f"{held - saved} of {held} batches lost" if held else f"{saved} batches saved"
        self._damage = f"the spool could not be read and was set aside as {aside.name}: {lost}"
        log.error("%s", self._damage)

    def _salvage(self, aside: Path, file: sqlite3.Connection) -> int:
        """How many batches could be taken over into the new file: those that come before the damage."""
        restore_length(aside)
        old = sqlite3.connect(aside, isolation_level=None)
        saved = 0
        try:
            lane = old.execute(SELECT_LANE).fetchone()
            if lane is not None:
                self.lane = lane[0]
                file.execute(UPDATE_LANE, lane)
            for row in old.execute(SELECT_AFTER, (self._stored_through,)):
                file.execute(INSERT, row)
                saved += 1
        except sqlite3.DatabaseError as error:
            log.error("of %s nothing more can be read: %s", aside, error)
        finally:
            old.close()
        self._recount()
        return saved

    def _keep_apart(self, numbers: list[int]) -> None:
        with self._connection() as file:
            file.execute("BEGIN")
            for number in numbers:
                file.execute(KEEP_UNREADABLE, (number,))
                file.execute(DELETE_ONE, (number,))
        self._recount()
        self._damage = f"{len(numbers)} batches of the spool could not be read and were kept apart"

    def _recount(self) -> None:
        row = self._connection().execute(COUNT_AFTER, (self._stored_through,)).fetchone()
        self._count = int(row[0])

    def _write(self, statement: str, row: tuple[object, ...]) -> None:
        self._connection().execute(statement, row)

    def _pragma(self, name: str) -> int:
        return int(self._connection().execute(f"PRAGMA {name}").fetchone()[0])

    def _connection(self) -> sqlite3.Connection:
        """The file; once more opened, if a full disk was in the way of beginning a new one."""
        assert self._lock is not None, "the spool is not open"
        return self._file or self._open_file()


def _find_lane(file: sqlite3.Connection) -> str:
    row = file.execute(SELECT_LANE).fetchone()
    if row is None:
        row = (str(uuid.uuid4()),)
        file.execute(INSERT_LANE, row)
    return str(row[0])
