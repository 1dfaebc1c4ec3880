"""``/v1/hazards``: hidden dangers, who must mend each by when, and the proof that it is mended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

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
from api.hazard_acts import Deed, Report, act_on_hazard, report_hazard
from api.hazard_store import Hazard, HazardDetail, HazardKey, HazardQuestion, list_hazards, read_hazard
from api.moments import GivenMoment
from api.parameters import ActorName, Code, Limit, Note, Question
from api.problems import describe_problems
from schemas.hazards import HazardAction, HazardKind, HazardOwner

router = APIRouter(prefix="/v1/hazards", tags=["hazards"])

_OPEN = {"true": True, "false": False, "all": None}
_ACT_PROBLEMS = (400, 403, 408, 413, 415, 422, 503)
_DEED_PROBLEMS = describe_problems(404, 409, *_ACT_PROBLEMS)


class HazardBody(BaseModel):
    """What somebody found, and where: a building, or one zone or device of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [examples.FOUND]})

    kind: HazardKind
    building: Code
    zone: Code | None = None
    device: Code | None = None
    note: Note
    owner: Annotated[HazardOwner | None, Field(description="By default that of the kind")] = None
    due_at: Annotated[GivenMoment | None, Field(description="By default as the kind has it")] = None
    by: ActorName


class DeedBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [examples.DEED]})

    by: ActorName
    note: Note | None = None


class WordBody(BaseModel):
    """What is only said has to be explained."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [examples.WORD]})

    by: ActorName
    note: Note


class AssignBody(DeedBody):
    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [examples.ASSIGNMENT]}
    )

    owner: HazardOwner | None = None
    due_at: GivenMoment | None = None

    @model_validator(mode="after")
    def _check_something(self) -> Self:
        if self.owner is None and self.due_at is None:
            raise ValueError("name an owner, a due time, or both")
        return self


class HazardParameters(Question):
    open: Literal["true", "false", "all"] = "true"
    overdue: bool = False
    building: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    kind: Annotated[tuple[HazardKind, ...], Field(max_length=20)] = ()
    owner: Annotated[tuple[HazardOwner, ...], Field(max_length=4)] = ()
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Limit = 100

    def make_question(self) -> HazardQuestion:
        return HazardQuestion(
            _OPEN[self.open],
            self.overdue,
            tuple(sorted(self.building)),
            tuple(sorted(self.kind)),
            tuple(sorted(self.owner)),
        )


class HazardList(Answer):
    hazards: tuple[Hazard, ...]
    next: str | None = Field(description="Cursor of the next page; null on the last")


@router.get(
    "", response_model=HazardList, responses=show_example(examples.HAZARDS) | describe_problems(400, 422, 503)
)
async def get_hazards(
    connections: ConnectionsDep, parameters: Annotated[HazardParameters, Query()]
) -> Response:
    """Open hazards unless told otherwise, the newest first."""
    question = parameters.make_question()
    name = digest_question("hazards", question)
    before = decode_cursor(parameters.cursor, HazardKey, name).id if parameters.cursor else None
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        hazards, last = await list_hazards(connection, question, before, parameters.limit)
    body = HazardList(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        hazards=tuple(hazards),
        next=encode_cursor(last.model_copy(update={"question": name})) if last else None,
    )
    return answer_json(body, freshness)


@router.post(
    "",
    response_model=HazardDetail,
    status_code=201,
    responses=show_example(examples.HAZARD, 201) | describe_problems(*_ACT_PROBLEMS),
)
async def post_hazard(connections: ConnectionsDep, access: AccessDep, body: HazardBody) -> Response:
    """Enter what somebody found. A rule that sees the same enters it by itself."""
    hazard_id = await report_hazard(
        connections, Report(**dict(body) | {"by": access.name_actor(body.by)}), datetime.now(UTC)
    )
    answer = await _answer(connections, hazard_id)
    answer.status_code = 201
    answer.headers["Location"] = f"/v1/hazards/{hazard_id}"
    return answer


@router.get(
    "/{hazard_id}",
    response_model=HazardDetail,
    responses=show_example(examples.HAZARD) | describe_problems(404, 422, 503),
)
async def get_hazard(connections: ConnectionsDep, hazard_id: Annotated[Id, Path()]) -> Response:
    """One hazard with its history."""
    return await _answer(connections, hazard_id)


@router.post(
    "/{hazard_id}/assign",
    response_model=HazardDetail,
    responses=show_example(examples.ASSIGNED) | _DEED_PROBLEMS,
)
async def assign(
    connections: ConnectionsDep, access: AccessDep, hazard_id: Annotated[Id, Path()], body: AssignBody
) -> Response:
    """Say who must mend it, or by when."""
    return await _act(
        connections,
        Deed(
            hazard_id, HazardAction.ASSIGNED, access.name_actor(body.by), body.note, body.owner, body.due_at
        ),
    )


@router.post(
    "/{hazard_id}/mended",
    response_model=HazardDetail,
    responses=show_example(examples.MENDED) | _DEED_PROBLEMS,
)
async def claim(
    connections: ConnectionsDep, access: AccessDep, hazard_id: Annotated[Id, Path()], body: DeedBody
) -> Response:
    """Say that it is mended. What a rule found is closed once the readings prove it, and stays open if they do not."""
    return await _act(
        connections, Deed(hazard_id, HazardAction.CLAIMED, access.name_actor(body.by), body.note)
    )


@router.post(
    "/{hazard_id}/dismiss",
    response_model=HazardDetail,
    responses=show_example(examples.DISMISSED) | _DEED_PROBLEMS,
)
async def dismiss(
    connections: ConnectionsDep, access: AccessDep, hazard_id: Annotated[Id, Path()], body: WordBody
) -> Response:
    """Say that it is none, and why."""
    return await _act(
        connections, Deed(hazard_id, HazardAction.DISMISSED, access.name_actor(body.by), body.note)
    )


@router.post(
    "/{hazard_id}/reopen",
    response_model=HazardDetail,
    responses=show_example(examples.REOPENED) | _DEED_PROBLEMS,
)
async def reopen(
    connections: ConnectionsDep, access: AccessDep, hazard_id: Annotated[Id, Path()], body: WordBody
) -> Response:
    """Say that one that is closed is there all the same."""
    return await _act(
        connections, Deed(hazard_id, HazardAction.REOPENED, access.name_actor(body.by), body.note)
    )


async def _act(connections: Lender, deed: Deed) -> Response:
    await act_on_hazard(connections, deed)
    return await _answer(connections, deed.hazard_id)


async def _answer(connections: Lender, hazard_id: int) -> Response:
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        hazard = await read_hazard(connection, hazard_id)
    return answer_json(hazard, freshness)
