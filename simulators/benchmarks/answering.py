"""How often a second the API answers an unchanged or changing list, beside a bare route with the same bytes."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.benchmarks.children import BenchmarkError


@dataclass(frozen=True)
class Poll:
    """Requests one after the other over so many connections, for so long."""

    url: str
    connections: int
    seconds: float
    etag: str | None = None

    @property
    def status(self) -> int:
        return 304 if self.etag else 200


@dataclass(frozen=True)
class Polled:
    """How many were answered as expected and otherwise, and how long each took, in ms."""

    answered: int
    refused: int
    milliseconds: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        return self.answered / self.seconds


def poll(asked: Poll) -> Polled:
    """Ask without a pause, by sockets alone: a client library would take longer than the answer."""
    return asyncio.run(_poll(asked))


async def _poll(asked: Poll) -> Polled:
    parts = urlsplit(asked.url)
    lines = [f"GET {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}"]
    if asked.etag:
        lines.append(f"If-None-Match: {asked.etag}")
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    began = time.perf_counter()
    until = began + asked.seconds
    each = await asyncio.gather(
        *(_poll_one(parts.hostname or "", parts.port or 80, request, until) for _ in range(asked.connections))
    )
    seconds = time.perf_counter() - began
    answers = [answer for one in each for answer in one]
    right = [milliseconds for status, milliseconds in answers if status in (asked.status, 200)]
    return Polled(len(right), len(answers) - len(right), right, seconds)


async def _poll_one(host: str, port: int, request: bytes, until: float) -> list[tuple[int, float]]:
    reader, writer = await asyncio.open_connection(host, port, limit=2**23)
    answers = []
    while (began := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if length:
            await reader.readexactly(int(length))
        answers.append((int(head[9:12]), (time.perf_counter() - began) * 1000))
    writer.close()
    return answers


@contextmanager
def bare_route(body: bytes, etag: str) -> Iterator[str]:
    """A Starlette application that answers these bytes, or 304 to whoever has them; yields its address."""

    async def answer(request: Request) -> Response:
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"ETag": etag})
        return Response(body, headers={"ETag": etag}, media_type="application/json")

    config = uvicorn.Config(
        Starlette(routes=[Route("/", answer)]),
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
    )
    with serving(uvicorn.Server(config)) as address:
        yield f"{address}/?"


@contextmanager
def serving(server: uvicorn.Server) -> Iterator[str]:
    """Run a server on a free port, on a thread; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        if time.monotonic() > deadline:
            raise BenchmarkError("a server did not start")
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(5)
