"""The file under a spool: held by one process at a time, and what is done when it is torn or cannot be read."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

SUFFIX = ".sqlite"
# SQLite's write-ahead log (https://www.sqlite.org/fileformat2.html, section 4): a header, then frames of one page.
_MAGIC = b"SQLite format 3\0"
_LOG_HEADER_BYTES = 32
_FRAME_HEADER_BYTES = 24
_COMPANIONS = ("", "-wal", "-shm")


class SpoolTakenError(Exception):
    """Another process of this machine holds the spool file; it is to be waited for."""


class SpoolLock:
    """Says that one process has a spool file. It ends with the process, whatever ends that.

    Raises
    ------
    SpoolTakenError
        Another has it.
    """

    def __init__(self, spool: Path) -> None:
        # On a file of its own, which is never removed: SQLite's own locks on the spool would be lost by closing it.
        self._file = os.open(
            spool.with_name(spool.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._file)
            raise SpoolTakenError(f"another process holds {spool}") from error

    def release(self) -> None:
        os.close(self._file)


def list_spools(folder: Path) -> list[Path]:
    """Spool files in a folder, whoever may hold them."""
    return sorted(folder.glob(f"*{SUFFIX}"))


class LogFrames:
    """Which frames the write-ahead log of a file physically has, read before SQLite opens it."""

    def __init__(self, spool: Path) -> None:
        self._commits: list[bool] = []
        self._partial = False
        log = spool.with_name(spool.name + "-wal")
        if log.exists():
            self._read(log.read_bytes())

    def count_torn(self, valid_frames: int) -> int:
        """Transactions, at least, that were begun in the log behind the last frame that SQLite takes for valid."""
        rest = self._commits[valid_frames:]
        unfinished = self._partial or (bool(rest) and not rest[-1])
        return sum(rest) + unfinished

    def _read(self, log: bytes) -> None:
        if len(log) < _LOG_HEADER_BYTES:
            return
        step = _FRAME_HEADER_BYTES + int.from_bytes(log[8:12], "big")
        salts = log[16:24]
        for start in range(_LOG_HEADER_BYTES, len(log), step):
            # Behind the frames of this round of the log stand those of earlier ones, with other salts.
            if log[start + 8 : start + 16] != salts:
                self._partial = len(log) - start < 16
                return
            if len(log) - start < step:
                self._partial = True
                return
            self._commits.append(log[start + 4 : start + 8] != bytes(4))


def set_aside(spool: Path) -> Path:
    """Rename a file that cannot be read, with all that belongs to it; it is kept for whoever can."""
    number = 1
    while (aside := spool.with_name(f"{spool.name}.unreadable-{number}")).exists():
        number += 1
    for companion in _COMPANIONS:
        part = spool.with_name(spool.name + companion)
        if part.exists():
            part.rename(aside.with_name(aside.name + companion))
    return aside


def restore_length(file: Path) -> None:
    """Give a file whose end is missing the length that its header states, so that SQLite reads what is before."""
    with file.open("rb") as content:
        header = content.read(32)
    if header.startswith(_MAGIC):
        pages, page_bytes = int.from_bytes(header[28:32], "big"), int.from_bytes(header[16:18], "big")
        if file.stat().st_size < pages * page_bytes:
            os.truncate(file, pages * page_bytes)
