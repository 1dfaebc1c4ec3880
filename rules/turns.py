"""What judging the readings of single sensors finds, in the order of the readings' rows."""

from __future__ import annotations

from typing import NamedTuple

from rules.rule import ReadingRule


class SensorChange(NamedTuple):
    """A rule's condition on one sensor went from one colour to another; zero is none."""

    row: int
    slot: int
    rule: ReadingRule
    at: int
    before: int
    after: int
    measure: float
    limit: float
    late: bool


class EvidenceChange(NamedTuple):
    """What one sensor shows of a fire has changed, to `points` sixteenths for an excess of `excess` of its unit."""

    row: int
    slot: int
    at: int
    points: int
    excess: float


Turn = SensorChange | EvidenceChange
