"""``/v1/incidents``: alerts of a building that belong together, as one."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.answers import answer_json, answer_unchanged, is_unchanged, make_list_etag
from api.connections import ConnectionsDep
from api.cursors import CursorText, Id, decode_cursor, digest_question, encode_cursor
from api.examples import incidents as examples
from api.examples import show_example
from api.freshness import Answer, read_freshness
from api.incident_store import (
    Incident,
    IncidentKey,
    IncidentList,
    IncidentQuestion,
    IncidentState,
    list_incidents,
    read_incident,
)
from api.moments import GivenMoment
from api.parameters import Limit
from api.place_filter import PlaceParameters
from api.problems import describe_problems
from schemas.domain import SignalClass

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])

_STATES = {"open": IncidentState.OPEN, "over": IncidentState.OVER, "all": None}


class IncidentParameters(PlaceParameters):
    """Filters; a repeated one takes either. The span is that of the first raise."""

    state: Literal["open", "over", "all"] = "open"
    classes: Annotated[tuple[SignalClass, ...], Field(alias="class", max_length=7)] = ()
    begun_from: Annotated[GivenMoment | None, Field(description="Not of open ones")] = None
    begun_to: Annotated[GivenMoment | None, Field(description="Not of open ones")] = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Limit = 100

    def make_question(self) -> IncidentQuestion:
        return IncidentQuestion(
            state=_STATES[self.state],
            places=self.places,
            classes=tuple(sorted(self.classes)),
            begun_from=self.begun_from,
            begun_to=self.begun_to,
        )


class IncidentAnswer(Answer):
    incident: Incident


@router.get(
    "",
    response_model=IncidentList,
    responses=show_example(examples.INCIDENTS)
    | describe_problems(400, 422, 503)
    | {304: {"description": "Unchanged"}},
)
async def get_incidents(
    request: Request, connections: ConnectionsDep, parameters: Annotated[IncidentParameters, Query()]
) -> Response:
    """Incidents with counts of their alerts by class, the worst colour, first raise and last change.

    An alert joins an incident of its building in which something was raised within half an hour of it, or in which
    a fire or an actuation of the last day was still there half an hour before. Faults join fires, fires never faults.
    """
    question = parameters.make_question()
    name = digest_question("incidents", question)
    after = decode_cursor(parameters.cursor, IncidentKey, name) if parameters.cursor else None
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        etag = make_list_etag(freshness, digest_question(name, parameters.cursor, parameters.limit))
        if is_unchanged(request, etag):
            return answer_unchanged(freshness, etag)
        incidents, last = await list_incidents(connection, question, after, parameters.limit)
    body = IncidentList(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        change_id=freshness.change_id,
        incidents=tuple(incidents),
        next=encode_cursor(last.model_copy(update={"question": name})) if last else None,
    )
    return answer_json(body, freshness, ETag=etag)


@router.get(
    "/{incident_id}",
    response_model=IncidentAnswer,
    responses=show_example(examples.INCIDENT) | describe_problems(404, 422, 503),
)
async def get_incident(connections: ConnectionsDep, incident_id: Annotated[Id, Path()]) -> Response:
    """One incident; its alerts are at `/v1/alerts?incident=…&open=all`."""
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        incident = await read_incident(connection, incident_id)
    body = IncidentAnswer(as_of=freshness.as_of, pipeline=freshness.pipeline, incident=incident)
    return answer_json(body, freshness)
