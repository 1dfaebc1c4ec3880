"""One connection of a load, and the tally that all connections write into."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulators.load.ground import CHANNEL, Place
from simulators.mqtt_packets import (
    CONNACK,
    PUBACK,
    PUBLISH,
    SUBACK,
    make_clearing,
    make_connect,
    make_disconnect,
    make_puback,
    make_publish,
    make_subscribe,
    take_packets,
)

_KEEPALIVE_SECONDS = 600


@dataclass
class Tally:
    """What became of everything. Latencies in seconds, one for each reading message."""

    published: int = 0
    acknowledged: int = 0
    receipted: int = 0
    lost_connections: int = 0
    to_acknowledge: list[float] = field(default_factory=list)
    to_receipt: list[float] = field(default_factory=list)


@dataclass
class _Source:
    """One device: its next number, and the numbers without receipt with the time each was sent."""

    place: Place
    seq: int
    waiting: deque[tuple[int, float]] = field(default_factory=deque)


class Line(asyncio.Protocol):
    """Some devices behind one connection."""

    def __init__(
        self,
        root: str,
        places: Sequence[Place],
        first_seq: int,
        tally: Tally,
        name: str,
        login: tuple[str | None, str | None],
    ) -> None:
        self._root, self._first, self._tally = root, first_seq, tally
        self._name, self._login = name, login
        self._sources = [_Source(place, first_seq) for place in places]
        self._by_device = {one.place.device: one for one in self._sources}
        self._buffer = bytearray()
        self._mid = 0
        self._sent: dict[int, float] = {}
        self._turn = 0
        self._transport: asyncio.Transport | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._leaving = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(make_connect(self._name, _KEEPALIVE_SECONDS, *self._login))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._leaving:
            self._tally.lost_connections += 1
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("the broker closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        for first, body in take_packets(self._buffer):
            if first == PUBACK:
                self._take_puback(struct.unpack("!H", body[:2])[0])
            elif first & 0xF0 == PUBLISH:
                self._take_receipt(first, body)
            elif first == CONNACK:
                self._begin(body[1])
            elif first == SUBACK and not self.ready.done():
                self.ready.set_result(None)

    def publish(self) -> None:
        """One reading of the device whose turn it is."""
        source = self._sources[self._turn]
        self._turn = (self._turn + 1) % len(self._sources)
        now = time.time()
        body = {"seq": source.seq, "ts": int(now * 1000), "values": {CHANNEL: 0.03 + (source.seq % 5) / 1000}}
        self._sent[self._send(source.place, "readings", body)] = now
        source.waiting.append((source.seq, now))
        source.seq += 1
        self._tally.published += 1

    def leave(self) -> None:
        """Take back the receipts that the broker keeps, and go."""
        self._leaving = True
        if self._transport is not None:
            for one in self._sources:
                self._transport.write(make_clearing(f"{self._topic(one.place)}/receipts"))
            self._transport.write(make_disconnect())
            self._transport.close()

    def _begin(self, code: int) -> None:
        if code or self._transport is None:
            self.ready.set_exception(ConnectionError(f"the broker refuses the connection: {code}"))
            return
        for one in self._sources:
            self._send(
                one.place, "status", {"state": "online", "ts": int(time.time() * 1000), "seq": self._first}
            )
        topics = [f"{self._topic(one.place)}/receipts" for one in self._sources]
        self._transport.write(make_subscribe(self._next_mid(), topics))

    def _send(self, place: Place, topic: str, body: dict[str, object]) -> int:
        mid = self._next_mid()
        if self._transport is not None:
            payload = json.dumps(body, separators=(",", ":")).encode()
            self._transport.write(make_publish(f"{self._topic(place)}/{topic}", mid, payload))
        return mid

    def _take_puback(self, mid: int) -> None:
        at = self._sent.pop(mid, None)
        if at is not None:
            self._tally.acknowledged += 1
            self._tally.to_acknowledge.append(time.time() - at)

    def _take_receipt(self, first: int, body: bytes) -> None:
        length = struct.unpack("!H", body[:2])[0]
        topic, rest = body[2 : 2 + length].decode(), body[2 + length :]
        if first & 0x06 and self._transport is not None:
            self._transport.write(make_puback(struct.unpack("!H", rest[:2])[0]))
            rest = rest[2:]
        if not rest:
            return
        source, upto = self._by_device[topic.rsplit("/", 2)[1]], int(json.loads(rest)["seq"])
        now = time.time()
        while source.waiting and source.waiting[0][0] <= upto:
            self._tally.receipted += 1
            self._tally.to_receipt.append(now - source.waiting.popleft()[1])

    def _topic(self, place: Place) -> str:
        return f"{self._root}/{place.building}/{place.device}"

    def _next_mid(self) -> int:
        self._mid = self._mid % 0xFFFF + 1
        return self._mid
