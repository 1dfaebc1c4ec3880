"""``/v1/webhooks``: who is sent changes of alerts, and how far each has come."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from api.alert_models import Shown
from api.answers import answer_json
from api.connections import ConnectionsDep
from api.examples import service as examples
from api.examples import show_example
from api.freshness import Answer, read_freshness
from api.moments import Moment
from api.problems import describe_problems
from api.webhooks.store import list_webhooks
from schemas.domain import SignalClass

router = APIRouter(prefix="/v1/webhooks", tags=["other platforms"])


class Webhook(Shown):
    """A receiver; added and removed by `fengsui webhooks` alone, whose secret is shown once."""

    id: int
    url: str
    classes: tuple[SignalClass, ...] = Field(description="Only changes of these; empty for all")
    after: int = Field(description="Every change up to this one was taken")
    behind: int = Field(description="How many changes lie after that")
    failures: int = Field(description="Attempts that failed since the last that did not")
    next_at: Moment
    last_error: str | None
    last_failed_at: Moment | None
    delivered_at: Moment | None
    added_by: str
    added_at: Moment


class WebhookList(Answer):
    webhooks: tuple[Webhook, ...]


@router.get(
    "",
    response_model=WebhookList,
    responses=show_example(examples.WEBHOOKS) | describe_problems(503),
)
async def get_webhooks(connections: ConnectionsDep) -> Response:
    """Receivers of changes, how far behind each is, and what the last one that failed said."""
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        found = await list_webhooks(connection)
    shown = tuple(Webhook.model_validate({"id": one.webhook_id, **vars(one)}, by_alias=True) for one in found)
    return answer_json(
        WebhookList(as_of=freshness.as_of, pipeline=freshness.pipeline, webhooks=shown), freshness
    )
