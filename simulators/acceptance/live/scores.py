"""What was measured of a running service: whole ways, receipts, and doors that must stay shut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulators.acceptance.results import Result
from simulators.acceptance.scores import PROMISES, Delays, PromiseScore


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


def score_live_promises(live: LiveScore) -> list[PromiseScore]:
    """Those promises for which a running service gives a figure."""
    lost = live.published - live.receipted
    seen = live.visible
    refused = sum(door.refused for door in live.doors)
    fires = [one for one in live.results if 3 in one.promises]
    silences = [one for one in live.results if 4 in one.promises]
    said = "–" if seen is None else f"p50 {seen.p50:.2f} s, p95 {seen.p95:.2f} s, max {seen.longest:.2f} s"
    return [
        _tell(
            1,
            1,
            int(lost == 0),
            f"{live.published} 条报文，无回执 {lost} 条",
            f"{lost} of {live.published} messages without receipt",
        ),
        _tell(3, len(fires), _count(fires), f"发布至接口可见 {said}", f"published to visible {said}"),
        _tell(
            4,
            len(silences),
            _count(silences),
            f"{_count(silences)} / {len(silences)} 按时告警",
            f"{_count(silences)} of {len(silences)} told in time",
        ),
        _tell(6, len(live.doors), refused, f"{refused} 项越权被拒绝", f"{refused} trespasses refused"),
    ]


def _count(results: Sequence[Result]) -> int:
    return sum(one.passed for one in results)


def _tell(number: int, scenarios: int, passed: int, zh: str, en: str) -> PromiseScore:
    return PromiseScore(number, *PROMISES[number - 1], scenarios, passed, zh, en)
