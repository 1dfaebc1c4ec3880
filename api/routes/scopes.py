"""``/v1/scopes``: tests, drills and maintenance that somebody declares, each with its end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from api.access import AccessDep
from api.answers import answer_json
from api.connections import ConnectionsDep, Lender
from api.cursors import CursorText, Id, decode_cursor, digest_question, encode_cursor
from api.examples import show_example
from api.examples import upkeep as examples
from api.freshness import Answer, read_freshness
from api.moments import GivenMoment
from api.parameters import ActorName, Code, Limit, Note, Question
from api.problems import describe_problems
from api.scope_store import Declaration, Scope, ScopeKey, declare_scope, end_scope, list_scopes, read_scope
from schemas.domain import ScopeKind

router = APIRouter(prefix="/v1/scopes", tags=["scopes"])

_ACT_PROBLEMS = (400, 403, 408, 413, 415, 422, 503)


class ScopeBody(BaseModel):
    """A window of a building, or of one zone or one device of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [examples.DRILL]})

    kind: ScopeKind
    building: Code
    zone: Code | None = None
    device: Code | None = None
    starts_at: Annotated[GivenMoment | None, Field(description="Now by default")] = None
    ends_at: Annotated[
        GivenMoment, Field(description="A test or drill lasts 24 hours at most, maintenance 30 days")
    ]
    reason: Note
    by: ActorName

    @model_validator(mode="after")
    def _check_place(self) -> Self:
        if self.zone is not None and self.device is not None:
            raise ValueError("name a zone or a device, not both")
        return self


class EndBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [examples.END]})

    by: ActorName


class ScopeParameters(Question):
    open: Annotated[bool, Field(description="Only those that have not ended")] = True
    building: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Limit = 100


class ScopeList(Answer):
    scopes: tuple[Scope, ...]
    next: str | None = Field(description="Cursor of the next page; null on the last")


@router.post(
    "",
    response_model=Scope,
    status_code=201,
    responses=show_example(examples.SCOPE, 201) | describe_problems(*_ACT_PROBLEMS),
)
async def post_scope(connections: ConnectionsDep, access: AccessDep, body: ScopeBody) -> Response:
    """Declare that alarms of a place are expected for a while.

    They are stored and shown all the same, as of class test. What looks like a real fire breaks through: such an
    alert becomes of its own class again.
    """
    given = Declaration(**dict(body) | {"by": access.name_actor(body.by)})
    scope_id = await declare_scope(connections, given, datetime.now(UTC))
    answer = await _answer(connections, scope_id)
    answer.status_code = 201
    answer.headers["Location"] = f"/v1/scopes/{scope_id}"
    return answer


@router.get(
    "", response_model=ScopeList, responses=show_example(examples.SCOPES) | describe_problems(400, 422, 503)
)
async def get_scopes(
    connections: ConnectionsDep, parameters: Annotated[ScopeParameters, Query()]
) -> Response:
    """Declared windows, the newest first; those that have ended only with `open=false`."""
    buildings = tuple(sorted(parameters.building))
    name = digest_question("scopes", parameters.open, buildings)
    before = decode_cursor(parameters.cursor, ScopeKey, name).id if parameters.cursor else None
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        scopes, last = await list_scopes(
            connection, is_open=parameters.open, buildings=buildings, before=before, limit=parameters.limit
        )
    body = ScopeList(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        scopes=tuple(scopes),
        next=encode_cursor(last.model_copy(update={"question": name})) if last else None,
    )
    return answer_json(body, freshness)


@router.get(
    "/{scope_id}",
    response_model=Scope,
    responses=show_example(examples.SCOPE) | describe_problems(404, 422, 503),
)
async def get_scope(connections: ConnectionsDep, scope_id: Annotated[Id, Path()]) -> Response:
    """One declared window."""
    return await _answer(connections, scope_id)


@router.delete(
    "/{scope_id}",
    response_model=Scope,
    responses=show_example(examples.SCOPE_ENDED) | describe_problems(404, 409, *_ACT_PROBLEMS),
)
async def delete_scope(
    connections: ConnectionsDep, access: AccessDep, scope_id: Annotated[Id, Path()], body: EndBody
) -> Response:
    """End a window before its time. It stays in the list of those that have ended, with who ended it."""
    await end_scope(connections, scope_id, access.name_actor(body.by))
    return await _answer(connections, scope_id)


async def _answer(connections: Lender, scope_id: int) -> Response:
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        scope = await read_scope(connection, scope_id)
    return answer_json(scope, freshness)
