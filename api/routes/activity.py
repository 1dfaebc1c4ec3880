"""``/v1/activity``: alerts of each hour, by building or area."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.activity_store import HOUR, Activity, ActivityBy, ActivityQuestion, count_hours, find_begin
from api.answers import answer_json
from api.connections import ConnectionsDep
from api.examples import figures as examples
from api.examples import show_example
from api.freshness import read_freshness
from api.place_filter import PlaceParameters
from api.problems import describe_problems
from schemas.domain import SignalClass

router = APIRouter(prefix="/v1/activity", tags=["figures"])


class ActivityParameters(PlaceParameters):
    by: ActivityBy = ActivityBy.BUILDING
    hours: Annotated[int, Field(ge=1, le=168)] = 24
    classes: Annotated[tuple[SignalClass, ...], Field(alias="class", max_length=7)] = ()


@router.get(
    "",
    response_model=Activity,
    responses=show_example(examples.ACTIVITY) | describe_problems(422, 503),
)
async def get_activity(
    connections: ConnectionsDep, parameters: Annotated[ActivityParameters, Query()]
) -> Response:
    """How many alerts were raised in each of the last hours, the one that has begun included."""
    question = ActivityQuestion(
        parameters.by, parameters.places, tuple(sorted(parameters.classes)), parameters.hours
    )
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        begin = find_begin(freshness.as_of, question.hours)
        rows = await count_hours(connection, question, begin)
    body = Activity(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        begin=begin,
        end=begin + question.hours * HOUR,
        bucket_seconds=int(HOUR.total_seconds()),
        rows=tuple(rows),
    )
    return answer_json(body, freshness)
