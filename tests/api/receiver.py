"""Somebody who takes messages about alerts over HTTP, and can be out of order for a while."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from api.webhooks.signing import is_signed


class Receiver:
    """Keeps what he took; `statuses` are what he answers first, before he answers 204 to everything."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.statuses: list[int] = []
        self.pause_seconds = 0.0
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.attempts = 0
        self.url = ""

    @property
    def changes(self) -> list[int]:
        """The numbers of all changes taken, in the order in which they came."""
        with self.lock:
            return [change["change_id"] for body in self.bodies for change in json.loads(body)["changes"]]

    def all_signed(self, secret: str) -> bool:
        with self.lock:
            pairs = list(zip(self.headers, self.bodies, strict=True))
        return bool(pairs) and all(is_signed(secret, headers, body, time.time()) for headers, body in pairs)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        time.sleep(self.pause_seconds)
        with self.lock:
            self.attempts += 1
            status = self.statuses.pop(0) if self.statuses else 204
            if status < 300:
                self.headers.append(headers)
                self.bodies.append(body)
            return status


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/alerts"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
