"""Watches progress, not liveness: a thread that is alive and does nothing is as bad as one that has ended.

The network thread proves itself with every loop, whether anything is received or not; the committer with every round
of its own. Whoever stands still for longer than anything allowed to take so long is given up: the process ends, so
that it is seen, and its supervisor starts it anew. What was not acknowledged comes again.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from schemas.columns import MICROSECONDS

log = logging.getLogger(__name__)

CHECK_SECONDS = 1.0
# sysexits.h: an internal error. The process cannot end in order, since what stands still would have to be waited for.
EXIT_STATUS = 70
# The network thread goes round once a second at least; a name server or a TLS handshake may hold it for longer.
NETWORK_LIMIT_US = 30 * MICROSECONDS
# The longest that a drained batch is given, and some more.
COMMITTER_LIMIT_US = 120 * MICROSECONDS


@dataclass
class Watched:
    """A part of the process: a count that grows as it goes round, and how long it may stand still."""

    name: str
    count: Callable[[], int]
    limit_us: int
    alive: Callable[[], bool]
    last_count: int = -1
    moved_at: int = 0


class Watchdog:
    """Asked now and then; `now` is a clock that nobody sets [µs]."""

    def __init__(self) -> None:
        self._watched: list[Watched] = []
        self._checked_at = 0

    def watch(
        self, name: str, count: Callable[[], int], limit_us: int, alive: Callable[[], bool] = lambda: True
    ) -> None:
        self._watched.append(Watched(name, count, limit_us, alive))

    def stand_down(self) -> None:
        """The parts are being stopped."""
        self._watched = []

    def check(self, now: int) -> str | None:
        """Why the process should end; None when everything goes on."""
        # After a pause of the whole process (a frozen machine, a suspended laptop) nobody can have moved.
        paused = now - self._checked_at > min((part.limit_us for part in self._watched), default=0) // 2
        self._checked_at = now
        for part in self._watched:
            if not part.alive():
                return f"{part.name} has ended by itself"
            count = part.count()
            if paused or count != part.last_count:
                part.last_count, part.moved_at = count, now
            elif now - part.moved_at > part.limit_us:
                return f"{part.name} has stood still for {(now - part.moved_at) // MICROSECONDS} s"
        return None


def guard(watchdog: Watchdog, stopping: threading.Event) -> None:
    """End this process when something stands still; for a thread of its own, until the process is told to stop."""
    while not stopping.wait(CHECK_SECONDS):
        if reason := watchdog.check(time.monotonic_ns() // 1000):
            log.critical("%s; ending, so that it is seen and started anew", reason)
            os._exit(EXIT_STATUS)
