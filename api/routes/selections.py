"""``POST /v1/alerts/acts``: one act on a selection of alerts, each with a fate of its own."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

import psycopg
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import AccessDep
from api.act_bodies import ActBody, AnyActBody, Sender
from api.alert_acts import perform
from api.alert_models import AlertId, Shown
from api.answers import answer_json
from api.connections import ConnectionsDep, Lender
from api.examples import alerts as examples
from api.examples import show_example
from api.freshness import Answer, read_freshness
from api.problems import Problem, ProblemError, describe_problems
from api.routes.acts import ActKey, read_origin

router = APIRouter(prefix="/v1/alerts/acts", tags=["acts"])

MOST_SELECTED = 200


class Selected(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: AlertId
    change_id: Annotated[
        AlertId | None, Field(description="Act only while the alert is at this change; null for any")
    ] = None


class SelectionBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "act": {"kind": "verdict", "by": "王警官", "verdict": "drill", "note": "年度演练"},
                    "alerts": [{"id": 97, "change_id": 812}, {"id": 98}],
                }
            ]
        },
    )

    act: AnyActBody
    alerts: Annotated[tuple[Selected, ...], Field(min_length=1, max_length=MOST_SELECTED)]


class Fate(Shown):
    """What became of the act on one alert: done (200), or the problem that it met."""

    id: int
    status: int
    acted: bool = Field(description="False when it had been done before, or met a problem")
    problem: Problem | None


class SelectionAnswer(Answer):
    results: tuple[Fate, ...]


@router.post(
    "",
    response_model=SelectionAnswer,
    responses=show_example(examples.SELECTION) | describe_problems(400, 403, 408, 413, 415, 422, 503),
)
async def act_on_selection(
    request: Request, connections: ConnectionsDep, access: AccessDep, body: SelectionBody, key: ActKey = None
) -> Response:
    """Do the same to each alert of a selection; what one refuses does not hold up the others.

    Sent again with the same Idempotency-Key it goes on where it was cut off.
    """
    selected = {one.id: one for one in body.alerts}
    sender = Sender(read_origin(request), access)
    results = [
        await _act_on_one(
            connections, body.act, selected[alert_id], _make_sender(sender, key, selected[alert_id])
        )
        for alert_id in sorted(selected)
    ]
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
    answer = SelectionAnswer(as_of=freshness.as_of, pipeline=freshness.pipeline, results=tuple(results))
    return answer_json(answer, freshness)


def _make_sender(sender: Sender, key: str | None, one: Selected) -> Sender:
    expected = None if one.change_id is None else frozenset({one.change_id})
    return replace(sender, key=key and f"{key} {one.id}", expected=expected)


async def _act_on_one(connections: Lender, body: ActBody, one: Selected, sender: Sender) -> Fate:
    try:
        acted = await perform(connections, body.make_act(one.id, sender))
    except ProblemError as error:
        return _make_fate(one.id, error)
    except (psycopg.OperationalError, TimeoutError):
        return _make_fate(one.id, ProblemError(503, "unavailable", "not done; send it again in a moment"))
    return Fate(id=one.id, status=200, acted=acted, problem=None)


def _make_fate(alert_id: int, error: ProblemError) -> Fate:
    problem = Problem(
        type=f"urn:fengsui:problem:{error.name}",
        title=HTTPStatus(error.status).phrase,
        status=error.status,
        detail=error.detail,
        instance=f"/v1/alerts/{alert_id}",
    )
    return Fate(id=alert_id, status=error.status, acted=False, problem=problem)
