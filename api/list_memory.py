"""Lists that were asked for lately, kept true by the feed of changes for whoever asks the same again.

```
GET ─▶ known question? ─▶ take in what has changed since, by the last look of the feed ─▶ answered without the database
                └─────────────────┴──▶ the route asks the database, and remembers
```
The feed looks at each notification and each second. So an answer out of memory is behind the tables by no more than a
notification takes, and it says in its headers as of when it is. What this process has written itself it never misses:
after a write nothing is answered out of memory until the feed has looked again.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import access_of
from api.answers import JSON, is_tag_among, make_list_etag
from api.change_feed import ChangeFeed
from api.freshness import Freshness
from api.kept_list import KeptList
from api.list_wire import write_head, write_rest
from api.recent_changes import Mark, RecentChanges

PATH = "/v1/alerts"
CAPACITY_BYTES = 64 * 2**20

# The query as it was sent, and the buildings that its sender may see, None for all.
ListName = tuple[bytes, frozenset[int] | None]
RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class RememberedList:
    """An answer as of a change and a version of the registry.

    Attributes
    ----------
    mark
        Where the feed stood before the tables were read: only what it took in after that may be added.
    digest, question
        Of all that was asked, in the tag, and of the filters alone, in the cursor.
    rest
        What follows the head of the answer; None when only the tag was asked for.
    kept
        What changes are taken into; None where only the database can tell what they do to the list.
    """

    change_id: int
    version: int
    mark: Mark
    digest: str
    question: str = ""
    rest: bytes | None = None
    kept: KeptList | None = None

    def catch_up(self, freshness: Freshness, recent: RecentChanges) -> RememberedList | None:
        """The same list as of a look of the feed; None when only the tables can tell, and this is of no more use."""
        if self.mark.generation != recent.generation or self.version != freshness.version:
            return None
        if self.change_id == freshness.change_id:
            return self
        changes = recent.list_after(self.change_id, self.mark)
        if self.kept is None or changes is None:
            return None
        if any(change.alert.version.registry_version != self.version for change in changes):
            return None
        has_moved = [self.kept.take(change.alert) for change in changes]
        if not self.kept.is_certain:
            return None
        rest = write_rest(self.kept.make_page(), self.question) if any(has_moved) else self.rest
        return replace(self, change_id=freshness.change_id, rest=rest)


@dataclass(frozen=True, slots=True)
class ReadyAnswer:
    """All of an answer but what the server adds; `body` is sent piece by piece, None when only the tag is known."""

    etag: str
    headers: RawHeaders
    body: tuple[bytes, bytes] | None


class ListMemory:
    """The lists asked for last, as many as there is room for."""

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._capacity_bytes = capacity_bytes
        self._held_bytes = 0
        self._lists: OrderedDict[ListName, RememberedList] = OrderedDict()
        self._sizes: dict[ListName, int] = {}
        self._ready: dict[ListName, ReadyAnswer] = {}
        self._ready_for: Freshness | None = None

    def keep(self, key: ListName, remembered: RememberedList) -> None:
        self._forget(key)
        self._lists[key] = remembered
        self._sizes[key] = _measure(key, remembered)
        self._held_bytes += self._sizes[key]
        while self._held_bytes > self._capacity_bytes and len(self._lists) > 1:
            self._forget(next(iter(self._lists)))

    def list_keys(self) -> list[ListName]:
        return list(self._lists)

    def find(self, key: ListName, feed: ChangeFeed) -> ReadyAnswer | None:
        """The answer as of the last look of the feed; None when the database has to be asked."""
        feed.note_interest()
        freshness = feed.current
        if freshness is None:
            return None
        if freshness is not self._ready_for:
            self._ready, self._ready_for = {}, freshness
        ready = self._ready.get(key)
        if ready is None:
            ready = self._make_ready(key, freshness, feed.recent)
        return ready

    def _make_ready(self, key: ListName, freshness: Freshness, recent: RecentChanges) -> ReadyAnswer | None:
        remembered = self._lists.get(key)
        if remembered is None or remembered.change_id > freshness.change_id:
            # What was read after the feed's last look waits for the next one.
            return None
        current = remembered.catch_up(freshness, recent)
        if current is None:
            self._forget(key)
            return None
        self.keep(key, current)
        ready = make_answer(freshness, current.digest, current.rest)
        self._ready[key] = ready
        return ready

    def _forget(self, key: ListName) -> None:
        self._lists.pop(key, None)
        self._ready.pop(key, None)
        self._held_bytes -= self._sizes.pop(key, 0)


def make_answer(freshness: Freshness, digest: str, rest: bytes | None) -> ReadyAnswer:
    etag = make_list_etag(freshness, digest)
    headers = [(name.lower().encode(), value.encode()) for name, value in freshness.headers.items()]
    body = None if rest is None else (write_head(freshness), rest)
    return ReadyAnswer(etag, [*headers, (b"etag", etag.encode())], body)


def _measure(key: ListName, remembered: RememberedList) -> int:
    # The name, and what is about each alert beside its text, as far as one can tell.
    held = remembered.kept.held_bytes * 5 // 4 if remembered.kept else 0
    return 1000 + len(repr(key)) + len(remembered.rest or b"") + held


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
            length = (b"content-length", b"%d" % sum(map(len, ready.body)))
            await _send(send, 200, [*ready.headers, length, (b"content-type", JSON.encode())], *ready.body)
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


async def _send(send: Send, status: int, headers: RawHeaders, *pieces: bytes) -> None:
    """Send an answer piece by piece: to put a megabyte together anew for each desk takes longer than to find it."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    for piece in pieces[:-1]:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": pieces[-1]})
