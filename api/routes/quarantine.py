"""``/v1/quarantine``: which messages were refused, and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from api.answers import answer_json
from api.connections import ConnectionsDep
from api.cursors import CursorText, decode_cursor, digest_question, encode_cursor
from api.examples import service as examples
from api.examples import show_example
from api.freshness import read_freshness
from api.parameters import Limit, Question
from api.problems import describe_problems
from api.quarantine_store import RefusedKey, RefusedList, list_refused

router = APIRouter(prefix="/v1/quarantine", tags=["quarantine"])


class QuarantineParameters(Question):
    reason: Annotated[
        Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")] | None,
        Field(examples=["malformed_json"]),
    ] = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Limit = 50


@router.get(
    "",
    response_model=RefusedList,
    responses=show_example(examples.QUARANTINE) | describe_problems(400, 422, 503),
)
async def get_refused(
    connections: ConnectionsDep, parameters: Annotated[QuarantineParameters, Query()]
) -> Response:
    """Refused messages, the latest first. A message that came again moves to the front."""
    question = digest_question("quarantine", parameters.reason)
    after = decode_cursor(parameters.cursor, RefusedKey, question) if parameters.cursor else None
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        messages, last = await list_refused(connection, parameters.reason, after, parameters.limit)
    body = RefusedList(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        messages=tuple(messages),
        next=encode_cursor(last.model_copy(update={"question": question})) if last else None,
    )
    return answer_json(body, freshness)
