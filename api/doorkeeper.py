"""Lets in whoever has a session or a key; everybody on this machine as long as there are no accounts.

```
cookie or bearer key ──▶ known a moment ago? ──▶ whose? (accounts, api_keys, sessions) ──▶ the request says who asks
```
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address

import psycopg
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import OPEN, SCOPE_KEY, Access
from api.account_store import are_there_accounts, find_holder
from api.connections import Lender
from api.guard import SAFE_METHODS
from api.problems import ProblemError, answer_database_away, answer_problem
from api.shared_work import SharedWork
from schemas.accounts import digest_token

COOKIE = "fengsui_session"
SESSION_PATH = "/v1/session"
# The page itself holds nothing, and whoever watches the service must see it without a key.
PUBLIC_PATHS = frozenset({"/", "/healthz", "/readyz", "/metrics", "/v1/openapi.json", SESSION_PATH})
PUBLIC_FOLDER = "/desk/"
# Shown to this machine even if the database has not been seen since the start: a fire that is known is told.
SHOWN_WITHOUT_DATABASE = "/v1/alerts/unpersisted"

_FORWARDING = frozenset({b"x-forwarded-for", b"forwarded"})

KNOWN_SECONDS = 2.0
"""How long an account that was removed may still look at things."""
MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    access: Access | None
    looked_at: float


class Doors:
    """Whose keys and sessions are whose, as of a moment ago."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        # Two hundred desks ask in the same moment; whose key it is is then looked up once.
        self.looking_up: SharedWork[Access | None] = SharedWork()

    def recall(self, sha256: bytes, now: float) -> _Known | None:
        """What was found lately; `now` in seconds of any clock that goes evenly."""
        known = self._known.get(sha256)
        return known if known is not None and now - known.looked_at < KNOWN_SECONDS else None

    def recall_any(self, sha256: bytes) -> _Known | None:
        """What was found at last, however long ago: while the database is away nothing else is known."""
        return self._known.get(sha256)

    def keep(self, sha256: bytes, access: Access | None, now: float) -> None:
        self._known[sha256] = _Known(access, now)
        self._known.move_to_end(sha256)
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    def forget(self) -> None:
        self._known.clear()


class Doorkeeper:
    """Says on each request who asks, or answers 401 in its place."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_public(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            access = await identify(scope)
            if access is None:
                raise _not_logged_in()
            if scope["method"] not in SAFE_METHODS and not access.role.may_act:
                raise ProblemError(403, "not-allowed", f"as {access.role} one may look, and nothing else")
        except ProblemError as error:
            await answer_problem(scope["path"], error)(scope, receive, send)
            return
        except (psycopg.Error, TimeoutError):
            await answer_database_away(Request(scope))(scope, receive, send)
            return
        scope[SCOPE_KEY] = access
        await self._app(scope, receive, send)


def is_public(path: str) -> bool:
    return path in PUBLIC_PATHS or path.startswith(PUBLIC_FOLDER)


async def identify(scope: Scope) -> Access | None:
    """Who asks; None for a stranger.

    Raises
    ------
    psycopg.Error, TimeoutError
        The database does not answer, and whose session it is was not known before.
    """
    state = scope["app"].state
    doors: Doors = state.doors
    credential = read_credential(scope)
    sha256 = digest_token(credential) if credential else b""
    now = time.monotonic()
    known = doors.recall(sha256, now)
    if known is None:
        try:
            access = await doors.looking_up.share(sha256, lambda: _look_up(state.connections, sha256))
        except (psycopg.Error, TimeoutError):
            known = doors.recall_any(sha256)
            if known is None:
                if scope["path"] == SHOWN_WITHOUT_DATABASE and is_local(scope):
                    return OPEN
                raise
            access = known.access
        else:
            doors.keep(sha256, access, now)
    else:
        access = known.access
    return None if access is not None and access.is_open and not is_local(scope) else access


async def _look_up(connections: Lender, sha256: bytes) -> Access | None:
    if sha256:
        access = await find_holder(connections, sha256)
        if access is not None:
            return access
    # Without accounts a key of former times opens as much as none.
    return None if await are_there_accounts(connections) else OPEN


def read_credential(scope: Scope) -> str | None:
    """The key in ``Authorization: Bearer …``, else the session's cookie."""
    authorization = cookies = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            authorization = value.decode("latin-1")
        elif name == b"cookie":
            cookies = value.decode("latin-1")
    if authorization is not None:
        scheme, _, key = authorization.partition(" ")
        return key.strip() if scheme.lower() == "bearer" else None
    return _find_cookie(cookies) if cookies else None


def _find_cookie(header: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def is_local(scope: Scope) -> bool:
    """Whether it comes from this machine, and not through a proxy on it that speaks for others."""
    client = scope.get("client")
    if client is None or any(name in _FORWARDING for name, _ in scope["headers"]):
        return False
    return _is_loopback(client[0])


@lru_cache(maxsize=1024)
def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _not_logged_in() -> ProblemError:
    return ProblemError(
        401,
        "not-logged-in",
        "log in at /v1/session, or send a key as Authorization: Bearer …; `fengsui accounts` makes both",
        {"WWW-Authenticate": "Bearer"},
    )
