"""What people do to one alert: ``…/acknowledge``, ``…/assign``, ``…/verdict`` and so on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request
from pydantic import StringConstraints
from starlette.responses import Response

from api.access import AccessDep
from api.act_bodies import (
    AcknowledgeBody,
    ActBody,
    AssignBody,
    CloseBody,
    CommentBody,
    EscalateBody,
    Sender,
    UndoBody,
    VerdictBody,
)
from api.alert_acts import perform
from api.alert_models import Alert, AlertId
from api.alert_store import read_alert
from api.answers import answer_json, parse_if_match
from api.connections import ConnectionsDep, Lender
from api.examples import alerts as examples
from api.examples import show_example
from api.freshness import read_freshness
from api.problems import describe_problems

router = APIRouter(prefix="/v1/alerts/{alert_id}", tags=["acts"])

ActKey = Annotated[
    Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,128}$")] | None,
    Header(
        alias="Idempotency-Key",
        description="Any name of this request: sent again within a day under the same, it acts once",
        examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    ),
]
IfMatch = Annotated[
    str | None, Header(description='Act only while the alert is at this change_id, e.g. "812"')
]
AlertPath = Annotated[AlertId, Path()]
PROBLEMS = describe_problems(400, 403, 404, 408, 409, 412, 413, 415, 422, 503)


def read_origin(request: Request) -> str:
    """The address that a request comes from, for the history."""
    return request.client.host if request.client else ""


async def _read_sender(
    request: Request, access: AccessDep, key: ActKey = None, if_match: IfMatch = None
) -> Sender:
    return Sender(read_origin(request), access, key, parse_if_match(if_match))


SenderDep = Annotated[Sender, Depends(_read_sender)]


@router.post("/acknowledge", response_model=Alert, responses=show_example(examples.ACKNOWLEDGED) | PROBLEMS)
async def acknowledge(
    connections: ConnectionsDep, sender: SenderDep, alert_id: AlertPath, body: AcknowledgeBody
) -> Response:
    """Say that somebody has seen the alert. Saying it twice changes nothing; a closed alert refuses it."""
    return await _act(connections, alert_id, body, sender)


@router.post("/assign", response_model=Alert, responses=show_example(examples.ASSIGNED) | PROBLEMS)
async def assign(
    connections: ConnectionsDep, sender: SenderDep, alert_id: AlertPath, body: AssignBody
) -> Response:
    """Say who is to deal with the alert."""
    return await _act(connections, alert_id, body, sender)


@router.post("/comment", response_model=Alert, responses=show_example(examples.COMMENTED) | PROBLEMS)
async def comment(
    connections: ConnectionsDep, sender: SenderDep, alert_id: AlertPath, body: CommentBody
) -> Response:
    """Add a remark to the history, of a closed alert too. The same remark twice in a row is one."""
    return await _act(connections, alert_id, body, sender)


@router.post("/verdict", response_model=Alert, responses=show_example(examples.RULED_ON) | PROBLEMS)
async def rule_on(
    connections: ConnectionsDep, sender: SenderDep, alert_id: AlertPath, body: VerdictBody
) -> Response:
    """Say what the alert was. One whose condition has cleared is closed by it; an active one at its clearing.

    A later verdict replaces an earlier one, also on a closed alert; the history keeps both.
    """
    return await _act(connections, alert_id, body, sender)


@router.post("/escalate", response_model=Alert, responses=show_example(examples.ESCALATED) | PROBLEMS)
async def escalate(
    connections: ConnectionsDep, sender: SenderDep, alert_id: AlertPath, body: EscalateBody
) -> Response:
    """Pass the alert on to the supervisor or to the second contact.

    A fire that nobody acknowledges is passed on by itself, after the times of the settings.
    """
    return await _act(connections, alert_id, body, sender)


@router.post("/close", response_model=Alert, responses=show_example(examples.CLOSED) | PROBLEMS)
async def close(
    connections: ConnectionsDep, sender: SenderDep, alert_id: AlertPath, body: CloseBody
) -> Response:
    """Close an alert that has cleared and needs no verdict or has one; with `force` any, and never without a reason.

    After it was closed by force it is raised anew when it grows graver, or goes on: a fire or what is red after a
    minute, anything else after an hour.
    """
    return await _act(connections, alert_id, body, sender)


@router.post("/undo", response_model=Alert, responses=show_example(examples.UNDONE) | PROBLEMS)
async def undo(
    connections: ConnectionsDep, sender: SenderDep, alert_id: AlertPath, body: UndoBody
) -> Response:
    """Take back one's own act within a minute, as long as nobody has acted on the alert since.

    What people had written before stands again; what the rules have seen since stays, and the history keeps both.
    """
    return await _act(connections, alert_id, body, sender)


async def _act(connections: Lender, alert_id: int, body: ActBody, sender: Sender) -> Response:
    acted = await perform(connections, body.make_act(alert_id, sender))
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        alert = await read_alert(connection, alert_id)
    return answer_json(
        alert, freshness, **{"ETag": f'"{alert.change_id}"', "Fengsui-Acted": str(acted).lower()}
    )
