"""Spools whose worker is no more: a share moved to another machine, or a worker was renamed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ingest.database_link import DatabaseLink
from ingest.drain import Drain
from ingest.spool import Spool, SpoolFullError
from ingest.spool_file import SpoolTakenError, list_spools
from ingest.work import Work
from schemas.columns import MICROSECONDS
from schemas.roster import Roster
from schemas.settings import Settings

log = logging.getLogger(__name__)

LOOK_EVERY_US = 10 * MICROSECONDS


class LeftBehind:
    """Stores what lies in spool files that nobody holds, beside a worker's own work; a step at a time."""

    def __init__(self, settings: Settings, database: DatabaseLink, stored: Callable[[Work], None]) -> None:
        self._settings = settings
        self._database = database
        self._stored = stored
        self._looked_at = 0
        self._found_empty: dict[Path, int] = {}
        self._spool: Spool | None = None
        self._drain: Drain | None = None

    def step(self, roster: Roster, now: int) -> None:
        """Look for such a file when it is time to, or store the next part of the one that was found."""
        if self._drain is None and now - self._looked_at >= LOOK_EVERY_US and self._database.connected:
            self._looked_at = now
            self._look()
        # When the database is away the file is let go too: its own worker may come back to it.
        if self._drain is not None and not self._drain.step(roster):
            self.close()

    def close(self) -> None:
        if self._spool is not None:
            self._spool.close()
        self._spool = self._drain = None

    def _look(self) -> None:
        for path in list_spools(self._settings.spool_path.parent):
            if path != self._settings.spool_path and self._found_empty.get(path) != path.stat().st_mtime_ns:
                self._open(path)
            if self._drain is not None:
                log.warning("storing what %s holds, which nobody works on", path)
                return

    def _open(self, path: Path) -> None:
        spool = Spool(path, self._settings.spool_max_bytes)
        try:
            spool.open()
        except (SpoolTakenError, SpoolFullError) as error:
            log.debug("%s is passed over: %s", path, error)
            return
        if len(spool):
            self._spool = spool
            self._drain = Drain(self._settings, self._database, spool, self._note)
        else:
            spool.close()
            self._found_empty[path] = path.stat().st_mtime_ns

    def _note(self, work: Work) -> None:
        # Whoever hears these devices now tells them how far they are stored.
        self._stored(replace(work, receipts={}))
