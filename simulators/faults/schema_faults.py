"""A migration while ingest is running."""

from __future__ import annotations

import threading
import time

from schemas.migrations import LOCK_KEY
from simulators.faults.scene import Scene, connect

MIGRATION = """
ALTER TABLE readings ADD COLUMN fault_drill smallint;
ALTER TABLE alerts ADD COLUMN fault_drill text NOT NULL DEFAULT 'none';
CREATE INDEX readings_fault_drill ON readings (received_at);
CREATE INDEX alerts_fault_drill ON alerts (fault_drill, raised_at);
"""
SELECT_STORED = "SELECT COALESCE(sum(readings_stored), 0) FROM ingest_totals"
LOCK = "SELECT pg_advisory_lock(%s)"
LONGEST_PAUSE_SECONDS = 2.0
_POLL_SECONDS = 0.02


class PauseWatch(threading.Thread):
    """The longest time for which nothing was stored, by the worker's own counters, which no migration locks."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(name="pause", daemon=True)
        self._scene = scene
        self._ended = threading.Event()
        self._longest = 0.0

    def run(self) -> None:
        with connect(self._scene.settings) as connection:
            moved_at, last = time.monotonic(), -1
            while not self._ended.wait(_POLL_SECONDS):
                stored = connection.execute(SELECT_STORED).fetchall()[0][0]
                self._longest = max(self._longest, time.monotonic() - moved_at)
                if stored != last:
                    moved_at, last = time.monotonic(), stored

    def end(self) -> float:
        self._ended.set()
        self.join()
        return self._longest


def migrate(scene: Scene) -> None:
    """Columns and indexes on tables that are in use, in one transaction, as `fengsui migrate` applies them."""
    watch = PauseWatch(scene)
    watch.start()
    scene.wait(0.5)
    with scene.connect() as admin:
        admin.execute(LOCK, (LOCK_KEY,))
        with admin.transaction():
            admin.execute(MIGRATION)
    scene.wait(2)
    pause = scene.verdict.pause_seconds = watch.end()
    if pause > LONGEST_PAUSE_SECONDS:
        scene.notes.append(f"nothing was stored for {pause:.1f} s")
