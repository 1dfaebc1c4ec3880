"""What most levels are: a value at or beyond a limit, until it is back within another.

They are data, not functions, so that those of all rules and quantities are judged together (see `rules.bounds`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bound:
    """Holds from the parameter `limit` up, or down where `is_most`; speaks for the end beyond the parameter `clears`.

    Where `is_relative`, `clears` is by how much the value must be back within the limit. What is judged is the value
    less what its baseline has drifted above the rule's `background`.
    """

    limit: str
    clears: str
    is_most: bool = False
    is_relative: bool = False


def at_least(limit: str = "limit", clears_below: str = "clears_below") -> Bound:
    """Holds from the parameter `limit` up; speaks for the end below `clears_below`."""
    return Bound(limit, clears_below)


def at_most(limit: str = "limit", clears_from: str = "clears_from") -> Bound:
    """Holds from the parameter `limit` down; speaks for the end from `clears_from` up."""
    return Bound(limit, clears_from, is_most=True)


def at_least_until_lower(limit: str = "limit", falls_by: str = "falls_by") -> Bound:
    """Holds from the parameter `limit` up; speaks for the end once the value is `falls_by` below it."""
    return Bound(limit, falls_by, is_relative=True)
