"""What comes while the database is away: batches in order on the worker's own disk, each fsynced before it counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from ingest.subscriber import Message
from rules.changes import ChangeKind, Subject

CREATE = "CREATE TABLE IF NOT EXISTS batches (number INTEGER PRIMARY KEY, content BLOB NOT NULL)"
INSERT = "INSERT INTO batches (number, content) VALUES (?, ?)"
SELECT_ALL = "SELECT content FROM batches ORDER BY number"
DELETE = "DELETE FROM batches WHERE number <= ?"
COUNT = "SELECT count(*) FROM batches"
PAGE_BYTES = 4096


class SpoolFullError(Exception):
    """The spool has no room or its disk does not serve; nothing more is acknowledged until the database is back."""


class SpooledChange(msgspec.Struct):
    """A change without its rule's words, which the catalogue has."""

    kind: ChangeKind
    rule_id: str
    subject: Subject
    at: int
    late: bool
    value: float | None
    limit: float | None
    unit: str | None
    note: str | None


class SpooledBatch(msgspec.Struct):
    """A batch that was judged and acknowledged but not stored; `receipts` are (device id, sequence number)."""

    number: int
    messages: list[Message]
    changes: list[SpooledChange]
    receipts: list[tuple[int, int]]


class Spool:
    """A queue of batches in an SQLite file, bounded in bytes.

    Raises
    ------
    SpoolFullError
        At `append`: what was to be spooled is not.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # In WAL mode a torn tail is told by its checksum and dropped; FULL makes each commit an fsync.
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.execute(f"PRAGMA max_page_count = {max(16, max_bytes // PAGE_BYTES)}")
        self._file.execute(CREATE)
        self._count = 0
        self.recount()
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(SpooledBatch).decode

    def __len__(self) -> int:
        return self._count

    def recount(self) -> None:
        """Look again what is held: another process may have had the file until now."""
        self._count = self._file.execute(COUNT).fetchone()[0]

    def append(self, batch: SpooledBatch) -> None:
        try:
            self._file.execute(INSERT, (batch.number, self._encode(batch)))
        except sqlite3.OperationalError as error:
            raise SpoolFullError(f"the spool takes no more: {error}") from error
        self._count += 1

    def read_first(self, most_messages: int) -> list[SpooledBatch]:
        """The oldest batches, at least one if there is any, and of more no more than so many messages."""
        batches: list[SpooledBatch] = []
        room = most_messages
        for (content,) in self._file.execute(SELECT_ALL):
            batch = self._decode(content)
            room -= len(batch.messages)
            if batches and room < 0:
                break
            batches.append(batch)
        return batches

    def list_all(self) -> Iterator[SpooledBatch]:
        """Everything that is held, from the oldest on, without taking it out."""
        for (content,) in self._file.execute(SELECT_ALL):
            yield self._decode(content)

    def remove_through(self, number: int) -> None:
        """Forget the batches up to this number, which the database has."""
        self._count -= self._file.execute(DELETE, (number,)).rowcount

    def close(self) -> None:
        self._file.close()
