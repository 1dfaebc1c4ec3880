"""How many alerts were raised in each hour, for small charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from psycopg import sql
from pydantic import ConfigDict, Field

from api.alert_models import Named
from api.connections import Connection, fetch_all
from api.freshness import Answer
from api.moments import Moment
from api.place_filter import PlaceFilter

HOUR = timedelta(hours=1)

SELECT_HOURS = sql.SQL("""
SELECT {code} AS code, {name} AS name,
       floor(extract(epoch FROM a.raised_at - %(begin)s::timestamptz) / 3600)::integer AS hour, count(*) AS n
FROM alerts a JOIN buildings b USING (building_id) JOIN areas g USING (area_id)
WHERE a.raised_at >= %(begin)s AND a.raised_at < %(end)s
  AND (cardinality(%(classes)s::text[]) = 0 OR a.signal_class = ANY(%(classes)s))
  AND (%(building_ids)s::integer[] IS NULL OR a.building_id = ANY(%(building_ids)s))
GROUP BY 1, 2, 3 ORDER BY 1, 3""")


class ActivityBy(StrEnum):
    """What one row is: a building, the area that a building lies in, or everything together."""

    BUILDING = "building"
    AREA = "area"
    CITY = "city"


COLUMNS = {
    ActivityBy.BUILDING: (sql.SQL("b.code"), sql.SQL("b.name")),
    ActivityBy.AREA: (sql.SQL("g.code"), sql.SQL("g.name")),
    ActivityBy.CITY: (sql.SQL("'city'"), sql.SQL("'全部 all'")),
}


class HourlyCounts(Named):
    total: int
    counts: tuple[int, ...] = Field(description="One for each hour, the oldest first")


class Activity(Answer):
    """Rows without any alert are left out."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    begin: Moment = Field(alias="from")
    end: Moment = Field(alias="to")
    bucket_seconds: int
    rows: tuple[HourlyCounts, ...] = Field(description="Those with most alerts first")


@dataclass(frozen=True)
class ActivityQuestion:
    by: ActivityBy
    places: PlaceFilter
    classes: tuple[str, ...]
    hours: int


def find_begin(now: datetime, hours: int) -> datetime:
    """The hour that has begun is the last one."""
    return now.replace(minute=0, second=0, microsecond=0) - (hours - 1) * HOUR


async def count_hours(
    connection: Connection, question: ActivityQuestion, begin: datetime
) -> list[HourlyCounts]:
    """Alerts raised in each hour from `begin` on, by event time."""
    code, name = COLUMNS[question.by]
    params: dict[str, object] = {
        "begin": begin,
        "end": begin + question.hours * HOUR,
        "classes": list(question.classes),
        "building_ids": await question.places.find(connection),
    }
    counted: dict[tuple[str, str], list[int]] = {}
    for row in await fetch_all(connection, SELECT_HOURS.format(code=code, name=name), params, _HourRow):
        counted.setdefault((row.code, row.name), [0] * question.hours)[row.hour] = row.n
    rows = [
        HourlyCounts(code=code, name=name, total=sum(counts), counts=tuple(counts))
        for (code, name), counts in counted.items()
    ]
    return sorted(rows, key=lambda row: (-row.total, row.code))


@dataclass(frozen=True)
class _HourRow:
    code: str
    name: str
    hour: int
    n: int
