"""Lists that were answered lately, for whoever asks the same again before anything has changed.

```
GET ─▶ known question? ─▶ still the newest change, by the last look of the feed? ─▶ answered without the database
                └───────────────┴──▶ the route asks the database, and remembers
```
The feed looks at each notification and each second. So an answer out of memory is behind the tables by no more than a
notification takes, and it says in its headers as of when it is. What this process has written itself it never misses:
after a write nothing is answered out of memory until the feed has looked again.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import access_of
from api.answers import JSON, is_tag_among, make_list_etag
from api.change_feed import ChangeFeed
from api.freshness import Freshness
from api.list_wire import write_list

PATH = "/v1/alerts"
CAPACITY_BYTES = 32 * 2**20

# The query as it was sent, and the buildings that its sender may see, None for all.
ListName = tuple[bytes, frozenset[int] | None]
RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class RememberedList:
    """An answer as of a change and a version of the registry; `lasting` is None when only its tag was asked for.

    `generation` tells databases apart that were put back under this process; `digest` is the question's, in its tag.
    """

    change_id: int
    version: int
    generation: int
    digest: str
    lasting: bytes | None


@dataclass(frozen=True, slots=True)
class ReadyAnswer:
    """All of an answer but what the server adds."""

    etag: str
    headers: RawHeaders
    body: bytes | None


class ListMemory:
    """The lists asked for last, as many as there is room for."""

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._capacity_bytes = capacity_bytes
        self._held_bytes = 0
        self._lists: OrderedDict[ListName, RememberedList] = OrderedDict()
        self._ready: dict[ListName, ReadyAnswer] = {}
        self._ready_for: Freshness | None = None

    def keep(self, key: ListName, remembered: RememberedList) -> None:
        self._forget(key)
        self._lists[key] = remembered
        self._held_bytes += _measure(key, remembered)
        while self._held_bytes > self._capacity_bytes and len(self._lists) > 1:
            self._forget(next(iter(self._lists)))

    def list_keys(self) -> list[ListName]:
        return list(self._lists)

    def find(self, key: ListName, feed: ChangeFeed) -> ReadyAnswer | None:
        """The answer, if it is still that; None when the database has to be asked."""
        freshness = feed.current
        if freshness is None:
            return None
        if freshness is not self._ready_for:
            self._ready, self._ready_for = {}, freshness
        ready = self._ready.get(key)
        if ready is None:
            ready = self._make_ready(key, freshness, feed.recent.generation)
        return ready

    def _make_ready(self, key: ListName, freshness: Freshness, generation: int) -> ReadyAnswer | None:
        kept = self._lists.get(key)
        if kept is None:
            return None
        if (kept.change_id, kept.version, kept.generation) != (
            freshness.change_id,
            freshness.version,
            generation,
        ):
            return None
        self._lists.move_to_end(key)
        etag = make_list_etag(freshness, kept.digest)
        headers = [(name.lower().encode(), value.encode()) for name, value in freshness.headers.items()]
        body = None if kept.lasting is None else write_list(freshness, kept.lasting)
        ready = ReadyAnswer(etag, [*headers, (b"etag", etag.encode())], body)
        self._ready[key] = ready
        return ready

    def _forget(self, key: ListName) -> None:
        forgotten = self._lists.pop(key, None)
        self._ready.pop(key, None)
        if forgotten is not None:
            self._held_bytes -= _measure(key, forgotten)


def _measure(key: ListName, remembered: RememberedList) -> int:
    # Twice: as it is kept, and as it is sent.
    return 200 + len(repr(key)) + 2 * len(remembered.lasting or b"")


def name_list(scope: Scope) -> ListName:
    """What tells one request for a list from another."""
    return scope["query_string"], access_of(scope).buildings


class RememberedLists:
    """Answers requests for lists out of `ListMemory` before anything else looks at them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ready = None
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "GET":
            state = scope["app"].state
            ready = state.list_memory.find(name_list(scope), state.change_feed)
        if ready is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = _ROUTE
        if is_tag_among(ready.etag, _read_tags(scope)):
            await _send(send, 304, ready.headers, b"")
        elif ready.body is not None:
            length = (b"content-length", b"%d" % len(ready.body))
            await _send(send, 200, [*ready.headers, length, (b"content-type", JSON.encode())], ready.body)
        else:
            await self._app(scope, receive, send)


class _Route:
    """What the measurement of answers calls this one."""

    path = PATH


_ROUTE = _Route()


def _read_tags(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"if-none-match":
            return str(value.decode("latin-1"))
    return ""


async def _send(send: Send, status: int, headers: RawHeaders, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
