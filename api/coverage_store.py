"""Coverage of buildings out of the registry, what was heard, and the figures of each day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import sql
from pydantic import TypeAdapter

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
       (SELECT count(*) FROM generate_series(COALESCE(%(first)s, last_day - 6)::timestamp,
                                             COALESCE(%(last)s, last_day)::timestamp, INTERVAL '1 day') AS day
        WHERE EXISTS (SELECT FROM building_days WHERE starts_at = day AT TIME ZONE 'Asia/Shanghai')) AS days_judged
FROM (SELECT COALESCE(%(last)s::date, (max(starts_at) AT TIME ZONE 'Asia/Shanghai')::date,
                      (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date - 1) AS last_day
      FROM building_days) newest"""
# Every building's figures, and what follows from them. A device that is silent is silent in few buildings: they are
# counted by themselves.
JUDGED = sql.SQL("""
WITH silent AS (
    SELECT d.building_id, count(*) AS devices_silent
    FROM ({silent}) s JOIN devices d USING (device_id) WHERE NOT d.retired GROUP BY 1
), days AS (
    SELECT c.building_id, sum(c.devices) AS device_days, sum(c.received::float8) AS received,
           sum(c.expected::float8) AS expected, sum(c.silent_seconds) AS silent_seconds
    FROM building_days c
    WHERE c.starts_at >= %(first)s::date::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND c.starts_at < (%(last)s::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AND {of_day}
    GROUP BY 1
), heard AS (
    SELECT d.building_id, count(*) AS devices, count(s.last_received_at) AS devices_heard,
           max(s.last_received_at) AS last_received_at
    FROM devices d LEFT JOIN device_state s USING (device_id)
    WHERE NOT d.retired AND {of_device} GROUP BY 1
), judged AS (
    SELECT b.code, b.name, b.area_id, b.building_class, b.must_connect, b.high_risk,
           COALESCE(heard.devices, 0) AS devices, COALESCE(heard.devices_heard, 0) AS devices_heard,
           COALESCE(silent.devices_silent, 0) AS devices_silent, heard.last_received_at,
           COALESCE(days.device_days, 0) AS device_days, COALESCE(days.received, 0) AS received,
           COALESCE(days.expected, 0) AS expected, COALESCE(days.silent_seconds, 0) AS silent_seconds,
           CASE WHEN heard.devices IS NULL THEN 'no_devices'
                WHEN heard.devices_heard = 0 THEN 'never_heard'
                WHEN days.device_days IS NULL THEN 'unproven'
                WHEN days.silent_seconds > (1 - %(least_online)s) * 86400 * days.device_days
                     OR days.received < %(least_completeness)s * days.expected THEN 'failing'
                ELSE 'running' END AS state
    FROM buildings b LEFT JOIN heard USING (building_id) LEFT JOIN days USING (building_id)
        LEFT JOIN silent USING (building_id)
    WHERE {of_building}
      AND (%(must_connect)s::boolean IS NULL OR b.must_connect = %(must_connect)s)
      AND (cardinality(%(classes)s::text[]) = 0 OR b.building_class = ANY(%(classes)s))
), shown AS (
    SELECT j.code, j.name, g.code AS area_code, g.name AS area_name, j.building_class, j.must_connect, j.high_risk,
           j.state, j.devices, j.devices_heard, j.devices_silent, j.device_days, j.received, j.expected,
           j.silent_seconds, j.last_received_at
    FROM judged j JOIN areas g USING (area_id)
)""").format(
    silent=SILENT,
    of_day=in_buildings("c", "building_id"),
    of_device=in_buildings("d", "building_id"),
    of_building=in_buildings("b", "building_id"),
)
SELECT_COVERAGE = sql.SQL("""{judged}
SELECT * FROM shown
WHERE (cardinality(%(states)s::text[]) = 0 OR state = ANY(%(states)s)) AND code > %(after)s
ORDER BY code LIMIT %(limit)s""").format(judged=JUDGED)
# Sums by area and class, few enough to be added up further, and of the missing the most urgent.
SELECT_SUMMARY = sql.SQL("""{judged}, missing AS (
    SELECT * FROM shown WHERE state <> 'running'
    ORDER BY high_risk DESC, array_position(%(worst_first)s::text[], state), code LIMIT %(limit)s
), sums AS (
    SELECT area_code, building_class, count(*) AS buildings, count(*) FILTER (WHERE devices_heard > 0) AS connected,
           count(*) FILTER (WHERE state = 'running') AS running, sum(device_days)::float8 AS device_days,
           sum(received) AS received, sum(expected) AS expected, sum(silent_seconds) AS silent_seconds
    FROM shown GROUP BY 1, 2
)
SELECT (SELECT COALESCE(json_agg(sums), '[]') FROM sums) AS sums,
       (SELECT COALESCE(json_agg(missing), '[]') FROM missing) AS missing""").format(judged=JUDGED)
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
    """A building's figures over the period."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageSum:
    """The figures of one area's own buildings of one class."""

    area_code: str
    building_class: str
    buildings: int
    connected: int
    running: int
    device_days: float
    received: float
    expected: float
    silent_seconds: float


