"""What is raised of water and wiring in a month in which nothing fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from schemas.domain import Severity
from simulators.trials.alerts import Alert

DAYS_PER_YEAR = 365.25
FALSE_A_BUILDING_YEAR_AT_MOST = 1.0
"""Above blue, while nobody tests; design value. Red there is none at all."""


class Part(StrEnum):
    """What is in operation."""

    WATER = "water"
    ELECTRICAL = "electrical"


class Call(StrEnum):
    """What an alert counts as."""

    RED = "red"
    ABOVE_BLUE = "above_blue"
    NOTE = "note"
    AFTER_TEST = "after_test"
    """Of any colour, up to an hour and a half after a test of hydrants or pumps that nobody declared: rightly told."""


@dataclass(frozen=True)
class Operation:
    """One part of so many buildings over so many days; played by one process."""

    part: Part
    buildings: int
    days: int
    seed: int


@dataclass
class Calls:
    """Alerts by (call, rule, building); one that is red counts as above blue too."""

    part: Part
    buildings: int
    days: int
    readings: int = 0
    counts: Counter[tuple[Call, str, int]] = field(default_factory=Counter)

    def add(self, alert: Alert, building: int, *, after_test: bool = False) -> None:
        """Count an alert or a step upwards."""
        calls = _name_after_test(alert) if after_test else _name(alert)
        self.counts.update((call, alert.rule_id, building) for call in calls)

    def total(self, call: Call, rule_id: str | None = None, building: int | None = None) -> int:
        """How many there are, of one rule or building or of all."""
        return sum(
            count
            for (of_call, of_rule, of_building), count in self.counts.items()
            if of_call is call and rule_id in (None, of_rule) and building in (None, of_building)
        )

    @property
    def building_years(self) -> float:
        return self.buildings * self.days / DAYS_PER_YEAR

    @property
    def false_a_building_year(self) -> float:
        """Above blue, while nobody tests."""
        return self.total(Call.ABOVE_BLUE) / self.building_years

    @property
    def keeps_limits(self) -> bool:
        """Nothing red, and no more above blue than is allowed."""
        return not self.total(Call.RED) and self.false_a_building_year <= FALSE_A_BUILDING_YEAR_AT_MOST


def _name(alert: Alert) -> Iterator[Call]:
    if alert.severity is Severity.RED and alert.before is not Severity.RED:
        yield Call.RED
    if alert.severity is not Severity.BLUE and alert.before in (None, Severity.BLUE):
        yield Call.ABOVE_BLUE
    if alert.severity is Severity.BLUE and alert.before is None:
        yield Call.NOTE


def _name_after_test(alert: Alert) -> Iterator[Call]:
    if alert.before is None:
        yield Call.AFTER_TEST


def cut_days(days: int, most: int) -> int:
    """How long the equal stretches of a month are: a divisor of its days, `most` at most."""
    return next(length for length in range(min(days, most), 0, -1) if days % length == 0)
