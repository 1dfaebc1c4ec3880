"""How long people take: from an alert's arrival to its acknowledgement and to its verdict, by person and shift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from psycopg import sql
from pydantic import ConfigDict, Field

from api.alert_models import Shown
from api.connections import Connection, fetch_all, fetch_one
from api.freshness import Answer
from api.moments import Moment
from api.place_filter import PlaceFilter, in_buildings

# Counted from when the database learnt of the alert: nobody could have answered it before.
ASKED = sql.SQL("""
    SELECT a.recorded_at, a.closed_at, a.acknowledged_at, a.acknowledged_by, a.verdict, a.verdict_at, a.verdict_by,
           width_bucket(extract(hour FROM a.recorded_at AT TIME ZONE 'Asia/Shanghai')::integer,
                        %(shifts)s::integer[]) AS begun
    FROM alerts a
    WHERE a.recorded_at >= %(begin)s AND a.recorded_at < %(end)s
      AND (cardinality(%(classes)s::text[]) = 0 OR a.signal_class = ANY(%(classes)s)) AND {in_buildings}""").format(
    in_buildings=in_buildings("a", "building_id")
)
# Before the first shift of a day it is still the last one of the day before.
SHIFT = sql.SQL(
    "(%(shifts)s::integer[])[CASE begun WHEN 0 THEN cardinality(%(shifts)s::integer[]) ELSE begun END]"
)
SELECT_TIMES = sql.SQL("""
WITH asked AS ({asked}), answers AS (
    SELECT begun, acknowledged_by AS person, 'acknowledged' AS act,
           extract(epoch FROM acknowledged_at - recorded_at)::float8 AS seconds
    FROM asked WHERE acknowledged_at IS NOT NULL
    UNION ALL
    SELECT begun, verdict_by, 'verdict', extract(epoch FROM verdict_at - recorded_at)::float8
    FROM asked WHERE verdict_at IS NOT NULL
)
SELECT {person} AS person, {shift} AS shift, act, count(*) AS n,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median_seconds,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) AS p95_seconds, max(seconds) AS longest_seconds
FROM answers GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""")
SELECT_COUNTS = sql.SQL("""
WITH asked AS ({asked})
SELECT count(*) AS alerts, count(acknowledged_at) AS acknowledged, count(verdict) AS ruled_on,
       count(*) FILTER (WHERE acknowledged_at IS NULL AND closed_at IS NULL) AS waiting
FROM asked""").format(asked=ASKED)


class ResponseBy(StrEnum):
    """What one row is."""

    PERSON = "person"
    SHIFT = "shift"
    BOTH = "both"


class Times(Shown):
    """Seconds from the arrival of an alert to the act."""

    n: int
    median_seconds: float
    p95_seconds: float
    longest_seconds: float


class ResponseRow(Shown):
    """One person, one shift, or one person in one shift."""

    person: str | None = Field(description="Null in rows by shift")
    shift: int | None = Field(
        description="The hour in China at which the shift begins; null in rows by person"
    )
    acknowledged: Times | None
    verdict: Times | None


class ResponseCounts(Shown):
    """Of the alerts that arrived in the period."""

    alerts: int
    acknowledged: int
    ruled_on: int
    waiting: int = Field(description="Open, and nobody has acknowledged them")


class ResponseTimes(Answer):
    model_config = ConfigDict(frozen=True, populate_by_name=True)

    begin: Moment = Field(alias="from")
    end: Moment = Field(alias="to", description="What arrived at this moment no longer counts")
    counts: ResponseCounts
    total: ResponseRow
    rows: tuple[ResponseRow, ...]


@dataclass(frozen=True)
class ResponseQuestion:
    """Alerts that arrived from `begin` on and before `end`; `shifts` are the hours at which shifts begin, in China."""

    begin: datetime
    end: datetime
    by: ResponseBy
    shifts: tuple[int, ...]
    classes: tuple[str, ...]
    places: PlaceFilter


@dataclass(frozen=True)
class _TimesRow:
    person: str | None
    shift: int | None
    act: str
    n: int
    median_seconds: float
    p95_seconds: float
    longest_seconds: float


async def read_response_times(
    connection: Connection, question: ResponseQuestion
) -> tuple[ResponseCounts, ResponseRow, list[ResponseRow]]:
    """How many alerts there were, the times of everybody together, and those of each row."""
    params: dict[str, object] = {
        "begin": question.begin,
        "end": question.end,
        "shifts": list(question.shifts),
        "classes": list(question.classes),
        "building_ids": await question.places.find(connection),
    }
    counts = await fetch_one(connection, SELECT_COUNTS, params, ResponseCounts)
    assert counts is not None
    everybody = await _read_rows(connection, params, by_person=False, by_shift=False)
    rows = await _read_rows(
        connection,
        params,
        by_person=question.by is not ResponseBy.SHIFT,
        by_shift=question.by is not ResponseBy.PERSON,
    )
    nobody = ResponseRow(person=None, shift=None, acknowledged=None, verdict=None)
    return counts, (everybody[0] if everybody else nobody), rows


async def _read_rows(
    connection: Connection, params: dict[str, object], *, by_person: bool, by_shift: bool
) -> list[ResponseRow]:
    query = SELECT_TIMES.format(
        asked=ASKED,
        person=sql.SQL("person" if by_person else "NULL::text"),
        shift=SHIFT if by_shift else sql.SQL("NULL::integer"),
    )
    times: dict[tuple[str | None, int | None], dict[str, Times]] = {}
    for row in await fetch_all(connection, query, params, _TimesRow):
        times.setdefault((row.person, row.shift), {})[row.act] = Times(
            n=row.n,
            median_seconds=row.median_seconds,
            p95_seconds=row.p95_seconds,
            longest_seconds=row.longest_seconds,
        )
    return [
        ResponseRow(
            person=person, shift=shift, acknowledged=of.get("acknowledged"), verdict=of.get("verdict")
        )
        for (person, shift), of in times.items()
    ]