@dataclass(frozen=True)
class Summary:
    sums: list[CoverageSum]
    missing: list[CoverageRow]


_SUMMARY = TypeAdapter(Summary)


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
    params = await _make_params(connection, question, period)
    params |= {"states": list(question.states), "after": after, "limit": limit}
    return await fetch_all(connection, SELECT_COVERAGE, params, CoverageRow)


async def _make_params(
    connection: Connection, question: CoverageQuestion, period: Period
) -> dict[str, object]:
    return {
        "building_ids": await question.places.find(connection),
        "first": period.first,
        "last": period.last,
        "must_connect": question.must_connect,
        "classes": list(question.classes),
        **dict(question.demand),
    }


async def read_summary(
    connection: Connection, question: CoverageQuestion, period: Period, most_missing: int
) -> Summary:
    """Sums by area and class, and the missing, the worst first."""
    params = await _make_params(connection, question, period)
    params |= {"worst_first": list(CoverageState), "limit": most_missing}
    summary = await fetch_one(connection, SELECT_SUMMARY, params, _read_summary)
    assert summary is not None
    return summary


def _read_summary(*, sums: list[object], missing: list[object]) -> Summary:
    return _SUMMARY.validate_python({"sums": sums, "missing": missing})


async def list_area_coverage(connection: Connection, sums: list[CoverageSum]) -> list[AreaCoverage]:
    """Every area that has one of the buildings in it or below it."""
    areas = {area.code: area for area in await fetch_all(connection, SELECT_AREAS, {}, Area)}
    within: dict[str, list[CoverageSum]] = {}
    for one in sums:
        for area in _climb(areas, one.area_code):
            within.setdefault(area.code, []).append(one)
    return [
        AreaCoverage(**vars(area), **dict(add_up(within[code])))
        for code, area in areas.items()
        if code in within
    ]


def list_class_coverage(sums: list[CoverageSum]) -> list[ClassCoverage]:
    of_class = {one: [part for part in sums if part.building_class == one] for one in BuildingClass}
    return [
        ClassCoverage(building_class=one, **dict(add_up(found))) for one, found in of_class.items() if found
    ]


def add_up(sums: list[CoverageSum]) -> CoverageFigures:
    """Rates of buildings by number, of time and readings by their sums."""
    buildings = sum(one.buildings for one in sums)
    connected = sum(one.connected for one in sums)
    running = sum(one.running for one in sums)
    return CoverageFigures(
        buildings=buildings,
        connected=connected,
        running=running,
        connected_rate=_divide(connected, buildings),
        running_rate=_divide(running, buildings),
        online=_count_online(sum(one.silent_seconds for one in sums), sum(one.device_days for one in sums)),
        completeness=_divide(sum(one.received for one in sums), sum(one.expected for one in sums)),
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


def _count_online(silent_seconds: float, device_days: float) -> float | None:
    silent = _divide(silent_seconds, device_days * DAY_SECONDS)
    return None if silent is None else 1 - silent


def _divide(part: float, whole: float) -> float | None:
    return part / whole if whole else None
