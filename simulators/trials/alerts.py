"""What a trial counts: alerts, whoever raised them, at the time they could be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from rules.changes import Change, ChangeKind
from schemas.columns import Batch
from schemas.domain import Severity, SignalClass, SubjectKind
from schemas.roster import Roster


@dataclass(frozen=True)
class Alert:
    """A raise, or a change of colour upwards.

    Attributes
    ----------
    at
        When it came out [µs], which is never before the readings that it is made of.
    before
        The colour it had until now; None for a raise.
    zone_id, device_id
        None for what they do not concern.
    names
        What the alert says: there an alert of a whole building names its zones.
    """

    at: int
    rule_id: str
    signal_class: SignalClass
    severity: Severity
    before: Severity | None
    building_id: int
    zone_id: int | None
    device_id: int | None
    names: str = ""

    @property
    def is_fire(self) -> bool:
        """Whether an alert of class fire begins, of any colour."""
        return self.signal_class is SignalClass.FIRE and self.before is None

    @property
    def is_warning(self) -> bool:
        """Whether a warning begins to ask for something: raised above blue, or lifted out of it."""
        asks = self.signal_class is SignalClass.WARNING and self.severity is not Severity.BLUE
        return asks and self.before in (None, Severity.BLUE)

    @property
    def is_note(self) -> bool:
        """Whether it is a blue note of class warning: it tells, and asks for nothing."""
        blue = self.severity is Severity.BLUE and self.before is None
        return blue and self.signal_class is SignalClass.WARNING

    @property
    def turns_red(self) -> bool:
        """Whether a fire or a warning becomes red, or is so from the beginning."""
        matters = self.signal_class in (SignalClass.FIRE, SignalClass.WARNING)
        return matters and self.severity is Severity.RED and self.before is not Severity.RED

    @property
    def warns(self) -> bool:
        return self.is_fire or self.is_warning

    def concerns(self, zone_id: int, zone_code: str) -> bool:
        """Whether it is about this zone, one of its devices, or a building with the zone named."""
        return self.zone_id == zone_id or (self.zone_id is None and zone_code in self.names)


class RuleEngine(Protocol):
    """What a trial asks of an engine; `rules.engine.Engine` is one."""

    def adopt(self, roster: Roster) -> None:
        """Take over the sensors."""

    def evaluate(self, batch: Batch, now: int) -> list[Change]:
        """Judge a batch and the passing of time."""


class Colours:
    """Knows the colour of every open condition, and so what is new in a change."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, SubjectKind, int], Severity] = {}

    def follow(self, changes: Iterable[Change], now: int) -> Iterator[Alert]:
        """The raises and the steps upwards among changes that came out at `now`."""
        for change in changes:
            key = change.rule.id, change.subject.kind, change.subject.id
            before = self._open.pop(key, None)
            if change.kind is ChangeKind.CLEAR:
                continue
            self._open[key] = change.severity
            if change.kind is ChangeKind.RAISE:
                yield _describe(change, now, None)
            elif before is None or change.severity < before:
                yield _describe(change, now, before or Severity.BLUE)


def _describe(change: Change, now: int, before: Severity | None) -> Alert:
    subject = change.subject
    words = [change.note or "", *(part.text_en for part in change.parts)]
    return Alert(
        now,
        change.rule.id,
        change.rule.signal_class,
        change.severity,
        before,
        subject.building_id,
        subject.zone_id,
        subject.device_id,
        " ".join(words),
    )
