"""``/v1/coverage``: which buildings are connected and running, and which are missing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query
from pydantic import Field, model_validator
from starlette.responses import Response

from api.answers import answer_json
from api.connections import ConnectionsDep
from api.coverage_models import BuildingCoverageList, Coverage, CoverageState, Demand
from api.coverage_store import (
    CoverageQuestion,
    add_up,
    list_area_coverage,
    list_class_coverage,
    list_coverage,
    read_period,
    read_summary,
    show_building,
)
from api.cursors import CursorText, Key, decode_cursor, digest_question, encode_cursor
from api.examples import figures as examples
from api.examples import show_example
from api.freshness import read_freshness
from api.parameters import Limit, check_days
from api.place_filter import PlaceParameters
from api.problems import describe_problems
from schemas.domain import BuildingClass

router = APIRouter(prefix="/v1/coverage", tags=["figures"])

LONGEST = timedelta(days=366)
MOST_MISSING = 1000
_SAID = {"true": True, "false": False, "all": None}

Share = Annotated[float, Field(ge=0, le=1)]


class CoverageParameters(PlaceParameters):
    """The last seven days that were judged, unless told otherwise."""

    first: Annotated[date | None, Field(alias="from", description="The first day, in China")] = None
    last: Annotated[date | None, Field(alias="to", description="The last day, in China")] = None
    classes: Annotated[tuple[BuildingClass, ...], Field(alias="class", max_length=4)] = ()
    least_online: Annotated[Share, Field(description="Online for less of the period is not running")] = 0.9
    least_completeness: Annotated[Share, Field(description="Less complete is not running")] = 0.9

    @model_validator(mode="after")
    def _check_span(self) -> Self:
        if (self.first is None) != (self.last is None):
            raise ValueError("`from` and `to` are given together")
        if self.first and self.last:
            check_days(self.first, self.last, LONGEST)
        return self

    @property
    def demand(self) -> Demand:
        return Demand(least_online=self.least_online, least_completeness=self.least_completeness)

    def make_question(
        self, must_connect: bool | None, states: tuple[CoverageState, ...] = ()
    ) -> CoverageQuestion:
        return CoverageQuestion(
            places=self.places,
            demand=self.demand,
            first=self.first,
            last=self.last,
            must_connect=must_connect,
            classes=tuple(sorted(self.classes)),
            states=tuple(sorted(states)),
        )


class BuildingParameters(CoverageParameters):
    must_connect: Literal["true", "false", "all"] = "all"
    state: Annotated[tuple[CoverageState, ...], Field(max_length=5)] = ()
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Limit = 200


class CoverageKey(Key):
    code: str = Field(max_length=64)


@router.get(
    "",
    response_model=Coverage,
    responses=show_example(examples.COVERAGE) | describe_problems(422, 503),
)
async def get_coverage(
    connections: ConnectionsDep, parameters: Annotated[CoverageParameters, Query()]
) -> Response:
    """Of the buildings that must be connected: how many are, how many run, by area and class; the missing are named.

    A building runs when its devices were online and their readings complete for as much of the period as demanded.
    """
    question = parameters.make_question(must_connect=True)
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        period = await read_period(connection, question)
        summary = await read_summary(connection, question, period, MOST_MISSING)
        areas = await list_area_coverage(connection, summary.sums)
    total = add_up(summary.sums)
    body = Coverage(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        period=period,
        demand=parameters.demand,
        total=total,
        by_area=tuple(areas),
        by_class=tuple(list_class_coverage(summary.sums)),
        missing=tuple(map(show_building, summary.missing)),
        missing_total=total.buildings - total.running,
    )
    return answer_json(body, freshness)


@router.get(
    "/buildings",
    response_model=BuildingCoverageList,
    responses=show_example(examples.BUILDING_COVERAGE) | describe_problems(400, 422, 503),
)
async def get_building_coverage(
    connections: ConnectionsDep, parameters: Annotated[BuildingParameters, Query()]
) -> Response:
    """The same of each building, those that need not be connected among them, by code."""
    question = parameters.make_question(_SAID[parameters.must_connect], parameters.state)
    name = digest_question("coverage", question)
    after = decode_cursor(parameters.cursor, CoverageKey, name).code if parameters.cursor else ""
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        period = await read_period(connection, question)
        rows = await list_coverage(connection, question, period, after, parameters.limit + 1)
    page = rows[: parameters.limit]
    last = CoverageKey(code=page[-1].code, question=name) if len(rows) > parameters.limit else None
    body = BuildingCoverageList(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        period=period,
        demand=parameters.demand,
        buildings=tuple(map(show_building, page)),
        next=encode_cursor(last) if last else None,
    )
    return answer_json(body, freshness)
