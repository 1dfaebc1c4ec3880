"""``/v1/alerts/changes``: everything that happened after a given change, in order, without gaps."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.alert_models import Change, ChangeList
from api.alert_store import list_changes
from api.answers import answer_json
from api.change_feed import ChangeFeed
from api.connections import Connections, ConnectionsDep
from api.cursors import MAX_BIGINT
from api.freshness import Freshness, read_freshness
from api.parameters import Limit, Question
from api.problems import ProblemError, describe_problems

router = APIRouter(prefix="/v1/alerts/changes", tags=["alerts"])

# Keeps a feed and a table that disagree for a moment from asking each other in a circle.
_PAUSE_SECONDS = 0.02


class ChangeParameters(Question):
    after: Annotated[int, Field(ge=0, le=MAX_BIGINT, description="The last change you have; 0 for all")]
    limit: Limit = 100
    wait: Annotated[
        float, Field(ge=0, le=25, description="Seconds to wait for a change when there is none")
    ] = 0


def _feed_of(request: Request) -> ChangeFeed:
    feed: ChangeFeed = request.app.state.change_feed
    return feed


FeedDep = Annotated[ChangeFeed, Depends(_feed_of)]


@router.get("", response_model=ChangeList, responses=describe_problems(409, 422, 503))
async def get_changes(
    connections: ConnectionsDep, feed: FeedDep, parameters: Annotated[ChangeParameters, Query()]
) -> Response:
    """Every change after `after`, in order. Ask again with `next`: you have then seen all there was.

    With `wait` the answer comes as soon as there is a change, or empty when the time is over.
    """
    until = time.monotonic() + parameters.wait
    freshness, changes = await _look(connections, parameters)
    while not changes and await feed.wait_beyond(parameters.after, until):
        freshness, changes = await _look(connections, parameters)
        if not changes:
            await asyncio.sleep(_PAUSE_SECONDS)
    if parameters.wait and not changes:
        # The first look is as old as the waiting was long; what an answer says of its freshness must not be.
        freshness, changes = await _look(connections, parameters)
    body = ChangeList(
        as_of=freshness.as_of,
        pipeline=freshness.pipeline,
        changes=tuple(changes),
        next=changes[-1].change_id if changes else parameters.after,
        newest=max(freshness.change_id, changes[-1].change_id if changes else 0),
    )
    return answer_json(body, freshness)


async def _look(connections: Connections, parameters: ChangeParameters) -> tuple[Freshness, list[Change]]:
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        if parameters.after > freshness.change_id:
            raise ProblemError(
                409,
                "cursor-ahead",
                f"the newest change is {freshness.change_id}, so {parameters.after} comes from another database; "
                "read the list of alerts again and go on from its change_id",
            )
        return freshness, await list_changes(connection, parameters.after, parameters.limit)
