"""What devices are told to have stored, and no oftener than they need to know it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

PAUSE_US = 1_000_000


class Receipts:
    """Holds a device's receipt back while its last one is less than a second old; the newest replaces it."""

    def __init__(self) -> None:
        self._due: dict[int, int] = {}
        self._sent_at: dict[int, int] = {}

    def add(self, receipts: Mapping[int, int]) -> None:
        """Note for each device slot the number up to which everything is stored."""
        self._due.update(receipts)

    def take(self, now: int) -> Iterator[tuple[int, int]]:
        """Device slot and number of each receipt that may go out now."""
        ready = [slot for slot in self._due if now - self._sent_at.get(slot, 0) >= PAUSE_US]
        for slot in ready:
            self._sent_at[slot] = now
            yield slot, self._due.pop(slot)

    def take_all(self) -> Iterator[tuple[int, int]]:
        """Every receipt held back, at the end."""
        due, self._due = self._due, {}
        yield from due.items()
