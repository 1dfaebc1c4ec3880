"""One question to the feed of changes, which may wait for an answer; and the way past routing for those who ask so."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

import psycopg
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import Access, access_of
from api.answers import JSON
from api.change_feed import ChangeFeed
from api.change_listener import ChangeListener
from api.change_wire import write_page
from api.connections import connections_for
from api.freshness import Freshness
from api.problems import ProblemError, answer_problem
from api.shared_looks import SharedLooks

PATH = "/v1/alerts/changes"
MOST_WAIT_SECONDS, MOST_AT_ONCE, USUAL_LIMIT = 25, 1000, 100

# As the desk's page and our client ask; whatever is asked otherwise is looked at by the route.
_USUAL = re.compile(rb"after=(\d{1,18})&wait=(\d{1,2}(?:\.\d{1,3})?)(?:&limit=(\d{1,4}))?")


@dataclass(frozen=True, slots=True)
class ChangePoll:
    """The changes after `after`, at most `limit`; if there are none, those that come within `wait` seconds."""

    after: int
    limit: int
    wait: float


async def poll_changes(
    feed: ChangeFeed, looks: SharedLooks, access: Access, poll: ChangePoll
) -> tuple[Freshness, bytes]:
    """A `ChangeList`, and how fresh it is.

    Raises
    ------
    ProblemError
        The position lies beyond the newest change (409).
    """
    until = time.monotonic() + poll.wait
    with feed.listening():
        listener = ChangeListener(looks, feed, poll.after, access.buildings)
        changes = await listener.begin(poll.limit, waits=poll.wait > 0)
        while not changes and await feed.wait_beyond(listener.position, until):
            changes = await listener.take(poll.limit)
        if poll.wait and not changes:
            # The first look is as old as the waiting was long; what an answer says of its freshness must not be.
            changes = await listener.look(poll.limit)
    return listener.freshness, write_page(listener.freshness, changes, listener.position)


def looks_for(scope: Scope, access: Access) -> SharedLooks:
    """Shared with all who may see the same as whoever asks."""
    state = scope["app"].state
    looks: SharedLooks = state.shared_looks
    if access.buildings is None:
        return looks
    return SharedLooks(connections_for(state, access.buildings), looks.recent)


class LongPolls:
    """Answers those who wait for changes before routing: when one comes, two hundred desks ask again at once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        poll = None
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "GET":
            poll = read_poll(scope["query_string"])
        if poll is None:
            await self._app(scope, receive, send)
            return
        access = access_of(scope)
        try:
            freshness, body = await poll_changes(
                scope["app"].state.change_feed, looks_for(scope, access), access, poll
            )
            response = Response(body, headers=freshness.headers, media_type=JSON)
        except ProblemError as error:
            response = answer_problem(PATH, error)
        except (psycopg.Error, TimeoutError):
            # The route finds out anew, and says what there is to say.
            await self._app(scope, receive, send)
            return
        scope["route"] = _ROUTE
        await response(scope, receive, send)


def read_poll(query: bytes) -> ChangePoll | None:
    """What is asked, if it is asked as usual."""
    found = _USUAL.fullmatch(query)
    if found is None:
        return None
    after, wait, limit = int(found[1]), float(found[2]), int(found[3] or USUAL_LIMIT)
    is_allowed = 0 < wait <= MOST_WAIT_SECONDS and 1 <= limit <= MOST_AT_ONCE
    return ChangePoll(after, limit, wait) if is_allowed else None


class _Route:
    """What the measurement of answers calls this one."""

    path = PATH


_ROUTE = _Route()
