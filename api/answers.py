"""How an answer is put on the wire: as JSON, with its freshness, and with nothing at all when it is unchanged."""

from __future__ import annotations

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from api.freshness import Freshness
from api.problems import ProblemError

JSON = "application/json"


def answer_json(body: BaseModel, freshness: Freshness, **headers: str) -> Response:
    """200. Values that are not finite become null: JSON has no word for them."""
    return Response(
        body.model_dump_json(by_alias=True), headers={**freshness.headers, **headers}, media_type=JSON
    )


def answer_unchanged(freshness: Freshness, etag: str) -> Response:
    """304, which tells its freshness too."""
    return Response(status_code=304, headers={**freshness.headers, "ETag": etag})


def make_list_etag(freshness: Freshness, question: str) -> str:
    """A weak tag: what it stands for is the list and the pipeline's state, not the time it was read at."""
    state = freshness.pipeline.state
    return f'W/"{freshness.change_id}-{freshness.version & 0xFFFFFFFFFFFFFFFF:x}-{state}-{question}"'


def is_unchanged(request: Request, etag: str) -> bool:
    """Whether the client has just this; tags are compared weakly, as RFC 9110 13.1.2 says."""
    return is_tag_among(etag, request.headers.get("if-none-match", ""))


def is_tag_among(etag: str, given: str) -> bool:
    if not given or given == etag:
        return bool(given)
    return etag.removeprefix("W/") in [tag.strip().removeprefix("W/") for tag in given.split(",")]


def parse_if_match(header: str | None) -> frozenset[int] | None:
    """The versions that ``If-Match`` admits, None for any.

    Raises
    ------
    ProblemError
        It holds something that is not a tag.
    """
    if header is None or header.strip() == "*":
        return None
    versions = set()
    for tag in header[:1000].split(","):
        number = tag.strip().removeprefix('"').removesuffix('"')
        if f'"{number}"' != tag.strip() or not (number.isascii() and number.isdigit() and len(number) < 20):
            raise ProblemError(
                400, "bad-if-match", 'If-Match takes an alert\'s change_id in quotes, e.g. "812"'
            )
        versions.add(int(number))
    return frozenset(versions)
