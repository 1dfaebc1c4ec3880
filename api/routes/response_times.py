"""``/v1/response-times``: how long people took to acknowledge alerts and to rule on them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import Field, model_validator
from starlette.responses import Response

from api.answers import answer_json
from api.connections import ConnectionsDep
from api.examples import figures as examples
from api.examples import show_example
from api.freshness import read_freshness
from api.parameters import check_days
from api.place_filter import PlaceParameters
from api.problems import describe_problems
from api.response_store import ResponseBy, ResponseQuestion, ResponseTimes, read_response_times
from schemas.domain import SignalClass

router = APIRouter(prefix="/v1/response-times", tags=["figures"])

LONGEST = timedelta(days=366)


class ResponseParameters(PlaceParameters):
    first: Annotated[date, Field(alias="from", description="The first day, in China")]
    last: Annotated[date, Field(alias="to", description="The last day, 366 days later at most")]
    by: ResponseBy = ResponseBy.PERSON
    shift: Annotated[
        tuple[Annotated[int, Field(ge=0, le=23)], ...],
        Field(min_length=1, max_length=6, description="Hours at which shifts begin, in China"),
    ] = (8, 20)
    classes: Annotated[tuple[SignalClass, ...], Field(alias="class", max_length=7)] = ()

    @model_validator(mode="after")
    def _check_span(self) -> Self:
        check_days(self.first, self.last, LONGEST)
        return self

    def make_question(self) -> ResponseQuestion:
        return ResponseQuestion(
            first=self.first,
            last=self.last,
            by=self.by,
            shifts=tuple(sorted(set(self.shift))),
            classes=tuple(sorted(self.classes)),
            places=self.places,
        )


@router.get(
    "",
    response_model=ResponseTimes,
    responses=show_example(examples.RESPONSE_TIMES) | describe_problems(422, 503),
)
async def get_response_times(
    connections: ConnectionsDep, parameters: Annotated[ResponseParameters, Query()]
) -> Response:
    """Median, 95th percentile and longest, counted from when an alert arrived; a shift is that of the arrival."""
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        counts, total, rows = await read_response_times(connection, parameters.make_question())
    body = ResponseTimes(
        as_of=freshness.as_of, pipeline=freshness.pipeline, counts=counts, total=total, rows=tuple(rows)
    )
    return answer_json(body, freshness)
