"""``/``: the duty desk's page, and the few files it consists of."""

from __future__ import annotations

import hashlib
from importlib import resources

from fastapi import APIRouter, Request
from starlette.responses import Response

MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
PAGE = "index.html"


def make_router() -> APIRouter:
    """Read the files once and give each its address; no address is ever turned into a path."""
    router = APIRouter(include_in_schema=False)
    for file in (resources.files("api") / "desk").iterdir():
        media_type = MEDIA_TYPES.get(file.name.rpartition(".")[2])
        if media_type is not None:
            _add_file(router, file.name, file.read_bytes(), media_type)
    return router


def _add_file(router: APIRouter, name: str, content: bytes, media_type: str) -> None:
    headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()[:16]}"', "Cache-Control": "no-cache"}

    async def get_file(request: Request) -> Response:
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=media_type)

    router.add_api_route("/" if name == PAGE else f"/desk/{name}", get_file, methods=["GET"])
