"""What a trial counts: alerts, whoever raised them, at the time they could be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from rules.changes import Change, ChangeKind
from schemas.columns import Batch
from schemas.domain import Severity, SignalClass
from schemas.roster import Roster


@dataclass(frozen=True)
class Alert:
    """One raise. `at` [µs] is when it came out, which is never before the readings that it is made of.

    `zone_id` and `device_id` are None for what they do not concern; `names` is what the alert says, where the zones of
    an alert of a whole building are named.
    """

    at: int
    rule_id: str
    signal_class: SignalClass
    severity: Severity
    building_id: int
    zone_id: int | None
    device_id: int | None
    names: str = ""

    @property
    def warns(self) -> bool:
        """Whether it is of class warning or fire; a blue note is neither, it tells without asking for anything."""
        return self.is_fire or (
            self.signal_class is SignalClass.WARNING and self.severity is not Severity.BLUE
        )

    @property
    def is_fire(self) -> bool:
        return self.signal_class is SignalClass.FIRE

    def concerns(self, zone_id: int, zone_code: str) -> bool:
        """Whether it is about this zone, one of its devices, or a building with the zone named."""
        return self.zone_id == zone_id or (self.zone_id is None and zone_code in self.names)


class RuleEngine(Protocol):
    """What a trial asks of an engine; `rules.engine.Engine` is one."""

    def adopt(self, roster: Roster) -> None:
        """Take over the sensors."""

    def evaluate(self, batch: Batch, now: int) -> list[Change]:
        """Judge a batch and the passing of time."""


def collect_raises(changes: Iterable[Change], now: int) -> Iterator[Alert]:
    """The raises among changes, dated by when they came out."""
    for change in changes:
        if change.kind is ChangeKind.RAISE:
            subject = change.subject
            words = [change.note or "", *(part.text_en for part in change.parts)]
            yield Alert(
                now,
                change.rule.id,
                change.rule.signal_class,
                change.severity,
                subject.building_id,
                subject.zone_id,
                subject.device_id,
                " ".join(words),
            )
