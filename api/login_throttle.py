"""Slows down whoever guesses passwords: five wrong ones are free, each further one doubles the wait."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

FREE_GUESSES = 5
FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 300.0
FORGOTTEN_AFTER_SECONDS = 900.0
MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Guesses:
    count: int
    last_at: float


class LoginThrottle:
    """Counts wrong guesses by whatever they have in common: the address they come from, the account they are about."""

    def __init__(self) -> None:
        # One guess at a time: of a hundred sent at once the sixth is to find that five were wrong.
        self.turn = asyncio.Lock()
        self._guesses: OrderedDict[str, _Guesses] = OrderedDict()

    def find_wait(self, names: tuple[str, ...], now: float) -> float:
        """Seconds until the next guess may be made; `now` in seconds of any clock that goes evenly."""
        return max((self._find_wait(name, now) for name in names), default=0.0)

    def note_wrong(self, names: tuple[str, ...], now: float) -> None:
        for name in names:
            before = self._guesses.get(name)
            is_fresh = before is not None and now - before.last_at < FORGOTTEN_AFTER_SECONDS
            self._guesses[name] = _Guesses(before.count + 1 if before and is_fresh else 1, now)
            self._guesses.move_to_end(name)
        while len(self._guesses) > MOST_REMEMBERED:
            self._guesses.popitem(last=False)

    def note_right(self, name: str) -> None:
        self._guesses.pop(name, None)

    def _find_wait(self, name: str, now: float) -> float:
        guesses = self._guesses.get(name)
        if guesses is None or guesses.count < FREE_GUESSES:
            return 0.0
        wait = min(FIRST_WAIT_SECONDS * 2.0 ** (guesses.count - FREE_GUESSES), LONGEST_WAIT_SECONDS)
        return max(0.0, guesses.last_at + wait - now)
