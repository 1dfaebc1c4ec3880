"""Coverage (接入率): which buildings are connected and running, as figures that can be proved."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from api.alert_models import Named, Shown
from api.freshness import Answer
from api.moments import Moment
from schemas.domain import BuildingClass


class CoverageState(StrEnum):
    """From nothing to proof. Only ``running`` counts as connected *and running*.

    ``no_devices``: none is registered. ``never_heard``: none has ever reported. ``unproven``: heard, but no day of the
    period has been summed up. ``failing``: online or complete for less of the period than demanded.
    """

    NO_DEVICES = "no_devices"
    NEVER_HEARD = "never_heard"
    UNPROVEN = "unproven"
    FAILING = "failing"
    RUNNING = "running"


class Period(Shown):
    """Whole days in China, both included."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    days_judged: int = Field(description="Of these, how many have been summed up")


class CoverageFigures(Shown):
    """How many buildings, and what share of them; rates are null where there is nothing to divide by."""

    buildings: int
    connected: int = Field(description="At least one device has been heard")
    running: int
    connected_rate: float | None
    running_rate: float | None
    online: float | None = Field(description="Share of its devices' time in which they were not silent")
    completeness: float | None = Field(description="Readings received over readings expected")


class AreaCoverage(Named, CoverageFigures):
    """An area with all within it."""

    level: str
    parent: str | None


class ClassCoverage(CoverageFigures):
    building_class: BuildingClass = Field(alias="class")


class BuildingCoverage(Named):
    """One building over the period."""

    area: Named
    building_class: BuildingClass = Field(alias="class")
    must_connect: bool
    high_risk: bool
    state: CoverageState
    devices: int = Field(description="In service")
    devices_heard: int = Field(description="That have ever reported")
    devices_silent: int = Field(description="Of which nothing is known now")
    online: float | None
    completeness: float | None
    last_received_at: Moment | None


class Demand(Shown):
    """What a building has to reach over the period to count as running."""

    least_online: float
    least_completeness: float


class Coverage(Answer):
    """Of the buildings that must be connected, those that are, by area and class, and which are missing."""

    period: Period
    demand: Demand
    total: CoverageFigures
    by_area: tuple[AreaCoverage, ...]
    by_class: tuple[ClassCoverage, ...]
    missing: tuple[BuildingCoverage, ...] = Field(
        description="Those that must be connected and are not running, the worst first, at most 1,000"
    )
    missing_total: int


class BuildingCoverageList(Answer):
    period: Period
    demand: Demand
    buildings: tuple[BuildingCoverage, ...] = Field(description="By code")
    next: str | None = Field(description="Cursor of the next page; null on the last")
