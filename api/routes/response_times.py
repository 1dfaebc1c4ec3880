"""``/v1/response-times``: how long people took to acknowledge alerts and to rule on them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import Field, model_validator
from starlette.responses import Response

from api.answers import answer_json
from api.connections import ConnectionsDep
from api.examples import figures as examples
from api.examples import show_example
from api.freshness import read_freshness
from api.moments import GivenDay, GivenMoment, begin_day
from api.parameters import check_days
from api.place_filter import PlaceParameters
from api.problems import describe_problems
from api.response_store import ResponseBy, ResponseQuestion, ResponseTimes, read_response_times
from schemas.domain import SignalClass

router = APIRouter(prefix="/v1/response-times", tags=["figures"])

LONGEST = timedelta(days=366)


class ResponseParameters(PlaceParameters):
    """Over whole days in China, both included, or from one moment on until before another."""

    begin: Annotated[GivenDay | GivenMoment, Field(alias="from", description="The first day, or a moment")]
    end: Annotated[
        GivenDay | GivenMoment,
        Field(alias="to", description="The last day, 366 days later at most, or a moment"),
    ]
    by: ResponseBy = ResponseBy.PERSON
    shift: Annotated[
        tuple[Annotated[int, Field(ge=0, le=23)], ...],
        Field(min_length=1, max_length=6, description="Hours at which shifts begin, in China"),
    ] = (8, 20)
    classes: Annotated[tuple[SignalClass, ...], Field(alias="class", max_length=7)] = ()

    @model_validator(mode="after")
    def _check_span(self) -> Self:
        if isinstance(self.begin, datetime) and isinstance(self.end, datetime):
            if not timedelta(0) < self.end - self.begin <= LONGEST:
                raise ValueError(f"`to` must be later than `from`, by {LONGEST.days} days at most")
        elif isinstance(self.begin, datetime) or isinstance(self.end, datetime):
            raise ValueError("`from` and `to` are both days, or both moments")
        else:
            check_days(self.begin, self.end, LONGEST)
        return self

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From a moment on until before another."""
        if isinstance(self.begin, datetime) and isinstance(self.end, datetime):
            return self.begin, self.end
        return begin_day(self.begin), begin_day(self.end + timedelta(days=1))

    def make_question(self) -> ResponseQuestion:
        begin, end = self.span
        return ResponseQuestion(
            begin=begin,
            end=end,
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
    question = parameters.make_question()
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        counts, total, rows = await read_response_times(connection, question)
    body = ResponseTimes(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        begin=question.begin,
        end=question.end,
        counts=counts,
        total=total,
        rows=tuple(rows),
    )
    return answer_json(body, freshness)
