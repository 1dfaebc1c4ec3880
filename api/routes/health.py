"""``/healthz`` and ``/readyz``: for whoever starts, stops and balances processes."""

from __future__ import annotations

import psycopg
from fastapi import APIRouter
from starlette.responses import JSONResponse

from api.alert_models import Shown
from api.connections import Connections, ConnectionsDep, fetch_all
from api.freshness import Freshness, PipelineState, read_freshness
from api.problems import RETRY_AFTER_SECONDS
from schemas.migrations import list_migrations

router = APIRouter(tags=["health"])

SELECT_APPLIED = "SELECT name FROM schema_migrations"
READY_SECONDS = 3.0

# They ship with the program and do not change while it runs.
_EXPECTED = frozenset(migration.name for migration in list_migrations())


class Alive(Shown):
    state: str


class Part(Shown):
    """`note` says what is missing; it is empty when the part is ready."""

    ready: bool
    note: str


class Readiness(Shown):
    ready: bool
    parts: dict[str, Part]


@router.get("/healthz")
async def get_health() -> Alive:
    """This process answers. Nothing is said about anything else."""
    return Alive(state="alive")


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
async def get_readiness(connections: ConnectionsDep) -> JSONResponse:
    """200 only when the database answers with all its tables and a worker hears the broker."""
    parts = await _look_at_parts(connections)
    ready = all(part.ready for part in parts.values())
    body = Readiness(ready=ready, parts=parts).model_dump(mode="json")
    headers = {"Cache-Control": "no-store"}
    if ready:
        return JSONResponse(body, headers=headers)
    return JSONResponse(body, 503, {**headers, "Retry-After": str(RETRY_AFTER_SECONDS)})


async def _look_at_parts(connections: Connections) -> dict[str, Part]:
    unknown = Part(ready=False, note="unknown")
    parts = dict.fromkeys(("database", "migrations", "worker", "broker"), unknown)
    try:
        async with connections.borrow(READY_SECONDS) as connection:
            parts["database"] = Part(ready=True, note="")
            applied = await fetch_all(connection, SELECT_APPLIED, {}, _name)
            parts["migrations"] = _judge_migrations(frozenset(applied))
            freshness = await read_freshness(connection)
    except psycopg.errors.UndefinedTable:
        parts["migrations"] = Part(ready=False, note="the tables are not there: run `fengsui migrate`")
    except (psycopg.Error, TimeoutError):
        parts["database"] = Part(ready=False, note="does not answer")
    else:
        parts["worker"], parts["broker"] = _judge_worker(freshness), _judge_broker(freshness)
    return parts


def _name(name: str) -> str:
    return name


def _judge_migrations(applied: frozenset[str]) -> Part:
    missing = ", ".join(sorted(_EXPECTED - applied))
    return Part(ready=not missing, note=f"not applied: {missing}" if missing else "")


def _judge_worker(freshness: Freshness) -> Part:
    alive = freshness.pipeline.state not in (PipelineState.DOWN, PipelineState.EMPTY)
    return Part(ready=alive, note="" if alive else freshness.pipeline.note)


def _judge_broker(freshness: Freshness) -> Part:
    connected = freshness.workers_connected > 0
    return Part(ready=connected, note="" if connected else freshness.broker_note or "no worker is connected")
