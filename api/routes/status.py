"""``/v1/status``: the whole service on one screen."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from api.alert_models import Shown
from api.answers import answer_json
from api.connections import ConnectionsDep
from api.examples import service as examples
from api.examples import show_example
from api.freshness import Answer, BrokerLink, Freshness, Pipeline, read_freshness
from api.problems import describe_problems
from api.status_store import (
    Devices,
    RulesInForce,
    Totals,
    count_devices,
    count_open,
    read_rules,
    read_totals,
)
from schemas.domain import SignalClass

router = APIRouter(prefix="/v1/status", tags=["status"])


class PipelineRates(Pipeline):
    messages_per_second: float
    readings_per_second: float


class MessageCounts(Shown):
    """Every message received ends as exactly one of the others."""

    received: int
    stored: int
    duplicate: int
    conflict: int
    quarantined: int


class ReadingCounts(Shown):
    """Every reading received ends as exactly one of the others."""

    received: int
    stored: int
    duplicate: int
    conflict: int
    rejected: int


class DeviceFigures(Shown):
    total: int
    online: int = Field(description="Heard recently and not silent")
    silent: int
    never_seen: int


class DatabaseState(Shown):
    state: Literal["up"] = Field(description="When it is down, this address answers 503")


class BrokerState(Shown):
    state: BrokerLink
    note: str


class RulesState(Shown):
    """The parameters of the rules; `refused` when a changed file is not valid and those before it stay in force."""

    state: Literal["current", "changing", "refused", "unknown"]
    version: str = Field(
        description="Of the parameters in force; several, with commas, while workers take new ones"
    )
    error: str = Field(
        description="Table, parameter and what is allowed, of a file that is refused; else empty"
    )


class Status(Answer):
    pipeline: PipelineRates
    messages: MessageCounts
    readings: ReadingCounts
    alerts_open: dict[SignalClass, int]
    devices: DeviceFigures
    database: DatabaseState
    broker: BrokerState
    rules: RulesState


@router.get("", response_model=Status, responses=show_example(examples.STATUS) | describe_problems(503))
async def get_status(connections: ConnectionsDep) -> Response:
    """Figures over all workers since their first start, and what is open now."""
    async with connections.borrow() as connection:
        freshness = await read_freshness(connection)
        totals = await read_totals(connection)
        alerts_open = await count_open(connection)
        devices = await count_devices(connection)
        rules = await read_rules(connection)
    return answer_json(_make_status(freshness, totals, alerts_open, devices, rules), freshness)


def _make_status(
    freshness: Freshness,
    totals: list[Totals],
    alerts_open: dict[SignalClass, int],
    devices: Devices,
    rules: RulesInForce,
) -> Status:
    return Status(
        as_of=freshness.as_of,
        pipeline=PipelineRates(
            **dict(freshness.pipeline),
            messages_per_second=freshness.messages_per_second,
            readings_per_second=freshness.readings_per_second,
        ),
        messages=MessageCounts(**_sum(totals, "messages", MessageCounts)),
        readings=ReadingCounts(**_sum(totals, "readings", ReadingCounts)),
        alerts_open=alerts_open,
        devices=DeviceFigures.model_validate(devices, from_attributes=True),
        database=DatabaseState(state="up"),
        broker=_make_broker(freshness),
        rules=_make_rules(rules),
    )


def _sum(totals: list[Totals], what: str, shape: type[Shown]) -> dict[str, int]:
    return {name: sum(getattr(row, f"{what}_{name}") for row in totals) for name in shape.model_fields}


def _make_broker(freshness: Freshness) -> BrokerState:
    is_known = freshness.broker is not BrokerLink.UNKNOWN
    note = freshness.broker_note if is_known else freshness.pipeline.note
    return BrokerState(state=freshness.broker, note=note)


def _make_rules(rules: RulesInForce) -> RulesState:
    state: Literal["current", "changing", "refused", "unknown"] = "current"
    if not rules.versions:
        state = "unknown"
    elif rules.errors:
        state = "refused"
    elif len(rules.versions) > 1:
        state = "changing"
    return RulesState(state=state, version=", ".join(rules.versions), error="\n".join(rules.errors))
