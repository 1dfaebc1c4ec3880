"""``/v1/alerts/stream``: the feed of changes as server-sent events."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated

import psycopg
from fastapi import APIRouter, Header, Query
from pydantic import Field, TypeAdapter, ValidationError
from starlette.responses import Response, StreamingResponse

from api.access import AccessDep
from api.change_feed import ChangeFeed
from api.change_listener import ChangeListener
from api.change_wire import write_beat, write_event, write_position
from api.connections import ConnectionsDep, Lender
from api.cursors import MAX_BIGINT
from api.examples import files as examples
from api.examples import show_text
from api.freshness import read_freshness
from api.parameters import Question
from api.problems import ProblemError, describe_problems
from api.routes.changes import FeedDep, LooksDep

router = APIRouter(prefix="/v1/alerts/stream", tags=["alerts"])

BEAT_SECONDS = 2.0
PAGE = 500
MEDIA_TYPE = "text/event-stream"

Position = Annotated[int, Field(ge=0, le=MAX_BIGINT)]
_POSITION: TypeAdapter[int] = TypeAdapter(Position)


class StreamParameters(Question):
    after: Annotated[
        Position | None, Field(description="The last change you have; without it, from now on")
    ] = None


@router.get(
    "",
    responses=show_text(MEDIA_TYPE, examples.EVENTS, "Events, for as long as the client listens")
    | describe_problems(400, 409, 422, 503),
    response_class=StreamingResponse,
)
async def get_stream(
    access: AccessDep,
    connections: ConnectionsDep,
    looks: LooksDep,
    feed: FeedDep,
    parameters: Annotated[StreamParameters, Query()],
    last_event_id: Annotated[str | None, Header(description="Wins over `after`; browsers send it")] = None,
) -> Response:
    """Every change, once, in order, as it is committed: events `change`, their id the change's number.

    It begins with an event `position` and tells every two seconds how fresh it is (`freshness`), so a client that
    hears nothing for longer knows that the stream is dead. While the database is away there are only comments.
    An event `reset` ends it when the database was put back: read the list of alerts again then.
    """
    position = parameters.after if last_event_id is None else _parse_position(last_event_id)
    if position is None:
        position = await _find_newest(connections)
    listener = ChangeListener(looks, feed, position, access.buildings)
    # What is wrong with the position is said before the stream begins, while there is still a status to say it by.
    with feed.listening():
        first = await listener.look(PAGE)
    beginning = write_position(position) + write_beat(listener.freshness) + b"".join(map(write_event, first))
    headers = {**listener.freshness.headers, "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(feed, listener, beginning), headers=headers, media_type=MEDIA_TYPE)


def _parse_position(header: str) -> int:
    try:
        return _POSITION.validate_python(header)
    except ValidationError as error:
        raise ProblemError(
            400, "bad-event-id", "Last-Event-ID is the number of a change of this feed"
        ) from error


async def _find_newest(connections: Lender) -> int:
    async with connections.borrow() as connection:
        return (await read_freshness(connection)).change_id


async def _stream(feed: ChangeFeed, listener: ChangeListener, beginning: bytes) -> AsyncIterator[bytes]:
    with feed.listening():
        yield beginning
        beat_at = time.monotonic() + BEAT_SECONDS
        while not feed.is_released:
            try:
                if await feed.wait_beyond(listener.position, beat_at):
                    changes = await listener.take(PAGE)
                    if changes:
                        yield b"".join(map(write_event, changes))
            except ProblemError as error:
                yield b"event: reset\ndata: %b\n\n" % error.name.encode()
                return
            except (psycopg.Error, TimeoutError):
                # The database is away; the beat says so, and what happens meanwhile is not lost.
                await feed.wait_beyond(MAX_BIGINT, beat_at)
            if time.monotonic() >= beat_at:
                yield write_beat(feed.freshness if feed.is_live else None)
                beat_at = time.monotonic() + BEAT_SECONDS
