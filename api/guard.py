"""What is refused before a route sees it: odd hosts, other sites' posts, large and slow bodies."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import ProblemError, answer_problem

MAX_BODY_BYTES = 64 * 1024
BODY_SECONDS = 10.0
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# The page is served by us alone: no other site gives it anything, frames it or is told where one came from.
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


_RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
_RAW_NAMES = frozenset(name for name, _ in _RAW_HEADERS)


class SecurityHeaders:
    """Puts `SECURITY_HEADERS` on every answer, in place of what else it says under these names."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [header for header in message["headers"] if header[0] not in _RAW_NAMES]
                message["headers"] = given + _RAW_HEADERS
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Guard:
    """Lets only requests through that are meant for us and are small.

    Parameters
    ----------
    http_host
        The address listened on. A name that merely resolves to us is refused: that is how a foreign page
        reaches a local service (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, http_host: str) -> None:
        self._app = app
        self._hosts = {http_host, "localhost", "127.0.0.1", "::1"}
        # Listening on every address means being called by any of them; a literal address cannot be rebound.
        self._any_address = http_host in ("0.0.0.0", "::", "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._check_host([value for name, value in scope["headers"] if name == b"host"])
            if scope["method"] not in SAFE_METHODS:
                headers = Headers(scope=scope)
                check_origin(headers, scope["scheme"])
                check_media_type(headers)
                receive = await read_body(headers, receive)
        except ProblemError as error:
            await answer_problem(scope["path"], error)(scope, receive, send)
            return
        if scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _noting_write(scope, send))

    def _check_host(self, given: list[bytes]) -> None:
        host = _host_of(given[0]) if len(given) == 1 else None
        if host is None or not (host in self._hosts or (self._any_address and _is_address(host))):
            raise ProblemError(400, "unknown-host", "the Host header names no host that this service is")


def _noting_write(scope: Scope, send: Send) -> Send:
    """Have it noted before its answer is sent that something was written."""

    async def note_and_send(message: Message) -> None:
        scope["app"].state.change_feed.note_write()
        await send(message)

    return note_and_send


# A desk sends the same one with each request.
@lru_cache(maxsize=256)
def _host_of(given: bytes) -> str | None:
    header = given.decode("latin-1")
    try:
        parts = urlsplit(f"//{header}")
        return parts.hostname if parts.netloc == header and parts.port != 0 else None
    except ValueError:
        return None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def check_origin(headers: Headers, scheme: str) -> None:
    """Refuse what a page of another site makes a browser send; programs send neither header."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ProblemError(403, "cross-site", "a page of another site may not act on alerts")
    origin = headers.get("origin")
    if origin is not None and origin != f"{scheme}://{headers.get('host')}":
        raise ProblemError(403, "cross-site", "the Origin header names another site")


def check_media_type(headers: Headers) -> None:
    """Only JSON, which a foreign page's form cannot send without asking first."""
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != "application/json":
        raise ProblemError(415, "not-json", "the body must be application/json")


async def read_body(headers: Headers, receive: Receive) -> Receive:
    """Read the whole body within its bounds; returns a `receive` that hands it over at once."""
    declared = headers.get("content-length", "0")
    if not declared.isascii() or not declared.isdigit() or int(declared[:12]) > MAX_BODY_BYTES:
        raise _too_large()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _collect(receive)
    except TimeoutError as error:
        raise ProblemError(408, "slow-body", f"the body took longer than {BODY_SECONDS:g} s") from error
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


async def _collect(receive: Receive) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        # A client that went away sends a disconnect without this member.
        more = message.get("more_body", False)
        if len(body) > MAX_BODY_BYTES:
            raise _too_large()
    return bytes(body)


def _too_large() -> ProblemError:
    return ProblemError(413, "body-too-large", f"a body holds at most {MAX_BODY_BYTES} bytes")
