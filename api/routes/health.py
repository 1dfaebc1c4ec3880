"""``/healthz`` and ``/readyz``: for whoever starts, stops and balances processes."""

from __future__ import annotations

import psycopg
from fastapi import APIRouter
from starlette.responses import JSONResponse

from api.alert_models import Shown
from api.change_feed import ChangeFeed
from api.connections import Connection, ConnectionsDep, Lender, fetch_all, fetch_one
from api.examples import JSON, show_example
from api.examples import service as examples
from api.freshness import BrokerLink, Freshness, read_freshness
from api.problems import RETRY_AFTER_SECONDS
from api.routes.changes import FeedDep
from schemas.migrations import list_migrations

router = APIRouter(tags=["health"])

SELECT_READ_ONLY = "SELECT current_setting('transaction_read_only')::boolean AS read_only"
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


@router.get("/healthz", responses=show_example(examples.ALIVE))
async def get_health() -> Alive:
    """This process answers. Nothing is said about anything else."""
    return Alive(state="alive")


@router.get(
    "/readyz",
    response_model=Readiness,
    responses=show_example(examples.READY)
    | {503: {"model": Readiness, "content": {JSON: {"example": examples.UNREADY}}}},
)
async def get_readiness(connections: ConnectionsDep, feed: FeedDep) -> JSONResponse:
    """200 only when the database can be written and has all its tables, when every worker runs and hears the broker,
    and when changes reach those who wait for them here.
    """
    parts = await _look_at_parts(connections) | {"feed": _judge_feed(feed)}
    ready = all(part.ready for part in parts.values())
    body = Readiness(ready=ready, parts=parts).model_dump(mode="json")
    headers = {"Cache-Control": "no-store"}
    if ready:
        return JSONResponse(body, headers=headers)
    return JSONResponse(body, 503, {**headers, "Retry-After": str(RETRY_AFTER_SECONDS)})


async def _look_at_parts(connections: Lender) -> dict[str, Part]:
    unknown = Part(ready=False, note="unknown")
    parts = dict.fromkeys(("database", "migrations", "worker", "broker"), unknown)
    try:
        async with connections.borrow(READY_SECONDS) as connection:
            parts["database"] = await _judge_database(connection)
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


async def _judge_database(connection: Connection) -> Part:
    """One that was made read-only, or stands by for another, shows alerts but takes no acknowledgement."""
    is_read_only = await fetch_one(connection, SELECT_READ_ONLY, {}, lambda read_only: bool(read_only))
    return Part(ready=not is_read_only, note="can only be read" if is_read_only else "")


def _judge_feed(feed: ChangeFeed) -> Part:
    return Part(ready=feed.is_live, note="" if feed.is_live else "changes are not followed at the moment")


def _name(name: str) -> str:
    return name


def _judge_migrations(applied: frozenset[str]) -> Part:
    missing = ", ".join(sorted(_EXPECTED - applied))
    return Part(ready=not missing, note=f"not applied: {missing}" if missing else "")


def _judge_worker(freshness: Freshness) -> Part:
    """Being behind is not being unready: whoever waited for a backlog to end before starting would wait for hours."""
    ready = 0 < freshness.workers == freshness.workers_alive
    return Part(ready=ready, note="" if ready else freshness.pipeline.note)


def _judge_broker(freshness: Freshness) -> Part:
    connected = freshness.broker is BrokerLink.CONNECTED
    return Part(ready=connected, note="" if connected else freshness.broker_note or "no worker is connected")
