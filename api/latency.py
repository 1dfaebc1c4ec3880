"""How long the API takes to answer, by route."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# From a list out of the cache to a long-poll that waited to its end.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def make_histogram(registry: CollectorRegistry) -> Histogram:
    """The histogram, in a registry of this application alone."""
    return Histogram(
        "fengsui_api_request_duration_seconds",
        "Time from request to the end of its answer; for the changes feed it includes the waiting",
        ["method", "route", "status"],
        buckets=_BUCKETS,
        registry=registry,
    )


class Latency:
    """Measures every request."""

    def __init__(self, app: ASGIApp, histogram: Histogram) -> None:
        self._app = app
        self._histogram = histogram

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        begun = time.perf_counter()
        try:
            await self._app(scope, receive, send_and_note)
        finally:
            # Labels come from us, never from the request: a stranger's path would be one more series.
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = getattr(scope.get("route"), "path", "none")
            self._histogram.labels(method, route, str(status)).observe(time.perf_counter() - begun)
