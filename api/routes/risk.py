"""``/v1/risk``: how likely buildings and areas are to burn, why, and where to go next."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.answers import answer_json
from api.connections import ConnectionsDep
from api.cursors import CursorText, decode_cursor, digest_question, encode_cursor
from api.examples import show_example
from api.examples import upkeep as examples
from api.freshness import read_freshness
from api.moments import GivenMoment
from api.parameters import Code, Limit, Question
from api.problems import describe_problems
from api.risk_store import (
    AreaRiskList,
    BuildingRiskList,
    InspectNextList,
    RiskKey,
    list_areas,
    list_buildings,
    list_inspections,
)

router = APIRouter(prefix="/v1/risk", tags=["risk"])


class AreaParameters(Question):
    at: Annotated[
        GivenMoment | None, Field(description="The last hour judged by then; by default the newest")
    ] = None


class RiskParameters(AreaParameters):
    building: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    area: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Limit = 100


class InspectParameters(Question):
    limit: Annotated[int, Field(ge=1, le=200)] = 20


@router.get(
    "/buildings",
    response_model=BuildingRiskList,
    responses=show_example(examples.BUILDING_RISKS) | describe_problems(400, 422, 503),
)
async def get_buildings(
    connections: ConnectionsDep, parameters: Annotated[RiskParameters, Query()]
) -> Response:
    """Buildings by their risk, the highest first: a score in [0, 100] out of parts that add up to it."""
    buildings, areas = tuple(sorted(parameters.building)), tuple(sorted(parameters.area))
    name = digest_question("risk", buildings, areas, parameters.at)
    after = decode_cursor(parameters.cursor, RiskKey, name) if parameters.cursor else None
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        page, last = await list_buildings(
            connection,
            buildings=buildings,
            areas=areas,
            at=parameters.at,
            after=after,
            limit=parameters.limit,
        )
    body = BuildingRiskList(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        buildings=tuple(page),
        next=encode_cursor(last.model_copy(update={"question": name})) if last else None,
    )
    return answer_json(body, freshness)


@router.get(
    "/areas",
    response_model=AreaRiskList,
    responses=show_example(examples.AREA_RISKS) | describe_problems(422, 503),
)
async def get_areas(connections: ConnectionsDep, parameters: Annotated[AreaParameters, Query()]) -> Response:
    """Areas by their risk, the highest first."""
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        areas = await list_areas(connection, parameters.at)
    body = AreaRiskList(as_of=freshness.as_of, pipeline=freshness.pipeline, areas=tuple(areas))
    return answer_json(body, freshness)


@router.get(
    "/inspect-next",
    response_model=InspectNextList,
    responses=show_example(examples.INSPECTIONS) | describe_problems(422, 503),
)
async def get_inspections(
    connections: ConnectionsDep, parameters: Annotated[InspectParameters, Query()]
) -> Response:
    """Where to go next, with what is to be looked at there."""
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        buildings = await list_inspections(connection, parameters.limit)
    body = InspectNextList(as_of=freshness.as_of, pipeline=freshness.pipeline, buildings=tuple(buildings))
    return answer_json(body, freshness)
