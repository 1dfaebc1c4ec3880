"""Buildings with their live state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from psycopg import sql
from pydantic import Field

from api.alert_models import Colour, Named, Shown
from api.connections import Connection, fetch_all
from api.cursors import Key
from api.freshness import Answer
from api.moments import Moment
from api.place_filter import PlaceFilter, in_buildings
from api.problems import ProblemError
from api.silence import SILENT
from schemas.domain import BuildingClass, BuildingUse, SignalClass

SELECT_BUILDINGS = sql.SQL("""
WITH page AS (
    SELECT b.*, r.score, r.colour, r.at AS judged_at
    FROM buildings b LEFT JOIN building_risk r
         ON r.building_id = b.building_id AND r.at = (SELECT max(at) FROM building_risk)
    WHERE b.code > %(after)s AND {in_buildings}
      AND (cardinality(%(classes)s::text[]) = 0 OR b.building_class = ANY(%(classes)s))
      AND (cardinality(%(colours)s::smallint[]) = 0 OR r.colour = ANY(%(colours)s))
      AND (%(text)s::text IS NULL OR strpos(lower(b.code || ' ' || b.name), %(text)s) > 0)
    ORDER BY b.code LIMIT %(limit)s
), alerts_of AS (
    SELECT building_id, jsonb_object_agg(signal_class, n) AS open_alerts, sum(unacknowledged) AS unacknowledged
    FROM (SELECT building_id, signal_class, count(*) AS n,
                 count(*) FILTER (WHERE acknowledged_at IS NULL) AS unacknowledged
          FROM alerts
          WHERE closed_at IS NULL AND building_id IN (SELECT building_id FROM page)
          GROUP BY building_id, signal_class) counted
    GROUP BY building_id
), silent AS ({silent}), devices_of AS (
    SELECT d.building_id, count(*) AS total, count(silent.device_id) AS silent,
           count(*) FILTER (WHERE state.last_received_at IS NULL) AS never_seen,
           max(state.last_received_at) AS last_received_at
    FROM devices d LEFT JOIN device_state state USING (device_id) LEFT JOIN silent USING (device_id)
    WHERE NOT d.retired AND d.building_id IN (SELECT building_id FROM page)
    GROUP BY d.building_id
)
SELECT b.code, b.name, g.code AS area_code, g.name AS area_name, b.building_class, b.building_use, b.height_m,
       b.floors, b.high_risk, b.must_connect, COALESCE(a.open_alerts, '{{}}') AS open_alerts,
       COALESCE(a.unacknowledged, 0)::integer AS unacknowledged,
       COALESCE(d.total, 0) AS total, COALESCE(d.silent, 0) AS silent, COALESCE(d.never_seen, 0) AS never_seen,
       d.last_received_at, b.score, b.colour, b.judged_at
FROM page b JOIN areas g USING (area_id)
LEFT JOIN alerts_of a USING (building_id) LEFT JOIN devices_of d USING (building_id)
ORDER BY b.code""").format(silent=SILENT, in_buildings=in_buildings("b", "building_id"))


class LiveState(StrEnum):
    """The gravest thing that is true of a building now. Silence of all its devices is ``unknown``, never ``normal``."""

    FIRE = "fire"
    WARNING = "warning"
    UNKNOWN = "unknown"
    FAULT = "fault"
    NORMAL = "normal"


@dataclass(frozen=True)
class BuildingQuestion:
    """Which buildings; an empty filter takes all."""

    places: PlaceFilter
    classes: tuple[str, ...] = ()
    colours: tuple[int, ...] = ()
    text: str | None = None


class BuildingKey(Key):
    code: str = Field(max_length=64)


class DeviceCounts(Shown):
    """Devices in service, retired ones left out."""

    total: int
    silent: int = Field(description="Have stopped reporting: their state is unknown, not normal")
    never_seen: int


class RiskMark(Shown):
    """The risk of a building as it was last judged; `/v1/risk/buildings` says what it is made of."""

    score: float
    colour: Colour
    at: Moment


class Building(Named):
    area: Named
    building_class: BuildingClass = Field(alias="class")
    use: BuildingUse
    height_m: float
    floors: int
    high_risk: bool
    must_connect: bool
    live: LiveState
    risk: RiskMark | None = Field(description="Null when it was not judged in the last hour that was")
    alerts_open: dict[SignalClass, int]
    unacknowledged: int = Field(description="Open alerts that nobody has acknowledged")
    devices: DeviceCounts
    last_received_at: Moment | None = Field(
        description="When any of its devices was last heard; null is never"
    )


class BuildingList(Answer):
    buildings: tuple[Building, ...]
    next: str | None


async def list_buildings(
    connection: Connection, question: BuildingQuestion, after: str, limit: int
) -> tuple[list[Building], BuildingKey | None]:
    """A page of buildings by code, and its last key when there are more."""
    params: dict[str, object] = {
        "building_ids": await question.places.find(connection),
        "classes": list(question.classes),
        "colours": list(question.colours),
        "text": question.text.lower() if question.text else None,
        "after": after,
        "limit": limit + 1,
    }
    rows = await fetch_all(connection, SELECT_BUILDINGS, params, _make_building)
    page = rows[:limit]
    return page, BuildingKey(code=page[-1].code) if len(rows) > limit else None


async def read_building(connection: Connection, code: str) -> Building:
    """One building.

    Raises
    ------
    ProblemError
        There is none with this code.
    """
    question = BuildingQuestion(PlaceFilter(buildings=(code,)))
    found, _ = await list_buildings(connection, question, "", 1)
    if not found:
        raise ProblemError(404, "no-building", f"there is no building {code}")
    return found[0]


def judge_live(open_alerts: dict[str, int], devices: DeviceCounts) -> LiveState:
    """The gravest thing that is true."""
    if open_alerts.get(SignalClass.FIRE):
        return LiveState.FIRE
    if open_alerts.get(SignalClass.WARNING) or open_alerts.get(SignalClass.ACTUATION):
        return LiveState.WARNING
    if devices.total <= max(devices.silent, devices.never_seen):
        return LiveState.UNKNOWN
    if any(
        open_alerts.get(one) for one in (SignalClass.SUPERVISORY, SignalClass.FAULT, SignalClass.DISABLED)
    ):
        return LiveState.FAULT
    return LiveState.NORMAL


def _make_building(
    *,
    area_code: str,
    area_name: str,
    building_use: str,
    open_alerts: dict[str, int],
    total: int,
    silent: int,
    never_seen: int,
    score: float | None,
    colour: int | None,
    judged_at: datetime | None,
    **columns: object,
) -> Building:
    devices = DeviceCounts(total=total, silent=silent, never_seen=never_seen)
    risk = None
    if score is not None and colour is not None and judged_at is not None:
        risk = RiskMark(score=score, colour=Colour.of(colour), at=judged_at)
    return Building.model_validate(
        {
            **columns,
            "use": building_use,
            "area": Named(code=area_code, name=area_name),
            "live": judge_live(open_alerts, devices),
            "risk": risk,
            "alerts_open": {signal_class: open_alerts.get(signal_class, 0) for signal_class in SignalClass},
            "devices": devices,
        }
    )
