"""What happens at a given time unless it is called off: one thread for everything that must not take too long."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)

Action = Callable[[], None]


class Alarm:
    """Runs actions on a thread of its own, each at its time; whoever set one may call it off before."""

    def __init__(self, name: str) -> None:
        self._due: dict[int, tuple[float, Action]] = {}
        self._changed = threading.Condition()
        self._wakes_at = float("inf")
        self._tokens = itertools.count(1)
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def set(self, seconds: float, action: Action) -> int:
        """Have `action` run in so many seconds; it must neither raise nor take long. Returns what calls it off."""
        token, at = next(self._tokens), time.monotonic() + seconds
        with self._changed:
            self._due[token] = (at, action)
            # The thread sleeps until the earliest; one that was called off costs it one look in vain.
            if at < self._wakes_at:
                self._changed.notify()
        return token

    def call_off(self, token: int) -> None:
        """Nothing happens; unless it is happening already or has."""
        with self._changed:
            self._due.pop(token, None)

    @contextmanager
    def limit(self, seconds: float, action: Action) -> Iterator[None]:
        """Run `action` when the block takes longer than so many seconds."""
        token = self.set(seconds, action)
        try:
            yield
        finally:
            self.call_off(token)

    def close(self) -> None:
        """Nothing that is still set will happen."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(1)

    def _run(self) -> None:
        while (actions := self._wait()) is not None:
            for action in actions:
                try:
                    action()
                except Exception:
                    log.exception("what was to happen at its time failed")

    def _wait(self) -> list[Action] | None:
        """Actions whose time has come; None at the end."""
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                ready = [token for token, (at, _) in self._due.items() if at <= now]
                if ready:
                    return [self._due.pop(token)[1] for token in ready]
                self._wakes_at = min((at for at, _ in self._due.values()), default=float("inf"))
                self._changed.wait(None if not self._due else self._wakes_at - now)
        return None
