"""``/v1/completeness`` and ``/v1/false-alarms``: figures of each day about who reports, and who cries in vain."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import Field, model_validator
from starlette.responses import Response

from api.answers import answer_json
from api.completeness_store import (
    DeviceDayKey,
    DeviceDayList,
    FalseAlarmDeviceList,
    FalseAlarmList,
    list_device_days,
    list_false_alarm_devices,
    list_false_alarms,
)
from api.connections import ConnectionsDep
from api.cursors import CursorText, decode_cursor, digest_question, encode_cursor
from api.examples import figures as examples
from api.examples import show_example
from api.freshness import read_freshness
from api.parameters import Code, Limit, Question, check_days
from api.place_filter import PlaceParameters
from api.problems import describe_problems

router = APIRouter(prefix="/v1", tags=["figures"])

LONGEST = timedelta(days=92)


class CompletenessParameters(Question):
    day: Annotated[date | None, Field(description="In China; by default the last one judged")] = None
    building: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Limit = 200


class FalseAlarmParameters(PlaceParameters):
    first: Annotated[date, Field(alias="from", description="The first day, in China")]
    last: Annotated[date, Field(alias="to", description="The last day, 92 days of them at most")]

    @model_validator(mode="after")
    def _check_span(self) -> Self:
        check_days(self.first, self.last, LONGEST)
        return self


class FalseAlarmDeviceParameters(FalseAlarmParameters):
    limit: Limit = 200


@router.get(
    "/completeness",
    response_model=DeviceDayList,
    responses=show_example(examples.COMPLETENESS) | describe_problems(400, 422, 503),
)
async def get_completeness(
    connections: ConnectionsDep, parameters: Annotated[CompletenessParameters, Query()]
) -> Response:
    """What share of its readings each device sent on a day, and for what share of it it was online."""
    buildings = tuple(sorted(parameters.building))
    name = digest_question("completeness", parameters.day, buildings)
    after = decode_cursor(parameters.cursor, DeviceDayKey, name) if parameters.cursor else None
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        devices, last = await list_device_days(connection, parameters.day, buildings, after, parameters.limit)
    body = DeviceDayList(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        devices=tuple(devices),
        next=encode_cursor(last.model_copy(update={"question": name})) if last else None,
    )
    return answer_json(body, freshness)


@router.get(
    "/false-alarms",
    response_model=FalseAlarmList,
    responses=show_example(examples.FALSE_ALARMS) | describe_problems(422, 503),
)
async def get_false_alarms(
    connections: ConnectionsDep, parameters: Annotated[FalseAlarmParameters, Query()]
) -> Response:
    """Alarms that somebody ruled to be false, by day and building, and which of these have too many."""
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        days = await list_false_alarms(connection, parameters.first, parameters.last, parameters.places)
    body = FalseAlarmList(as_of=freshness.as_of, pipeline=freshness.pipeline, days=tuple(days))
    return answer_json(body, freshness)


@router.get(
    "/false-alarms/devices",
    response_model=FalseAlarmDeviceList,
    responses=show_example(examples.FALSE_ALARM_DEVICES) | describe_problems(422, 503),
)
async def get_false_alarm_devices(
    connections: ConnectionsDep, parameters: Annotated[FalseAlarmDeviceParameters, Query()]
) -> Response:
    """The same by device over the whole period: which one is to be looked at."""
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        devices = await list_false_alarm_devices(
            connection, parameters.first, parameters.last, parameters.places, parameters.limit
        )
    body = FalseAlarmDeviceList(as_of=freshness.as_of, pipeline=freshness.pipeline, devices=tuple(devices))
    return answer_json(body, freshness)
