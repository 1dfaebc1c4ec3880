"""How long a change takes from its commit to those who listen: streams, and desks that ask again as soon as they hear.

```
listener, listener, … ◀── the API ◀── tables ◀── one writer, a process of its own
    each notes when it has heard of which change; the writer notes when it sent which commit
```
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast
from urllib.parse import urlsplit

import uvloop

from simulators.benchmarks.changing import Committed, Writing, find_newest, write_changes
from simulators.benchmarks.children import BenchmarkError, running_apart

CONNECT_SECONDS, HEAR_SECONDS, SETTLE_SECONDS = 60.0, 60.0, 1.0


@dataclass(frozen=True)
class Crowd:
    """Who listens to the API at `url`."""

    url: str
    database_url: str
    streams: int
    desks: int


@dataclass(frozen=True)
class Delays:
    """From the sending of a commit [ms]: to the last of all listeners, and for the last change to each stream."""

    slowest: list[float]
    last_at_streams: list[float]


def measure_delays(crowd: Crowd, writing: Writing) -> Delays:
    """Listen, have changes written, and compare.

    Raises
    ------
    BenchmarkError
        Somebody was refused, or has not heard of everything after a minute.
    """
    return uvloop.run(_measure(crowd, writing))


@dataclass
class _Listener(asyncio.Protocol):
    """Notes up to which change it has heard, and when."""

    host: str
    after: int
    heard: list[int] = field(default_factory=list)
    heard_at: list[float] = field(default_factory=list)
    is_ready: bool = False
    problem: str | None = None
    _buffer: bytearray = field(default_factory=bytearray)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is one by what it does, not by what it is called.
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self.problem = self.problem or f"the connection ended: {exc}"

    def _ask(self) -> None:
        raise NotImplementedError

    def _send(self, path: str) -> None:
        self._transport.write(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())

    def _note(self, change_id: int) -> None:
        if change_id > self.after:
            self.heard.append(change_id)
            self.heard_at.append(time.monotonic())
            self.after = change_id

    def _refuse(self, head: bytes) -> None:
        if not head.startswith(b"HTTP/1.1 200"):
            self.problem = head[:200].decode("latin-1")


class _Stream(_Listener):
    def _ask(self) -> None:
        self._send(f"/v1/alerts/stream?after={self.after}")

    def data_received(self, data: bytes) -> None:
        if not self.is_ready:
            self._refuse(data)
            self.is_ready = True
        self._buffer += data
        end = self._buffer.rfind(b"\n\n")
        if end < 0:
            return
        begin = self._buffer.rfind(b"\nid: ", 0, end)
        if begin >= 0:
            self._note(int(self._buffer[begin + 5 : self._buffer.index(b"\n", begin + 5)]))
        del self._buffer[: end + 1]


class _Desk(_Listener):
    def _ask(self) -> None:
        self._send(f"/v1/alerts/changes?after={self.after}&wait=25")
        self.is_ready = True

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = bytes(self._buffer[:head_end]).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if len(self._buffer) < head_end + 4 + length:
            return
        self._refuse(head.upper())
        begin = self._buffer.rfind(b'"next":')
        if begin >= 0:
            self._note(int(self._buffer[begin + 7 : self._buffer.index(b",", begin)]))
        self._buffer.clear()
        if self.problem is None:
            self._ask()


async def _measure(crowd: Crowd, writing: Writing) -> Delays:
    newest = find_newest(crowd.database_url)
    parts = urlsplit(crowd.url)
    loop = asyncio.get_running_loop()
    streams = [_Stream(parts.netloc, newest) for _ in range(crowd.streams)]
    desks = [_Desk(parts.netloc, newest) for _ in range(crowd.desks)]
    listeners: list[_Listener] = [*streams, *desks]
    for listener in listeners:
        await loop.create_connection(partial(_same, listener), parts.hostname or "", parts.port or 80)
    await _wait_for(listeners, lambda one: one.is_ready, CONNECT_SECONDS)
    await asyncio.sleep(SETTLE_SECONDS)
    # To wait for the end of the process holds everything up, so that comes when all have heard.
    with running_apart(write_changes, crowd.database_url, writing) as future:
        committed = await asyncio.wrap_future(future)
        last = committed[-1]
        await _wait_for(listeners, lambda one: one.after >= last.change_id, HEAR_SECONDS)
    by_change = [[_delay(one, commit) for one in listeners] for commit in committed]
    return Delays(
        [max(delays) for delays in by_change],
        [_delay(stream, last) for stream in streams],
    )


def _same(listener: _Listener) -> _Listener:
    return listener


async def _wait_for(
    listeners: Sequence[_Listener], condition: Callable[[_Listener], bool], seconds: float
) -> None:
    until = time.monotonic() + seconds
    while not all(map(condition, listeners)):
        problem = next((one.problem for one in listeners if one.problem), None)
        if problem or time.monotonic() > until:
            raise BenchmarkError(f"somebody does not hear of changes: {problem or 'nothing comes'}")
        await asyncio.sleep(0.05)


def _delay(listener: _Listener, commit: Committed) -> float:
    heard_at = listener.heard_at[bisect_left(listener.heard, commit.change_id)]
    return (heard_at - commit.sent_at) * 1000
