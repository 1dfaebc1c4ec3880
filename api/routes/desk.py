"""``/``: the duty desk's page, and the few files it consists of."""

from __future__ import annotations

import gzip
import hashlib
from importlib import resources
from importlib.resources.abc import Traversable

from fastapi import APIRouter, Request
from starlette.responses import Response

MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
PAGE = "index.html"
# The bundler names what a page consists of by its content: such a file never changes.
_NAMED_BY_CONTENT = ("css", "js")
_NOT_BUILT = "The duty desk's page is not built: run `make setup`. 值守台页面尚未构建:请运行 make setup。\n"


def make_router() -> APIRouter:
    """Read the built files once and give each its address; no address is ever turned into a path.

    Where the page was never built, the API serves all the same and ``/`` says what to do.
    """
    router = APIRouter(include_in_schema=False)
    built = resources.files("api") / "desk" / "built"
    if not (built / PAGE).is_file():
        router.add_api_route("/", _say_not_built, methods=["GET"])
        return router
    for file in built.iterdir():
        if file.name.rpartition(".")[2] in MEDIA_TYPES:
            _add_file(router, file)
    return router


async def _say_not_built() -> Response:
    return Response(_NOT_BUILT, 503, media_type="text/plain; charset=utf-8")


def _add_file(router: APIRouter, file: Traversable) -> None:
    plain, kind = file.read_bytes(), file.name.rpartition(".")[2]
    packed = gzip.compress(plain, 9, mtime=0)
    headers = {
        "ETag": f'"{hashlib.sha256(plain).hexdigest()[:16]}"',
        "Cache-Control": "max-age=31536000, immutable" if kind in _NAMED_BY_CONTENT else "no-cache",
        "Vary": "Accept-Encoding",
    }

    async def get_file(request: Request) -> Response:
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(
                packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=MEDIA_TYPES[kind]
            )
        return Response(plain, headers=headers, media_type=MEDIA_TYPES[kind])

    router.add_api_route("/" if file.name == PAGE else f"/desk/{file.name}", get_file, methods=["GET"])
