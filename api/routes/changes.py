"""``/v1/alerts/changes``: everything that happened after a given change, in order, without gaps."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.access import AccessDep
from api.alert_models import ChangeList
from api.answers import JSON
from api.change_feed import ChangeFeed
from api.change_poll import ChangePoll, looks_for, poll_changes
from api.cursors import MAX_BIGINT
from api.examples import alerts as examples
from api.examples import show_example
from api.parameters import Limit, Question
from api.problems import describe_problems
from api.shared_looks import SharedLooks

router = APIRouter(prefix="/v1/alerts/changes", tags=["alerts"])


class ChangeParameters(Question):
    after: Annotated[int, Field(ge=0, le=MAX_BIGINT, description="The last change you have; 0 for all")]
    limit: Limit = 100
    wait: Annotated[
        float, Field(ge=0, le=25, description="Seconds to wait for a change when there is none")
    ] = 0


async def _feed_of(request: Request) -> ChangeFeed:
    feed: ChangeFeed = request.app.state.change_feed
    return feed


FeedDep = Annotated[ChangeFeed, Depends(_feed_of)]


async def _looks_of(request: Request, access: AccessDep) -> SharedLooks:
    return looks_for(request.scope, access)


LooksDep = Annotated[SharedLooks, Depends(_looks_of)]


@router.get(
    "", response_model=ChangeList, responses=show_example(examples.CHANGES) | describe_problems(409, 422, 503)
)
async def get_changes(
    access: AccessDep, looks: LooksDep, feed: FeedDep, parameters: Annotated[ChangeParameters, Query()]
) -> Response:
    """Every change after `after`, in order. Ask again with `next`: you have then seen all there was.

    With `wait` the answer comes as soon as there is a change, or empty when the time is over.
    """
    poll = ChangePoll(parameters.after, parameters.limit, parameters.wait)
    freshness, body = await poll_changes(feed, looks, access, poll)
    return Response(body, headers=freshness.headers, media_type=JSON)
