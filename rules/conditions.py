"""Conditions that are few and change rarely: of zones, of buildings, of what devices declare. Kept by rule and slot."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.columns import NEVER

Key = tuple[str, int]
"""Rule and slot of the subject."""


@dataclass
class Condition:
    """Since when it has been active, and since when all speaks for its end (NEVER while something speaks for it)."""

    since: int
    severity: int
    low_since: int = NEVER


class Conditions:
    """The active ones, and when others last ended."""

    def __init__(self) -> None:
        self.active: dict[Key, Condition] = {}
        self.ended_at: dict[Key, int] = {}
        # Active by the tables' word alone: nobody has seen yet whether anything speaks for their end.
        self.unseen: set[Key] = set()

    def begin(self, key: Key, at: int, severity: int) -> bool:
        """True when it begins: it was not active, and what begins it is newer than its last end."""
        if key in self.active or at <= self.ended_at.get(key, NEVER):
            return False
        self.active[key] = Condition(at, severity)
        return True

    def end(self, key: Key, at: int) -> None:
        """It has ended; what is older than `at` does not begin it again."""
        del self.active[key]
        self.ended_at[key] = at

    def restore(self, key: Key, active: bool, at: int, severity: int) -> None:
        """Take over what the tables say."""
        known = self.active.pop(key, None)
        if active:
            self.active[key] = Condition(at, severity, known.low_since if known else NEVER)
            self.unseen.add(key)
        else:
            self.ended_at[key] = max(at, self.ended_at.get(key, NEVER))
