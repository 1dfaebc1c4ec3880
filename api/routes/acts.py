"""What people do to an alert: ``…/acknowledge`` and ``…/verdict``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from api.alert_acts import Act, perform
from api.alert_models import Alert, AlertId
from api.alert_store import read_alert
from api.answers import answer_json, parse_if_match
from api.connections import Connections, ConnectionsDep
from api.freshness import read_freshness
from api.parameters import Note, PersonName
from api.problems import describe_problems
from schemas.domain import Verdict

router = APIRouter(prefix="/v1/alerts/{alert_id}", tags=["acts"])

IfMatch = Annotated[
    str | None, Header(description='Act only while the alert is at this change_id, e.g. "812"')
]
_PROBLEMS = describe_problems(400, 403, 404, 408, 409, 412, 413, 415, 422, 503)


class AcknowledgeBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    by: PersonName
    note: Note | None = None


class VerdictBody(AcknowledgeBody):
    verdict: Verdict


@router.post("/acknowledge", response_model=Alert, responses=_PROBLEMS)
async def acknowledge(
    connections: ConnectionsDep,
    alert_id: Annotated[AlertId, Path()],
    body: AcknowledgeBody,
    if_match: IfMatch = None,
) -> Response:
    """Say that somebody has seen the alert. Saying it twice changes nothing; a closed alert refuses it."""
    act = Act(alert_id, body.by, body.note, expected=parse_if_match(if_match))
    return await _act(connections, act)


@router.post("/verdict", response_model=Alert, responses=_PROBLEMS)
async def rule_on(
    connections: ConnectionsDep,
    alert_id: Annotated[AlertId, Path()],
    body: VerdictBody,
    if_match: IfMatch = None,
) -> Response:
    """Say what the alert was. One whose condition has cleared is closed by it; an active one at its clearing.

    A later verdict replaces an earlier one, also on a closed alert; the history keeps both.
    """
    act = Act(alert_id, body.by, body.note, body.verdict, parse_if_match(if_match))
    return await _act(connections, act)


async def _act(connections: Connections, act: Act) -> Response:
    await perform(connections, act)
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        alert = await read_alert(connection, act.alert_id)
    return answer_json(alert, freshness, ETag=f'"{alert.change_id}"')
