"""``/v1/buildings``: every building with what is open there and whether its devices are heard."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.answers import answer_json
from api.building_store import BuildingKey, BuildingList, list_buildings
from api.connections import ConnectionsDep
from api.cursors import CursorText, decode_cursor, digest_question, encode_cursor
from api.freshness import read_freshness
from api.parameters import Limit, Question
from api.problems import describe_problems

router = APIRouter(prefix="/v1/buildings", tags=["registry"])

_QUESTION = digest_question("buildings")


class BuildingParameters(Question):
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Limit = 200


@router.get("", response_model=BuildingList, responses=describe_problems(400, 422, 503))
async def get_buildings(
    connections: ConnectionsDep, parameters: Annotated[BuildingParameters, Query()]
) -> Response:
    """Buildings by code."""
    after = ""
    if parameters.cursor:
        after = decode_cursor(parameters.cursor, BuildingKey, _QUESTION).code
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        buildings, last = await list_buildings(connection, after, parameters.limit)
    body = BuildingList(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        buildings=tuple(buildings),
        next=encode_cursor(last.model_copy(update={"question": _QUESTION})) if last else None,
    )
    return answer_json(body, freshness)
