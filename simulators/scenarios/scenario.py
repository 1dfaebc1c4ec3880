"""A scenario: a building, a timeline of incidents, the alerts it must bring and those it must not."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from rules.catalogue import CATALOGUE
from schemas.domain import Severity, SignalClass
from simulators.scenarios import burning, delivery, incidents, mischief
from simulators.scenarios.histories import Past
from simulators.scenarios.incidents import Seconds

RULES = {rule.id: rule for rule in CATALOGUE}
Colour = Literal["red", "orange", "yellow", "blue"]
AnyIncident = Annotated[
    incidents.Level
    | incidents.Rise
    | incidents.Head
    | incidents.Saw
    | incidents.Declare
    | incidents.Window
    | burning.Fire
    | burning.Life
    | mischief.Noise
    | mischief.Quantise
    | mischief.Drift
    | mischief.Stick
    | mischief.Bad
    | mischief.Missing
    | mischief.Dip
    | mischief.Weld
    | delivery.Silence
    | delivery.Lose
    | delivery.Skew
    | delivery.Duplicate
    | delivery.Shuffle
    | delivery.Buffer
    | delivery.Storm
    | delivery.Flood,
    Field(discriminator="kind"),
]
CITY = timezone(timedelta(hours=8))


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expectation(_Part):
    """An alert that must come: of which rule, about what, when at the latest, in which colour, and when it ends.

    Times are seconds since the beginning of the scenario. `since` is when there is first something to see: delays are
    counted from it; without it, from the first incident.
    """

    rule: str
    about: str
    since: Seconds | None = None
    not_before: Seconds = 0.0
    by: Seconds
    colour: Colour | None = None
    colour_by: Seconds | None = None
    clears_not_before: Seconds | None = None
    clears_by: Seconds | None = None
    stays: bool = False
    test: bool = False
    late: bool = False
    says: str = ""

    @field_validator("rule")
    @classmethod
    def _check_rule(cls, rule: str) -> str:
        if rule not in RULES:
            raise ValueError(f"{rule!r} is no rule of the catalogue (fengsui rules list shows them)")
        return rule

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        if self.by < max(self.not_before, self.since or 0.0):
            raise ValueError("by must not lie before since and not_before")
        if self.clears_by is not None and self.clears_by < (self.clears_not_before or self.by):
            raise ValueError("clears_by must not lie before clears_not_before, or by")
        if self.stays and self.clears_by is not None:
            raise ValueError("what stays does not clear: give stays or clears_by")
        return self

    @property
    def severity(self) -> Severity | None:
        return None if self.colour is None else Severity[self.colour.upper()]


class Forbidden(_Part):
    """Alerts that must not come: by rule (* for any), class, about what, within a span of seconds."""

    rule: str = "*"
    signal_class: SignalClass | None = None
    about: str = "*"
    not_before: Seconds = 0.0
    until: Seconds | None = None
    why: str


class Scenario(_Part):
    """Whatever is neither expected nor in `may` is unexpected, and fails it too.

    Attributes
    ----------
    promises
        Numbers of the promises that it shows.
    step
        Seconds between two looks at the sensors; those that report less often keep to their interval.
    interval
        All sensors report at this interval instead of their own.
    usual
        What sensors (paths, with * for any) show when all is well, where it is not the common value.
    may
        Rules (with * for any) that may say something besides.
    live
        Whether it can be played in real time against a running service: within minutes, and without histories.
    """

    name: str = ""
    title_zh: str
    title_en: str
    promises: tuple[Annotated[int, Field(ge=1, le=6)], ...] = ()
    building: str
    seed: int = 1
    begins: datetime = datetime(2026, 11, 23, 8, tzinfo=CITY)
    lasts: Annotated[float, Field(gt=0.0, le=40 * 86_400.0)] = 1200.0
    step: Annotated[float, Field(ge=1.0, le=3600.0)] = 10.0
    interval: Annotated[float, Field(ge=1.0, le=3600.0)] | None = None
    usual: dict[str, float] = {}
    incident: tuple[AnyIncident, ...] = ()
    past: Past | None = None
    expect: tuple[Expectation, ...] = ()
    forbid: tuple[Forbidden, ...] = ()
    may: tuple[str, ...] = ()
    live: bool = False

    @model_validator(mode="after")
    def _check_timeline(self) -> Self:
        late = [one.kind for one in self.incident if one.at >= self.lasts]
        if late:
            raise ValueError(f"{', '.join(late)}: at must lie before the end, {self.lasts:g} s")
        if self.begins.tzinfo is None:
            raise ValueError("begins needs an offset, like 2026-11-23T08:00:00+08:00")
        if not (self.expect or self.forbid):
            raise ValueError("expects nothing and forbids nothing: it could never fail")
        if (self.past is None) == (not self.incident):
            raise ValueError("needs either incidents or a past")
        return self

    @property
    def begins_us(self) -> int:
        return round(self.begins.timestamp() * 1e6)

    @property
    def rules(self) -> frozenset[str]:
        """The rules that it expects."""
        return frozenset(one.rule for one in self.expect)

    def onset(self, expected: Expectation) -> float:
        """When there is first something to see of what is expected [s]."""
        if expected.since is not None:
            return expected.since
        if self.past is not None:
            return self.past.begins_at
        return min((one.at for one in self.incident), default=0.0)
