"""An alert as the API shows it: three separate axes, what and where, and what to do."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.cursors import Id
from api.freshness import Answer
from api.moments import Moment
from schemas.domain import (
    AlertAction,
    Condition,
    Quantity,
    Referral,
    ScopeKind,
    Severity,
    SignalClass,
    SubjectKind,
    Verdict,
)
from schemas.limitations import Limitation


class Colour(StrEnum):
    """Severity by its colour, the highest first (红 橙 黄 蓝)."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"

    @staticmethod
    def of(severity: int) -> Colour:
        return Colour[Severity(severity).name]

    @property
    def severity(self) -> Severity:
        return Severity[self.name]


class Shown(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Words(Shown):
    """One text in both languages."""

    zh: str
    en: str


class Named(Shown):
    """Something of the registry."""

    code: str
    name: str


class Zone(Named):
    use: str


class Channel(Shown):
    code: str
    quantity: Quantity
    sensor_id: int
    limitations: tuple[Limitation, ...] = Field(description="What this sensor cannot show")


class Place(Shown):
    """Where an alert is, from the area down to the channel; null where it is about something larger."""

    area: Named
    building: Named
    floor: int | None
    zone: Zone | None
    device: Named | None
    channel: Channel | None


class Acknowledged(Shown):
    """Second axis: somebody has seen it."""

    at: Moment
    by: str


class Ruling(Shown):
    """Third axis: what somebody ruled it to be."""

    verdict: Verdict
    at: Moment
    by: str


class Assigned(Shown):
    """Who is to deal with it."""

    to: str
    at: Moment
    by: str


class Referred(Shown):
    """To whom it was passed on, at the highest; `by` is ``timer`` when nobody acknowledged it in time."""

    to: Referral
    at: Moment
    by: str


class Part(Shown):
    """One of the reasons of an alert."""

    text: Words
    points: float | None = Field(description="Its weight, where reasons are weighed")


class AlertScope(Shown):
    """The declared test, drill or maintenance that an alert stands in; it is of class test meanwhile."""

    id: int
    kind: ScopeKind
    ends_at: Moment
    reason: str
    declared_by: str


class Forecast(Shown):
    """When the limit will be passed, if it goes on like this. Never without its interval."""

    at: Moment = Field(description="The likeliest time")
    earliest: Moment = Field(description="With `latest`, the interval that holds the time in 80 of 100 cases")
    latest: Moment
    confidence: float = Field(description="How often the interval holds the time", examples=[0.8])


class Alert(Shown):
    """One episode. `condition`, `acknowledged` and `verdict` are independent of each other."""

    id: int
    incident: int = Field(description="The incident it belongs to: the number of the alert that began it")
    change_id: int = Field(description="The last change of this alert; its version, for If-Match")
    rule: str
    title: Words
    signal_class: SignalClass = Field(alias="class")
    severity: Colour
    severity_peak: Colour
    subject: SubjectKind
    condition: Condition
    acknowledged: Acknowledged | None
    verdict: Ruling | None
    assigned: Assigned | None
    referred: Referred | None
    reminded_at: Moment | None = Field(
        description="When the desk was told again of a fire that nobody had acknowledged"
    )
    latching: bool = Field(description="Stays open until it has a verdict and its condition has cleared")
    late: bool = Field(description="Raised by readings that came late")
    raised_at: Moment = Field(description="Event time of the reading that completed the condition")
    recorded_at: Moment = Field(description="When the database learnt of it")
    cleared_at: Moment | None
    closed_at: Moment | None
    closed_by: str | None = Field(description="Who closed it by hand; null when condition and verdict did")
    value: float | None
    limit: float | None
    unit: str | None
    forecast: Forecast | None = Field(
        description="Of rules on hours and days; null where nothing can be said"
    )
    where: Place
    advice: Words
    parts: tuple[Part, ...] = Field(description="Why, in words, the weightiest first; of the newest change")
    scope: AlertScope | None = Field(description="Null outside of any, and once the alert has broken through")
    parameters_version: str = Field(
        description="The parameters in force at the newest change; empty if unknown"
    )


class HistoryEntry(Shown):
    """One entry of an alert's append-only history."""

    change_id: int
    action: AlertAction
    at: Moment = Field(description="Event time of what a rule saw; wall time of what a person did")
    recorded_at: Moment
    actor: str
    condition: Condition
    severity: Colour
    value: float | None
    note: str | None
    origin: str | None = Field(description="Address that a person's act came from")
    detail: str | None = Field(description="The verdict, to whom it is assigned, or to whom it is referred")
    undoes: int | None = Field(description="The change that was taken back")
    parts: tuple[Part, ...]
    parameters_version: str


class Change(HistoryEntry):
    """One change of the feed, with the alert as it is now."""

    alert: Alert


class Point(Shown):
    """A reading, or a bucket of them: then `value` is their mean and `quality` the worst of them."""

    at: Moment
    value: float
    minimum: float
    maximum: float
    count: int
    quality: int = Field(description="0 good, 1 uncertain, 2 bad, 3 out of range")


class Readings(Shown):
    """Readings of one sensor over a span, at most 2,000 points.

    Over more than a week they are sums of hours, over more than twelve weeks of days; then only good readings count.
    """

    sensor_id: int
    quantity: Quantity
    unit: str
    begin: Moment = Field(alias="from")
    end: Moment = Field(alias="to")
    bucket_seconds: float | None = Field(description="Null when each point is one reading")
    points: tuple[Point, ...]


class AlertDetail(Alert):
    """One alert with everything the desk needs to judge it."""

    why: Words
    account: str = Field(description="The whole of it in plain words, in the language of Content-Language")
    source: str = Field(
        description="Standard and clause of the limit, or that it is a design value, in that language too"
    )
    grounds: Words = Field(description="The same in both languages")
    history: tuple[HistoryEntry, ...]
    readings: Readings | None = Field(description="Around the raise; null when no single sensor raised it")
    group_readings: tuple[Readings, ...] = Field(
        description="The sensors of its zone or device that moved most, when no single one raised it"
    )
    related: tuple[Alert, ...] = Field(
        description="In the same building: open, or raised within half an hour of it; its own zone first, at most 20"
    )


class AlertList(Answer):
    """A page of alerts. Take changes after `change_id` to keep the list up to date."""

    change_id: int = Field(description="Newest change when the list was read")
    alerts: tuple[Alert, ...]
    total: int | None = Field(description="How many there are in all pages; null unless asked for")
    next: str | None = Field(description="Cursor of the next page; null on the last")


class ChangeList(Answer):
    """Every change after the one asked for, in order, up to the limit."""

    changes: tuple[Change, ...]
    next: int = Field(description="Ask for changes after this one next time; everything up to it was given")
    newest: int = Field(description="The newest change there is")


AlertId = Annotated[Id, Field(description="As given in the lists")]
