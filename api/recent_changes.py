"""The latest changes, kept in memory as they go on the wire: read and written out once for all who wait for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from api.alert_facts import WrittenAlert

CAPACITY = 4000


@dataclass(frozen=True, slots=True)
class WrittenChange:
    """A change of the feed as JSON, and its alert as it was when the change was read."""

    change_id: int
    building_id: int
    signal_class: str
    json: bytes
    alert: WrittenAlert


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the memory stood at some time. What it took in before that is not for whoever holds the mark."""

    generation: int
    newest: int


class RecentChanges:
    """A gapless run of changes up to the newest one, as far back as there is room.

    A database may be put back to an earlier state under a running process; numbers are then given a second time. So
    nobody is given anything that was read before he himself last looked at the tables: that is what a `Mark` is for.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._changes: deque[WrittenChange] = deque(maxlen=capacity)
        self._generation = 0
        self.newest = -1

    @property
    def generation(self) -> int:
        """How often everything was forgotten, at each new connection and when the database was put back."""
        return self._generation

    def mark(self) -> Mark:
        return Mark(self._generation, self.newest)

    def begin_anew(self, newest: int) -> None:
        """Forget everything; the next change to be taken in is the one after `newest`."""
        self._changes.clear()
        self._generation += 1
        self.newest = newest

    def skip_to(self, newest: int) -> None:
        """Leave changes out that nobody waits for."""
        self._changes.clear()
        self.newest = newest

    def extend(self, changes: Iterable[WrittenChange]) -> None:
        for change in changes:
            self._changes.append(change)
            self.newest = change.change_id

    def list_after(self, position: int, mark: Mark) -> list[WrittenChange] | None:
        """Every change after `position`, in order; None when only the tables can tell."""
        if mark.generation != self._generation or position < mark.newest:
            return None
        if position >= self.newest:
            return []
        if not self._changes or self._changes[0].change_id > position + 1:
            return None
        found: list[WrittenChange] = []
        for change in reversed(self._changes):
            if change.change_id <= position:
                break
            found.append(change)
        return found[::-1]
