"""Where one thread leaves work for another, in order."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class HandOver(Generic[Item]):
    """A queue whose bound the giver names each time: who is in need may leave more than who is not."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item, at_most: int, patience_seconds: float) -> bool:
        """Leave `item` as soon as fewer than `at_most` wait; False if that does not come about in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._items) < at_most, patience_seconds):
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def take(self, patience_seconds: float) -> Item | None:
        """The oldest; None if nothing comes in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._items), patience_seconds):
                return None
            item = self._items.popleft()
            self._changed.notify_all()
            return item
