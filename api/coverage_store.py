"""Coverage of buildings out of the registry, what was heard, and the figures of each day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import sql

from api.alert_models import Named
from api.connections import Connection, fetch_all, fetch_one
from api.coverage_models import (
    AreaCoverage,
    BuildingCoverage,
    ClassCoverage,
    CoverageFigures,
    CoverageState,
    Demand,
    Period,
)
from api.place_filter import PlaceFilter, in_buildings
from api.silence import SILENT
from schemas.domain import BuildingClass

DAY_SECONDS = 86400

SELECT_PERIOD = """
SELECT COALESCE(%(first)s, last_day - 6) AS first, COALESCE(%(last)s, last_day) AS last,
       (SELECT count(DISTINCT starts_at) FROM device_days
        WHERE starts_at >= COALESCE(%(first)s, last_day - 6)::timestamp AT TIME ZONE 'Asia/Shanghai'
          AND starts_at < (COALESCE(%(last)s, last_day) + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') AS days_judged
FROM (SELECT COALESCE(%(last)s::date, (max(starts_at) AT TIME ZONE 'Asia/Shanghai')::date,
                      (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date - 1) AS last_day
      FROM device_days) newest"""
SELECT_COVERAGE = sql.SQL("""
WITH silent AS ({silent}), days AS (
    SELECT d.building_id, count(*) AS device_days, sum(c.received)::float8 AS received,
           sum(c.expected)::float8 AS expected, sum(c.silent_seconds)::float8 AS silent_seconds
    FROM device_days c JOIN devices d USING (device_id)
    WHERE c.starts_at >= %(first)s::date::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND c.starts_at < (%(last)s::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND NOT d.retired AND {of_device}
    GROUP BY 1
), heard AS (
    SELECT d.building_id, count(*) AS devices, count(s.last_received_at) AS devices_heard,
           count(silent.device_id) AS devices_silent, max(s.last_received_at) AS last_received_at
    FROM devices d LEFT JOIN device_state s USING (device_id) LEFT JOIN silent USING (device_id)
    WHERE NOT d.retired AND {of_device} GROUP BY 1
), judged AS (
    SELECT b.*, COALESCE(heard.devices, 0) AS devices, COALESCE(heard.devices_heard, 0) AS devices_heard,
           COALESCE(heard.devices_silent, 0) AS devices_silent, heard.last_received_at,
           COALESCE(days.device_days, 0) AS device_days, COALESCE(days.received, 0) AS received,
           COALESCE(days.expected, 0) AS expected, COALESCE(days.silent_seconds, 0) AS silent_seconds,
           CASE WHEN heard.devices IS NULL THEN 'no_devices'
                WHEN heard.devices_heard = 0 THEN 'never_heard'
                WHEN days.device_days IS NULL THEN 'unproven'
                WHEN days.silent_seconds > (1 - %(least_online)s) * 86400 * days.device_days
                     OR days.received < %(least_completeness)s * days.expected THEN 'failing'
                ELSE 'running' END AS state
    FROM buildings b LEFT JOIN heard USING (building_id) LEFT JOIN days USING (building_id)
    WHERE {of_building}
)
SELECT j.code, j.name, g.code AS area_code, g.name AS area_name, j.building_class, j.must_connect, j.high_risk,
       j.state, j.devices, j.devices_heard, j.devices_silent, j.device_days, j.received, j.expected, j.silent_seconds,
       j.last_received_at
FROM judged j JOIN areas g USING (area_id)
WHERE (%(must_connect)s::boolean IS NULL OR j.must_connect = %(must_connect)s)
  AND (cardinality(%(classes)s::text[]) = 0 OR j.building_class = ANY(%(classes)s))
  AND (cardinality(%(states)s::text[]) = 0 OR j.state = ANY(%(states)s))
  AND j.code > %(after)s
ORDER BY j.code LIMIT %(limit)s""").format(
    silent=SILENT, of_device=in_buildings("d", "building_id"), of_building=in_buildings("b", "building_id")
)
SELECT_AREAS = """
SELECT a.code, a.name, a.level, p.code AS parent
FROM areas a LEFT JOIN areas p ON p.area_id = a.parent_id ORDER BY a.area_id"""


@dataclass(frozen=True)
class CoverageQuestion:
    """Which buildings, over which period; without days, the last seven that were judged."""

    places: PlaceFilter
    demand: Demand
    first: date | None
    last: date | None
    must_connect: bool | None
    classes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """A building's figures over the period, to be added up."""

    code: str
    name: str
    area_code: str
    area_name: str
    building_class: str
    must_connect: bool
    high_risk: bool
    state: str
    devices: int
    devices_heard: int
    devices_silent: int
    device_days: int
    received: float
    expected: float
    silent_seconds: float
    last_received_at: datetime | None


@dataclass(frozen=True)
class Area:
    code: str
    name: str
    level: str
    parent: str | None


async def read_period(connection: Connection, question: CoverageQuestion) -> Period:
    period = await fetch_one(
        connection, SELECT_PERIOD, {"first": question.first, "last": question.last}, Period
    )
    assert period is not None
    return period


async def list_coverage(
    connection: Connection, question: CoverageQuestion, period: Period, after: str, limit: int | None
) -> list[CoverageRow]:
    """Buildings by code, from the one after `after` on; without a limit all of them."""
    params: dict[str, object] = {
        "building_ids": await question.places.find(connection),
        "first": period.first,
        "last": period.last,
        "must_connect": question.must_connect,
        "classes": list(question.classes),
        "states": list(question.states),
        "after": after,
        "limit": limit,
        **dict(question.demand),
    }
    return await fetch_all(connection, SELECT_COVERAGE, params, CoverageRow)


async def list_area_coverage(connection: Connection, rows: list[CoverageRow]) -> list[AreaCoverage]:
    """Every area that has one of the buildings in it or below it."""
    areas = {area.code: area for area in await fetch_all(connection, SELECT_AREAS, {}, Area)}
    within: dict[str, list[CoverageRow]] = {}
    for row in rows:
        for area in _climb(areas, row.area_code):
            within.setdefault(area.code, []).append(row)
    return [
        AreaCoverage(**vars(area), **dict(add_up(within[code])))
        for code, area in areas.items()
        if code in within
    ]


def list_class_coverage(rows: list[CoverageRow]) -> list[ClassCoverage]:
    of_class = {one: [row for row in rows if row.building_class == one] for one in BuildingClass}
    return [
        ClassCoverage(building_class=one, **dict(add_up(found))) for one, found in of_class.items() if found
    ]


def add_up(rows: Iterable[CoverageRow]) -> CoverageFigures:
    """Figures of several buildings: rates of buildings by number, of time and readings by their sums."""
    rows = list(rows)
    connected = sum(row.devices_heard > 0 for row in rows)
    running = sum(row.state == CoverageState.RUNNING for row in rows)
    return CoverageFigures(
        buildings=len(rows),
        connected=connected,
        running=running,
        connected_rate=_divide(connected, len(rows)),
        running_rate=_divide(running, len(rows)),
        online=_count_online(sum(row.silent_seconds for row in rows), sum(row.device_days for row in rows)),
        completeness=_divide(sum(row.received for row in rows), sum(row.expected for row in rows)),
    )


def show_building(row: CoverageRow) -> BuildingCoverage:
    return BuildingCoverage(
        code=row.code,
        name=row.name,
        area=Named(code=row.area_code, name=row.area_name),
        building_class=BuildingClass(row.building_class),
        must_connect=row.must_connect,
        high_risk=row.high_risk,
        state=CoverageState(row.state),
        devices=row.devices,
        devices_heard=row.devices_heard,
        devices_silent=row.devices_silent,
        online=_count_online(row.silent_seconds, row.device_days),
        completeness=_divide(row.received, row.expected),
        last_received_at=row.last_received_at,
    )


def _climb(areas: dict[str, Area], code: str | None) -> Iterator[Area]:
    seen: set[str] = set()
    while code is not None and code not in seen:
        seen.add(code)
        yield areas[code]
        code = areas[code].parent


def _count_online(silent_seconds: float, device_days: int) -> float | None:
    silent = _divide(silent_seconds, device_days * DAY_SECONDS)
    return None if silent is None else 1 - silent


def _divide(part: float, whole: float) -> float | None:
    return part / whole if whole else None
