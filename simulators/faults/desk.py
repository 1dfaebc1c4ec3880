"""The API of a run: a real process, which a duty desk would ask."""

from __future__ import annotations

import socket
import time
from contextlib import suppress

import httpx

from api.client import ApiError, Client
from api.routes.unpersisted import UnpersistedList
from simulators.faults.bell import UNPERSISTED
from simulators.faults.scene import Scene

READY_SECONDS = 30.0


def open_api(scene: Scene) -> None:
    """Start it and wait until it hears of alerts; from then on declared fires are looked for there too."""
    port = _free_port()
    scene.hire("api", "api", FENGSUI_HTTP_PORT=str(port)).start()
    give_up_at = time.monotonic() + READY_SECONDS
    while not _answers(port):
        if time.monotonic() > give_up_at:
            raise TimeoutError("the API did not begin")
        time.sleep(0.05)
    scene.api_port = port


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with Client(f"http://127.0.0.1:{port}") as client, suppress(httpx.TransportError, ApiError):
        return client.get(UNPERSISTED, UnpersistedList).heard
    return False
