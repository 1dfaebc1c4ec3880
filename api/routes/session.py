"""``/v1/session``: log in, see who one is, log out."""

from __future__ import annotations

import math
import time
from typing import Annotated, Self

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from starlette.responses import Response

from api.access import Access
from api.account_store import SESSION_HOURS, begin_session, end_session, find_by_key, find_by_password
from api.alert_models import Shown
from api.answers import JSON
from api.connections import ConnectionsDep
from api.doorkeeper import COOKIE, SESSION_PATH, identify, read_credential
from api.examples import service as examples
from api.examples import show_example
from api.login_throttle import LoginThrottle
from api.problems import ProblemError, describe_problems
from schemas.accounts import Role, digest_token, make_token

router = APIRouter(prefix=SESSION_PATH, tags=["session"])

Secret = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class Login(BaseModel):
    """A key, or an account with its password."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"account": "王警官", "password": "…"}, {"key": "fs_…"}]},
    )

    key: Secret | None = None
    account: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    password: Secret | None = None

    @model_validator(mode="after")
    def _check_either(self) -> Self:
        if (self.key is None) == (self.account is None) or (self.account is None) != (self.password is None):
            raise ValueError("send a key, or an account with its password")
        return self


class SessionShown(Shown):
    """Who one is. As long as there are no accounts everybody on this machine is ``open``."""

    name: str = Field(examples=["王警官"])
    role: Role
    buildings: tuple[str, ...] | None = Field(description="Codes of the only ones shown; null for all")


@router.get(
    "", response_model=SessionShown, responses=show_example(examples.SESSION) | describe_problems(401, 503)
)
async def get_session(request: Request) -> Response:
    """Who one is, and what is shown to one."""
    access = await identify(request.scope)
    if access is None:
        raise _refused()
    return _answer(access)


@router.post(
    "",
    response_model=SessionShown,
    responses=show_example(examples.SESSION) | describe_problems(400, 401, 403, 408, 413, 415, 422, 429, 503),
)
async def post_session(request: Request, connections: ConnectionsDep, body: Login) -> Response:
    """Log in. The session is a cookie that scripts cannot read, good for a shift of twelve hours."""
    throttle: LoginThrottle = request.app.state.login_throttle
    names = _name_guesser(request, body)
    async with throttle.turn:
        _check_wait(throttle, names)
        account_id = await _find_account(connections, body)
        if account_id is None:
            throttle.note_wrong(names, time.monotonic())
            raise _refused()
        throttle.note_right(names[-1])
    token = make_token()
    async with connections.borrow() as connection:
        await begin_session(connection, account_id, token)
    request.scope["headers"].append((b"authorization", f"Bearer {token.text}".encode()))
    access = await identify(request.scope)
    if access is None:
        raise _refused()
    answer = _answer(access)
    _set_cookie(request, answer, token.text, SESSION_HOURS * 3600)
    return answer


@router.delete("", status_code=204, responses=describe_problems(403, 408, 413, 415, 503))
async def delete_session(request: Request, connections: ConnectionsDep) -> Response:
    """Log out: the session ends at once, everywhere. A key stays; `fengsui accounts` takes it back."""
    credential = read_credential(request.scope)
    if credential is not None:
        async with connections.borrow() as connection:
            await end_session(connection, digest_token(credential))
    request.app.state.doors.forget()
    answer = Response(status_code=204, headers={"Cache-Control": "no-store"})
    _set_cookie(request, answer, "", 0)
    return answer


async def _find_account(connections: ConnectionsDep, body: Login) -> int | None:
    if body.key is not None:
        return await find_by_key(connections, body.key)
    return await find_by_password(connections, body.account or "", body.password or "")


def _name_guesser(request: Request, body: Login) -> tuple[str, ...]:
    address = f"from {request.client.host if request.client else ''}"
    return (address,) if body.account is None else (address, f"about {body.account}")


def _check_wait(throttle: LoginThrottle, names: tuple[str, ...]) -> None:
    wait = throttle.find_wait(names, time.monotonic())
    if wait > 0:
        seconds = math.ceil(wait)
        raise ProblemError(
            429,
            "too-many-guesses",
            f"too many wrong ones; try again in {seconds} s",
            {"Retry-After": str(seconds)},
        )


def _refused() -> ProblemError:
    return ProblemError(
        401, "not-logged-in", "no such key, or account and password", {"WWW-Authenticate": "Bearer"}
    )


def _answer(access: Access) -> Response:
    codes = None if access.codes is None else tuple(sorted(access.codes))
    shown = SessionShown(name=access.name, role=access.role, buildings=codes)
    return Response(shown.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type=JSON)


def _set_cookie(request: Request, answer: Response, value: str, seconds: int) -> None:
    answer.set_cookie(
        COOKIE,
        value,
        max_age=seconds,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
