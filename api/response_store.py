"""How long people take: from an alert's arrival to its acknowledgement and to its verdict, by person and shift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import numpy as np
from psycopg import sql
from pydantic import ConfigDict, Field

from api.alert_models import Shown
from api.answer_times import Answers, Seconds
from api.connections import Connection, fetch_all, fetch_one
from api.freshness import Answer
from api.moments import CHINA, Moment, begin_day
from api.place_filter import PlaceFilter, in_buildings

# Packed days are taken as they are. Read anew are days of alerts that changed since they were packed, days of which
# only a part is asked for, and, where only some buildings are meant, everything.
SELECT_ANSWERS = sql.SQL("""
WITH changed AS (
    SELECT DISTINCT (recorded_at AT TIME ZONE 'Asia/Shanghai')::date AS day FROM alerts
    WHERE change_id > (SELECT change_id FROM answer_progress)
    UNION SELECT unnest(%(parts)s::date[])
), spans AS (
    SELECT %(begin)s::timestamptz AS begin, %(end)s::timestamptz AS "end" WHERE %(building_ids)s::integer[] IS NOT NULL
    UNION ALL
    SELECT GREATEST(day::timestamp AT TIME ZONE 'Asia/Shanghai', %(begin)s),
           LEAST((day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', %(end)s)
    FROM changed WHERE %(building_ids)s::integer[] IS NULL
)
SELECT act, person, string_agg(seconds, '') AS seconds, string_agg(hours, '') AS hours,
       string_agg(classes, '') AS classes FROM answer_days
WHERE %(building_ids)s::integer[] IS NULL AND day >= (%(begin)s AT TIME ZONE 'Asia/Shanghai')::date
  AND day::timestamp AT TIME ZONE 'Asia/Shanghai' < %(end)s AND day NOT IN (SELECT day FROM changed) GROUP BY 1, 2
UNION ALL
SELECT act, person, string_agg(float8send(seconds), ''), string_agg(int2send(hour), ''),
       string_agg(int2send(class_place), '')
FROM spans JOIN answers a ON a.recorded_at >= spans.begin AND a.recorded_at < spans."end"
WHERE {in_buildings} GROUP BY 1, 2""").format(in_buildings=in_buildings("a", "building_id"))
SELECT_COUNTS = sql.SQL("""
SELECT (SELECT count(*) FROM alerts a WHERE {asked}) AS alerts,
       (SELECT count(*) FROM alerts a
        WHERE {asked} AND a.acknowledged_at IS NULL AND a.closed_at IS NULL) AS waiting""").format(
    asked=sql.SQL("""a.recorded_at >= %(begin)s AND a.recorded_at < %(end)s
        AND (cardinality(%(classes)s::text[]) = 0 OR a.signal_class = ANY(%(classes)s)) AND {in_buildings}""").format(
        in_buildings=in_buildings("a", "building_id")
    )
)


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
class _Counts:
    alerts: int
    waiting: int


@dataclass(frozen=True)
class _PackedAnswers:
    """Acts of one kind by one person, n of them, as `answer_days` has them."""

    act: str
    person: str
    seconds: bytes
    hours: bytes
    classes: bytes


async def read_response_times(
    connection: Connection, question: ResponseQuestion
) -> tuple[ResponseCounts, ResponseRow, list[ResponseRow]]:
    """How many alerts there were, the times of everybody together, and those of each row."""
    params: dict[str, object] = {
        "begin": question.begin,
        "end": question.end,
        "parts": find_partial_days(question.begin, question.end),
        "classes": list(question.classes),
        "building_ids": await question.places.find(connection),
    }
    counts = await fetch_one(connection, SELECT_COUNTS, params, _Counts)
    assert counts is not None
    answers = Answers(question.shifts, question.classes)
    for packed in await fetch_all(connection, SELECT_ANSWERS, params, _PackedAnswers):
        answers.take(packed.act, packed.person, packed.seconds, packed.hours, packed.classes)
    rows = [
        _make_row(person, shift, times)
        for (person, shift), times in answers.split(
            by_person=question.by is not ResponseBy.SHIFT, by_shift=question.by is not ResponseBy.PERSON
        ).items()
    ]
    everybody = answers.split(by_person=False, by_shift=False).get((None, None), {})
    shown = ResponseCounts(
        alerts=counts.alerts,
        acknowledged=len(everybody.get("acknowledged", ())),
        ruled_on=len(everybody.get("verdict", ())),
        waiting=counts.waiting,
    )
    return shown, _make_row(None, None, everybody), rows


def find_partial_days(begin: datetime, end: datetime) -> list[date]:
    """The days in China of which a span takes in only a part."""
    first, last = begin.astimezone(CHINA), end.astimezone(CHINA)
    return [moment.date() for moment in (first, last) if moment != begin_day(moment.date())]


def _make_row(person: str | None, shift: int | None, seconds: Mapping[str, Seconds]) -> ResponseRow:
    acknowledged, verdict = (_make_times(seconds.get(act)) for act in ("acknowledged", "verdict"))
    return ResponseRow(person=person, shift=shift, acknowledged=acknowledged, verdict=verdict)


def _make_times(seconds: Seconds | None) -> Times | None:
    if seconds is None:
        return None
    median, most, longest = np.percentile(seconds, (50, 95, 100))
    return Times(
        n=len(seconds), median_seconds=float(median), p95_seconds=float(most), longest_seconds=float(longest)
    )
