"""What was measured of a running service: whole ways, receipts, and doors that must stay shut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulators.acceptance.results import Result
from simulators.acceptance.scores import Delays


@dataclass(frozen=True)
class Door:
    """Something that must be refused, and whether it was."""

    what_zh: str
    what_en: str
    refused: bool
    answer: str


@dataclass(frozen=True)
class LiveScore:
    """Played in real time against a service.

    Attributes
    ----------
    visible
        From the publishing of what an alert shows until the API told of it.
    published, acknowledged, receipted
        Messages, those that the broker acknowledged, and those that receipts named as stored.
    left_open
        Alerts of the test building that are still open after all was cleaned up.
    """

    url: str
    results: Sequence[Result]
    visible: Delays | None
    published: int
    acknowledged: int
    receipted: int
    doors: Sequence[Door]
    left_open: int

    @property
    def passed(self) -> bool:
        return (
            all(one.passed for one in self.results)
            and self.published == self.acknowledged == self.receipted
            and all(one.refused for one in self.doors)
            and not self.left_open
        )
