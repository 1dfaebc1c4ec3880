"""How long to wait before the next attempt to connect."""

from __future__ import annotations

import random

FIRST_SECONDS = 0.2
LONGEST_SECONDS = 2.0
# A connection that served for less than this was no recovery: a database that lets one in and then refuses to
# write must not be asked over and over again.
STEADY_SECONDS = 10.0


class Pauses:
    """Nothing before the first attempt, then longer and longer; by chance, so that workers do not come together."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._attempts = 0

    def note_service(self, seconds: float) -> None:
        """A connection was lost after it had served for so long."""
        if seconds >= STEADY_SECONDS:
            self._attempts = 0

    def take_next(self) -> float:
        """Seconds to wait before the attempt that is now due."""
        attempts, self._attempts = self._attempts, self._attempts + 1
        if attempts == 0:
            return 0.0
        longest = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** min(attempts - 1, 10))
        return longest * self._chance.uniform(0.5, 1.0)
