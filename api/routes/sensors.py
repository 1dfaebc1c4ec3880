"""``/v1/sensors``: what is registered, with what it cannot show, and what one sensor measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import Field, model_validator
from starlette.responses import Response

from api.alert_models import Readings
from api.answers import answer_json
from api.connections import ConnectionsDep
from api.cursors import CursorText, decode_cursor, digest_question, encode_cursor
from api.examples import places as examples
from api.examples import show_example
from api.freshness import Answer, read_freshness
from api.moments import GivenMoment
from api.parameters import Code, Limit, Question
from api.problems import describe_problems
from api.reading_store import Span, read_readings
from api.sensor_store import Sensor, SensorKey, SensorQuestion, list_sensors
from schemas.domain import Quantity

router = APIRouter(prefix="/v1/sensors", tags=["readings"])

_DEFAULT_SPAN = timedelta(hours=1)
_LONGEST_SPAN = timedelta(days=3660)


class SpanParameters(Question):
    begin: Annotated[
        GivenMoment | None, Field(alias="from", description="An hour before `to` by default")
    ] = None
    end: Annotated[GivenMoment | None, Field(alias="to", description="Now by default")] = None

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.begin and self.end and not timedelta(0) < self.end - self.begin <= _LONGEST_SPAN:
            raise ValueError("`to` must come after `from`, by ten years at most")
        return self

    def make_span(self, now: datetime) -> Span:
        # A span that begins in the future and has no end is an empty one, not a mistake.
        latest = now if self.begin is None or self.begin < now else self.begin + _DEFAULT_SPAN
        end = self.end or latest
        return Span(self.begin or end - _DEFAULT_SPAN, end)


class ReadingList(Answer, Readings):
    """At most 2,000 points."""


class SensorParameters(Question):
    building: Code | None = None
    quantity: Quantity | None = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Limit = 200


class SensorList(Answer):
    sensors: tuple[Sensor, ...]
    next: str | None = Field(description="Cursor of the next page; null on the last")


@router.get(
    "", response_model=SensorList, responses=show_example(examples.SENSORS) | describe_problems(400, 422, 503)
)
async def get_sensors(
    connections: ConnectionsDep, parameters: Annotated[SensorParameters, Query()]
) -> Response:
    """Sensors by number. `limitations` says what one cannot show: a slow temperature cannot show how fast it rises."""
    question = SensorQuestion(parameters.building, parameters.quantity)
    name = digest_question("sensors", parameters.building, parameters.quantity)
    after = decode_cursor(parameters.cursor, SensorKey, name).id if parameters.cursor else 0
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        sensors, last = await list_sensors(connection, question, after, parameters.limit)
    body = SensorList(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        sensors=tuple(sensors),
        next=encode_cursor(last.model_copy(update={"question": name})) if last else None,
    )
    return answer_json(body, freshness)


@router.get(
    "/{sensor_id}/readings",
    response_model=ReadingList,
    responses=show_example(examples.READINGS) | describe_problems(404, 422, 503),
)
async def get_readings(
    connections: ConnectionsDep,
    sensor_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
    parameters: Annotated[SpanParameters, Query()],
) -> Response:
    """Every reading of the span, or buckets with mean, least and greatest when there are more than 2,000."""
    span = parameters.make_span(datetime.now(UTC))
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        readings = await read_readings(connection, sensor_id, span)
    body = ReadingList(as_of=freshness.as_of, pipeline=freshness.pipeline, **dict(readings))
    return answer_json(body, freshness)
