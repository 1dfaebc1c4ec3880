"""``/v1/alerts/{alert_id}/cap`` and ``/v1/alerts/cap.atom``: alerts for other platforms."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.alert_models import AlertId
from api.alert_store import list_changed, read_account
from api.answers import answer_unchanged, is_unchanged, make_list_etag
from api.atom import MEDIA_TYPE as ATOM_MEDIA_TYPE
from api.atom import FeedPage, write_feed
from api.cap import MEDIA_TYPE as CAP_MEDIA_TYPE
from api.cap import CapMessage, write_cap
from api.connections import ConnectionsDep
from api.cursors import MAX_BIGINT, Id
from api.examples import files as examples
from api.examples import show_text
from api.freshness import read_freshness
from api.parameters import Question
from api.problems import describe_problems

router = APIRouter(prefix="/v1/alerts", tags=["other platforms"])

SENDER = "fengsui"


class FeedParameters(Question):
    before: Annotated[Id, Field(description="Only alerts whose newest change came before this one")] = (
        MAX_BIGINT
    )
    limit: Annotated[int, Field(ge=1, le=200, description="Most entries")] = 50


@router.get(
    "/cap.atom",
    response_class=Response,
    responses=show_text(ATOM_MEDIA_TYPE, examples.ATOM, "The feed")
    | describe_problems(422, 503)
    | {304: {"description": "Unchanged"}},
)
async def get_feed(
    request: Request, connections: ConnectionsDep, parameters: Annotated[FeedParameters, Query()]
) -> Response:
    """Alerts as an Atom feed, those changed last first; each entry leads to a CAP message. `next` goes back in time."""
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        etag = make_list_etag(freshness, f"{parameters.before}-{parameters.limit}")
        if is_unchanged(request, etag):
            return answer_unchanged(freshness, etag)
        changes = await list_changed(connection, parameters.before, parameters.limit)
    following = None
    if len(changes) == parameters.limit:
        following = request.url.include_query_params(before=changes[-1].change_id)
    page = FeedPage(
        changes,
        freshness.as_of,
        str(request.base_url),
        str(request.url),
        str(following) if following else None,
    )
    return Response(write_feed(page), headers={**freshness.headers, "ETag": etag}, media_type=ATOM_MEDIA_TYPE)


@router.get(
    "/{alert_id}/cap",
    response_class=Response,
    responses=show_text(CAP_MEDIA_TYPE, examples.CAP, "The message") | describe_problems(404, 422, 503),
)
async def get_cap(
    request: Request, connections: ConnectionsDep, alert_id: Annotated[AlertId, Path()]
) -> Response:
    """One alert as a message of the Common Alerting Protocol 1.2, as of its newest change."""
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        alert, why, history = await read_account(connection, alert_id)
    web = f"{request.base_url}v1/alerts/{alert_id}"
    body = write_cap(CapMessage(alert, why, history, SENDER, web))
    headers = {**freshness.headers, "ETag": f'"{alert.change_id}"'}
    return Response(body, headers=headers, media_type=CAP_MEDIA_TYPE)
