"""``/v1/buildings``: every building with what is open there and whether its devices are heard; one as a section."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import Response

from api.alert_models import Colour
from api.answers import answer_json
from api.building_store import BuildingKey, BuildingList, BuildingQuestion, list_buildings
from api.connections import ConnectionsDep
from api.contact_store import ContactBody, ContactList, list_contacts, replace_contacts
from api.cursors import CursorText, decode_cursor, digest_question, encode_cursor
from api.examples import places as examples
from api.examples import show_example
from api.freshness import read_freshness
from api.parameters import Code, Limit, SearchText
from api.place_filter import PlaceParameters
from api.problems import describe_problems
from api.section_store import Section, read_section
from schemas.domain import BuildingClass

router = APIRouter(prefix="/v1/buildings", tags=["registry"])

BuildingPath = Annotated[Code, Path(description="Its code", examples=["B1"])]


class BuildingParameters(PlaceParameters):
    classes: Annotated[tuple[BuildingClass, ...], Field(alias="class", max_length=4)] = ()
    risk: Annotated[tuple[Colour, ...], Field(max_length=4, description="Colour of its risk")] = ()
    q: Annotated[SearchText | None, Field(description="Part of its code or name")] = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Limit = 200

    def make_question(self) -> BuildingQuestion:
        return BuildingQuestion(
            places=self.places,
            classes=tuple(sorted(self.classes)),
            colours=tuple(sorted(int(colour.severity) for colour in self.risk)),
            text=self.q,
        )


@router.get(
    "",
    response_model=BuildingList,
    responses=show_example(examples.BUILDINGS) | describe_problems(400, 422, 503),
)
async def get_buildings(
    connections: ConnectionsDep, parameters: Annotated[BuildingParameters, Query()]
) -> Response:
    """Buildings by code, with class, risk colour, live state and when they were last heard."""
    question = parameters.make_question()
    name = digest_question("buildings", question)
    after = decode_cursor(parameters.cursor, BuildingKey, name).code if parameters.cursor else ""
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        buildings, last = await list_buildings(connection, question, after, parameters.limit)
    body = BuildingList(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        buildings=tuple(buildings),
        next=encode_cursor(last.model_copy(update={"question": name})) if last else None,
    )
    return answer_json(body, freshness)


@router.get(
    "/{code}/section",
    response_model=Section,
    responses=show_example(examples.SECTION) | describe_problems(404, 422, 503),
)
async def get_section(connections: ConnectionsDep, code: BuildingPath) -> Response:
    """One building in one answer: floors from the top down with zones and devices, water, and whom to call."""
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        parts = await read_section(connection, code)
    body = Section(as_of=freshness.as_of, pipeline=freshness.pipeline, **dict(parts))
    return answer_json(body, freshness)


@router.put(
    "/{code}/contacts",
    response_model=ContactList,
    responses=show_example(examples.CONTACTS) | describe_problems(400, 403, 408, 413, 415, 422, 503),
)
async def put_contacts(connections: ConnectionsDep, code: BuildingPath, body: ContactBody) -> Response:
    """Say whom to call about a building; what was said before is replaced."""
    async with connections.borrow() as connection:
        await replace_contacts(connection, code, body)
        freshness = await read_freshness(connection)
        contacts = await list_contacts(connection, code)
    answer = ContactList(as_of=freshness.as_of, pipeline=freshness.pipeline, contacts=tuple(contacts))
    return answer_json(answer, freshness)
