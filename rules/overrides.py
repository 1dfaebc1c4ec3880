"""One number of one rule, set otherwise than by default: by whom, where, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rules.rule import Standard
from rules.subject_places import Selector

Key = tuple[str, str]
"""A rule's id and the name of one of its parameters."""


class Origin(StrEnum):
    """Who set a value; a file wins over what is built in."""

    BUILT_IN = "built in"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Override:
    """One parameter of one rule, set for the sensors, zones, devices and buildings that `selector` and `place` name.

    `where` is the table of its file, `note` says why; without a standard it is a design value.
    """

    origin: Origin
    selector: Selector
    place: str
    rule_id: str
    parameter: str
    value: float
    where: str = ""
    note: str = ""
    standard: Standard | None = None

    @property
    def key(self) -> Key:
        return self.rule_id, self.parameter

    @property
    def target(self) -> tuple[Origin, Selector, str, str, str]:
        """What may be set once only."""
        return self.origin, self.selector, self.place, self.rule_id, self.parameter


_RANKS = {selector: rank for rank, selector in enumerate(Selector)}


def precedence(override: Override) -> tuple[bool, int]:
    """Sorts what wins behind what it wins over."""
    return override.origin is Origin.FILE, _RANKS[override.selector]
