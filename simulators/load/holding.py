"""Holds a rate: connects everything, publishes in turn for so long, waits for what is still to come back."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import numpy as np

from simulators.load.ground import Ground
from simulators.load.line import Line, Tally

_CONNECTING_AT_ONCE = 100
_CONNECT_SECONDS = 60.0
_TICK_SECONDS = 0.02
SETTLE_SECONDS = 60.0


@dataclass(frozen=True)
class Asked:
    """What is to be held: messages a second, from devices on connections, for so long."""

    devices: int
    connections: int
    rate: float
    seconds: float

    @property
    def interval_seconds(self) -> float:
        """Between two messages of one device."""
        return self.devices / self.rate


@dataclass(frozen=True)
class Latency:
    """In seconds; NaN of nothing at all."""

    p50: float
    p99: float
    longest: float

    @staticmethod
    def of(seconds: list[float]) -> Latency:
        if not seconds:
            return Latency(math.nan, math.nan, math.nan)
        p50, p99 = np.percentile(seconds, [50, 99])
        return Latency(float(p50), float(p99), float(max(seconds)))


@dataclass(frozen=True)
class LoadReport:
    """What was asked and what came of it; `rate` is what was held, `connect_seconds` what connecting took."""

    asked: Asked
    rate: float
    connect_seconds: float
    published: int
    acknowledged: int
    receipted: int
    lost_connections: int
    to_acknowledge: Latency
    to_receipt: Latency

    @property
    def nothing_lost(self) -> bool:
        return self.published == self.acknowledged == self.receipted and not self.lost_connections


def hold(
    mqtt_url: str, root: str, ground: Ground, asked: Asked, first_seq: int, tell: Callable[[str], None]
) -> LoadReport:
    """Run the load to its end; `tell` hears how it goes."""
    return asyncio.run(_hold(mqtt_url, root, ground, asked, first_seq, tell))


async def _hold(
    mqtt_url: str, root: str, ground: Ground, asked: Asked, first_seq: int, tell: Callable[[str], None]
) -> LoadReport:
    tally, begins = Tally(), time.monotonic()
    lines = await _connect_all(mqtt_url, root, ground, asked, first_seq, tally)
    connect_seconds = time.monotonic() - begins
    tell(f"{len(lines)} connections in {connect_seconds:.1f} s")
    seconds = await _publish(lines, asked, tally, tell)
    give_up_at = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < give_up_at and tally.receipted < tally.published:
        await asyncio.sleep(0.1)
    lost = tally.lost_connections
    for line in lines:
        line.leave()
    await asyncio.sleep(1.0)
    return LoadReport(
        asked,
        tally.published / seconds,
        connect_seconds,
        tally.published,
        tally.acknowledged,
        tally.receipted,
        lost,
        Latency.of(tally.to_acknowledge),
        Latency.of(tally.to_receipt),
    )


async def _connect_all(
    mqtt_url: str, root: str, ground: Ground, asked: Asked, first_seq: int, tally: Tally
) -> list[Line]:
    url = urlsplit(mqtt_url)
    tls = url.scheme == "mqtts"
    port = url.port or (8883 if tls else 1883)
    login = tuple(None if given is None else unquote(given) for given in (url.username, url.password))
    turns = asyncio.Semaphore(_CONNECTING_AT_ONCE)
    loop = asyncio.get_running_loop()
    every = ground.places()
    shares = [every[number :: asked.connections] for number in range(asked.connections)]

    async def connect(number: int) -> Line:
        line = Line(
            root,
            shares[number],
            first_seq,
            tally,
            f"fengsui-load-{ground.run}-{number}",
            (login[0], login[1]),
        )
        async with turns, asyncio.timeout(_CONNECT_SECONDS):
            await loop.create_connection(lambda: line, url.hostname or "", port, ssl=tls or None)
            await line.ready
        return line

    return list(await asyncio.gather(*(connect(number) for number in range(asked.connections))))


async def _publish(lines: list[Line], asked: Asked, tally: Tally, tell: Callable[[str], None]) -> float:
    """Keep to the rate on the whole: what was late is caught up with. Returns how long it took [s]."""
    begins, turn, told = time.monotonic(), 0, 0
    total = round(asked.rate * asked.seconds)
    while tally.published < total:
        passed = time.monotonic() - begins
        for _ in range(min(round(asked.rate * passed), total) - tally.published):
            lines[turn].publish()
            turn = (turn + 1) % len(lines)
        if passed >= 10.0 * (told + 1):
            told += 1
            tell(
                f"{passed:.0f} s: {tally.published} published, {tally.acknowledged} acknowledged, "
                f"{tally.receipted} receipted"
            )
        await asyncio.sleep(_TICK_SECONDS)
    return time.monotonic() - begins
