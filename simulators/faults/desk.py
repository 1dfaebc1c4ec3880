"""The API of a run: a real process, which a duty desk would ask."""

from __future__ import annotations

import http.client
import socket
import time
from contextlib import suppress

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
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        with suppress(OSError):
            connection.request("GET", UNPERSISTED)
            return b'"heard":true' in connection.getresponse().read().replace(b" ", b"")
        return False
    finally:
        connection.close()
