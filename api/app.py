"""The application, composed once, and the server that runs it."""

from __future__ import annotations

import asyncio
import logging
import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from api.change_feed import ChangeFeed
from api.change_poll import LongPolls
from api.connections import OWN_POOL_SIZE, Connections
from api.description import DescribedApp
from api.doorkeeper import Doorkeeper, Doors
from api.exports.streaming import Exports
from api.guard import Guard, SecurityHeaders
from api.latency import Latency, make_histogram
from api.list_memory import ListMemory, RememberedLists
from api.login_throttle import LoginThrottle
from api.names import Names, keep_current
from api.notice_board import NoticeBoard
from api.notice_listener import NoticeListener
from api.problems import Problem, install_handlers
from api.request_heads import BoundedHeads
from api.routes import (
    activity,
    acts,
    alerts,
    buildings,
    cap,
    changes,
    completeness,
    coverage,
    desk,
    devices,
    exports,
    hazards,
    health,
    incidents,
    metrics,
    quarantine,
    response_times,
    risk,
    scopes,
    selections,
    sensors,
    session,
    status,
    stream,
    unpersisted,
    webhooks,
)
from api.shared_looks import SharedLooks
from api.shared_work import SharedWork
from api.unacknowledged import watch_unacknowledged
from api.webhooks.delivery import Deliverer
from api.webhooks.destinations import Guardian
from api.written_alerts import WrittenAlerts
from schemas.settings import Settings, SettingsError

log = logging.getLogger(__name__)

STOP_SECONDS = 1
_KEEP_ALIVE_SECONDS = 30


def make_app(settings: Settings) -> FastAPI:
    """Compose the application; it opens its connections when it is started.

    Raises
    ------
    SettingsError
        No database is named.
    """
    if settings.database_url is None:
        raise SettingsError("FENGSUI_DATABASE_URL: the API needs a database")
    # The interactive documentation would fetch its scripts from another site.
    app = DescribedApp(
        title="Fengsui 烽燧",
        version="1",
        lifespan=_make_lifespan(settings, settings.database_url),
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        # We measure by ourselves and tell nobody else; that would be found out anew at each request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        responses={
            401: {"model": Problem, "description": "Not logged in"},
            403: {"model": Problem, "description": "Not allowed"},
            500: {"model": Problem, "description": "A mistake of the service"},
        },
    )
    install_handlers(app)
    # The first five come before `alerts`, whose {alert_id} would take their names for a number.
    for module in (
        changes,
        cap,
        selections,
        stream,
        unpersisted,
        alerts,
        acts,
        activity,
        buildings,
        completeness,
        coverage,
        devices,
        exports,
        hazards,
        incidents,
        response_times,
        risk,
        scopes,
        sensors,
        quarantine,
        status,
        webhooks,
        health,
        metrics,
        session,
    ):
        app.include_router(module.router)
    app.include_router(desk.make_router())
    app.state.registry = CollectorRegistry()
    app.state.notice_board = NoticeBoard()
    app.state.registry.register(app.state.notice_board)
    app.state.names = Names()
    app.state.written_alerts = WrittenAlerts()
    app.state.list_memory = ListMemory()
    app.state.list_work = SharedWork()
    app.state.doors = Doors()
    app.state.login_throttle = LoginThrottle()
    # The last one added is the first to see a request.
    app.add_middleware(LongPolls)
    app.add_middleware(RememberedLists)
    app.add_middleware(Doorkeeper)
    app.add_middleware(Guard, http_host=settings.http_host)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Latency, histogram=make_histogram(app.state.registry))
    return app


def _make_lifespan(
    settings: Settings, database_url: str
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        state = app.state
        state.connections = Connections(database_url)
        state.exports = Exports(database_url)
        state.own_connections = Connections(database_url, OWN_POOL_SIZE)
        state.change_feed = ChangeFeed(database_url, state.written_alerts)
        state.shared_looks = SharedLooks(state.connections, state.change_feed.recent)
        state.notice_listener = NoticeListener(settings, state.notice_board, random.Random())
        guardian = Guardian.of(settings.webhook_hosts, loopback=settings.webhook_loopback)
        deliverer = Deliverer(state.connections, state.change_feed, guardian, random.Random())
        await state.connections.open()
        await state.own_connections.open()
        state.notice_listener.start()
        running = [
            asyncio.create_task(state.change_feed.run()),
            asyncio.create_task(keep_current(state.connections, state.names, state.notice_board)),
            asyncio.create_task(watch_unacknowledged(state.connections, settings)),
            asyncio.create_task(deliverer.run()),
        ]
        yield
        state.change_feed.release()
        await _cancel(running)
        await asyncio.to_thread(state.notice_listener.stop)
        await state.own_connections.close()
        await state.connections.close()

    return lifespan


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class _Server(uvicorn.Server):
    """Sends long-polls home when it is asked to stop, so that stopping takes no longer than an answer."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Being asked to stop is no failure: the signal is not raised again when all is done.
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.change_feed.release()
        await super().shutdown(sockets)


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit status.

    A port that is taken is said and is status 1.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # The library says at each attempt that the database is still away; once a request is enough.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    try:
        listener = _listen(settings.http_host, settings.http_port)
    except OSError as error:
        log.error("cannot listen on %s port %d: %s", settings.http_host, settings.http_port, error.strerror)
        return 1
    server = make_server(settings)
    log.info("listening on %s port %d", settings.http_host, settings.http_port)
    server.run(sockets=[listener])
    return 0


def make_server(settings: Settings) -> uvicorn.Server:
    """The server, not yet running; it listens where it is told by `run`."""
    app = make_app(settings)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=BoundedHeads,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return _Server(config, app)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)
