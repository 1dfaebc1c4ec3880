"""``/v1/alerts``: lists of alerts, and one alert with all there is to know of it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.alert_models import AlertDetail, AlertId, AlertList, Colour
from api.alert_store import AlertKey, AlertQuestion, list_alerts, read_detail
from api.answers import answer_json, answer_unchanged, is_unchanged, make_list_etag
from api.connections import ConnectionsDep
from api.cursors import CursorText, decode_cursor, digest_question, encode_cursor
from api.freshness import read_freshness
from api.parameters import Code, Limit, Question
from api.problems import describe_problems
from schemas.domain import Condition, SignalClass

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])

_OPEN = {"true": True, "false": False, "all": None}


class ListParameters(Question):
    """Filters; a repeated one takes either."""

    open: Literal["true", "false", "all"] = "true"
    classes: Annotated[tuple[SignalClass, ...], Field(alias="class", max_length=7)] = ()
    severity: Annotated[tuple[Colour, ...], Field(max_length=4)] = ()
    building: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    condition: Condition | None = None
    cursor: Annotated[CursorText | None, Field(description="`next` of the page before")] = None
    limit: Limit = 100

    def make_question(self) -> AlertQuestion:
        return AlertQuestion(
            open=_OPEN[self.open],
            classes=tuple(sorted(self.classes)),
            severities=tuple(sorted(colour.severity for colour in self.severity)),
            buildings=tuple(sorted(self.building)),
            condition=self.condition,
        )


@router.get(
    "",
    response_model=AlertList,
    responses=describe_problems(400, 422, 503) | {304: {"description": "Unchanged"}},
)
async def get_alerts(
    request: Request, connections: ConnectionsDep, parameters: Annotated[ListParameters, Query()]
) -> Response:
    """Open alerts unless told otherwise: by class, then the newest first.

    ETag and If-None-Match make an unchanged poll cheap; a 304 tells its freshness in the headers.
    """
    question = parameters.make_question()
    name = digest_question(question)
    after = decode_cursor(parameters.cursor, AlertKey, name) if parameters.cursor else None
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        etag = make_list_etag(freshness, digest_question(question, parameters.cursor, parameters.limit))
        if is_unchanged(request, etag):
            return answer_unchanged(freshness, etag)
        alerts, last = await list_alerts(connection, question, after, parameters.limit)
    body = AlertList(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        change_id=freshness.change_id,
        alerts=tuple(alerts),
        next=encode_cursor(last.model_copy(update={"question": name})) if last else None,
    )
    return answer_json(body, freshness, ETag=etag)


@router.get("/{alert_id}", response_model=AlertDetail, responses=describe_problems(404, 422, 503))
async def get_alert(connections: ConnectionsDep, alert_id: Annotated[AlertId, Path()]) -> Response:
    """One alert with why it was raised, its history, and the readings ten minutes around its raise.

    The ETag is its `change_id`; send it back as If-Match to act only on what you have seen.
    """
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        detail = await read_detail(connection, alert_id)
    return answer_json(detail, freshness, ETag=f'"{detail.change_id}"')
