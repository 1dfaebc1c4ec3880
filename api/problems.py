"""Problems (RFC 9457): one form for everything that goes wrong, and how each error takes it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
_MOST_COMPLAINTS = 20
_LONGEST_TEXT = 300


class Complaint(BaseModel):
    """What is wrong with one member or parameter of a request."""

    where: str = Field(examples=["query.limit"])
    message: str


class Problem(BaseModel):
    """The body of every answer with a status from 400 up."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="Stable name of the kind of problem; test this, not the texts")
    title: str
    status: int
    detail: str
    instance: str = Field(description="Path of the request")
    errors: tuple[Complaint, ...] | None = Field(default=None, description="Only when the request is invalid")


class ProblemError(Exception):
    """A request cannot be served; `name` becomes the problem's type."""

    def __init__(self, status: int, name: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {name}: {detail}")
        self.status = status
        self.name = name
        self.detail = detail
        self.headers = dict(headers or {})


def describe_problems(*statuses: int) -> dict[int | str, dict[str, object]]:
    """What a route says in OpenAPI about the problems it may answer with."""
    return {
        status: {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                 "description": HTTPStatus(status).phrase}
        for status in statuses
    }  # fmt: skip


def answer_problem(
    path: str, error: ProblemError, complaints: tuple[Complaint, ...] | None = None
) -> Response:
    """The answer that `error` becomes."""
    problem = Problem(
        type=f"urn:fengsui:problem:{error.name}",
        title=HTTPStatus(error.status).phrase,
        status=error.status,
        detail=error.detail,
        instance=path[:_LONGEST_TEXT],
        errors=complaints,
    )
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **error.headers}
    return Response(problem.model_dump_json(exclude_none=True), error.status, headers, MEDIA_TYPE)


def answer_unavailable(path: str, detail: str) -> Response:
    """503, to be asked again in a moment."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return answer_problem(path, ProblemError(503, "unavailable", detail, headers))


def answer_database_away(request: Request) -> Response:
    """503, with where to look instead."""
    detail = "the database does not answer; nothing is known about alerts"
    return answer_unavailable(request.url.path, detail + _point_to_unpersisted(request))


def install_handlers(app: FastAPI) -> None:
    """Give every kind of error its problem."""
    app.add_exception_handler(ProblemError, _handle_problem)
    app.add_exception_handler(RequestValidationError, _handle_invalid)
    app.add_exception_handler(HTTPException, _handle_http)
    app.add_exception_handler(psycopg.Error, _handle_database)
    app.add_exception_handler(TimeoutError, _handle_timeout)
    app.add_exception_handler(Exception, _handle_unexpected)


async def _handle_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return answer_problem(request.url.path, error)


async def _handle_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()[:_MOST_COMPLAINTS]
    if any(one["type"] == "json_invalid" for one in found):
        return answer_problem(request.url.path, ProblemError(400, "not-json", "the body is not JSON"))
    complaints = tuple(
        Complaint(
            where=_printable(".".join(str(part) for part in one["loc"])),
            message=_printable(str(one["msg"]).removeprefix("Value error, ")),
        )
        for one in found
    )
    said = "; ".join(f"{complaint.where}: {complaint.message}" for complaint in complaints[:3])
    return answer_problem(request.url.path, ProblemError(422, "invalid", said), complaints)


def _printable(text: str) -> str:
    # What was sent is named back; a lone surrogate in it could not be written as UTF-8.
    return text[:_LONGEST_TEXT].encode("utf-8", "replace").decode()


_NAMES = {404: "not-found", 405: "method-not-allowed"}
_DETAILS = {404: "there is nothing at this address", 405: "this address takes other methods: see Allow"}


async def _handle_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    name = _NAMES.get(status, HTTPStatus(status).phrase.lower().replace(" ", "-"))
    problem = ProblemError(status, name, _DETAILS.get(status, str(error.detail)), error.headers)
    return answer_problem(request.url.path, problem)


# The database is away, refuses, or is not ready for us; with anything else the mistake is ours.
_UNAVAILABLE = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
)


async def _handle_database(request: Request, error: Exception) -> Response:
    if not isinstance(error, _UNAVAILABLE):
        return await _handle_unexpected(request, error)
    log.warning("%s: the database does not answer: %s", request.url.path, str(error).partition("\n")[0])
    return answer_database_away(request)


async def _handle_timeout(request: Request, _error: Exception) -> Response:
    log.warning("%s: the database takes too long", request.url.path)
    detail = "the database takes too long to answer; nothing is known about alerts"
    return answer_unavailable(request.url.path, detail + _point_to_unpersisted(request))


def _point_to_unpersisted(request: Request) -> str:
    """Where whoever asks for alerts finds those that are known all the same."""
    if request.url.path not in ("/v1/alerts", "/v1/alerts/changes"):
        return ""
    return f" except {len(request.app.state.notice_board)} not yet stored: see /v1/alerts/unpersisted"


async def _handle_unexpected(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    detail = "a mistake of the service; its log says more"
    return answer_problem(request.url.path, ProblemError(500, "internal", detail))
