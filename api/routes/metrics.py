"""``/metrics``: for Prometheus."""

from __future__ import annotations

import psycopg
from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0
from starlette.responses import Response

from api.connections import ConnectionsDep
from api.examples import service as examples
from api.examples import show_text
from api.figures import FigureCollector, read_figures

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    response_class=Response,
    responses=show_text(CONTENT_TYPE_PLAIN_1_0_0.split(";")[0], examples.METRICS, "The metrics"),
)
async def get_metrics(request: Request, connections: ConnectionsDep) -> Response:
    """The tables' figures and this process's own latencies. Answers, and says so, when the database is down."""
    try:
        figures = await read_figures(connections)
    except (psycopg.Error, TimeoutError):
        figures = None
    of_tables = CollectorRegistry()
    of_tables.register(FigureCollector(figures))
    own: CollectorRegistry = request.app.state.registry
    return Response(
        generate_latest(of_tables) + generate_latest(own),
        headers={"Cache-Control": "no-store"},
        media_type=CONTENT_TYPE_PLAIN_1_0_0,
    )
