"""The load of a run: at least a thousand readings a second for as long as the fault lasts, and what became of them."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.hang_up import hang_up
from schemas.settings import Settings
from simulators.faults.town import BUILDING, CHANNELS, DEVICES, Measured, Town
from simulators.faults.verdict import Rows
from simulators.reference_gateway import ReferenceGateway

MESSAGES_PER_SECOND = 450
BUFFERED_MESSAGES_PER_DEVICE = 300
_TICK_SECONDS = 0.02
_FIRST_FAILURE_CODE = 0x80
_SETTLE_SECONDS = 60.0


class Carrier(Protocol):
    """How messages reach the broker.

    `promised` are those that must not be lost; `settle` tells how many still wait for their PUBACK or receipt.
    """

    promised: list[Measured]

    def send(self, messages: list[Measured]) -> None: ...
    def settle(self) -> int: ...
    def close(self) -> None: ...


class BarePublisher:
    """QoS 1 without receipts: what got its PUBACK is promised."""

    def __init__(self, settings: Settings) -> None:
        url = urlsplit(settings.mqtt_url or "")
        self.promised: list[Measured] = []
        self._topic = f"{settings.topic_root}/{BUILDING}"
        self._seqs = dict.fromkeys(DEVICES, 0)
        self._under_way: dict[int, Measured] = {}
        self._answers: deque[tuple[int, int]] = deque()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self._client.max_inflight_messages_set(500)
        self._client.reconnect_delay_set(1, 2)
        self._client.on_publish = self._on_publish
        self._client.connect(url.hostname or "", url.port or 1883, keepalive=10)
        self._client.loop_start()

    def send(self, messages: list[Measured]) -> None:
        for message in messages:
            self._seqs[message.device] += 1
            body = encode(self._seqs[message.device], message)
            topic = f"{self._topic}/{message.device}/readings"
            self._under_way[self._client.publish(topic, body, qos=1).mid] = message

    def settle(self) -> int:
        """Note what was acknowledged; returns the number of messages that still wait."""
        while self._answers:
            mid, code = self._answers.popleft()
            message = self._under_way.pop(mid, None)
            if message is not None and code < _FIRST_FAILURE_CODE:
                self.promised.append(message)
        return len(self._under_way)

    def close(self) -> None:
        hang_up(self._client)

    def _on_publish(self, _: Client, __: object, mid: int, code: ReasonCode, ___: Properties) -> None:
        self._answers.append((mid, code.value))


class GatewayCarrier:
    """Through the reference gateway: whatever it took over is promised."""

    def __init__(self, settings: Settings, folder: Path, rng: random.Random) -> None:
        self.promised: list[Measured] = []
        topic = f"{settings.topic_root}/{BUILDING}"
        outbox = folder / "outbox.sqlite"
        self._gateway = ReferenceGateway(settings.mqtt_url or "", topic, DEVICES, outbox, rng)
        self._gateway.start()

    def send(self, messages: list[Measured]) -> None:
        self._gateway.keep((message.device, message.fields) for message in messages)
        self.promised += messages

    def settle(self) -> int:
        return self._gateway.held

    def close(self) -> None:
        self._gateway.stop()


class Load(threading.Thread):
    """Measures and sends, on a thread of its own, until it has sent enough and `may_end` was called."""

    def __init__(self, town: Town, carrier: Carrier, readings: int) -> None:
        super().__init__(name="load", daemon=True)
        self._town = town
        self._carrier = carrier
        self._least = readings // len(CHANNELS)
        self._buffered = threading.Event()
        self._may_end = threading.Event()
        self.produced: list[Measured] = []
        self.failure: Exception | None = None

    def wait_for_share(self, share: float) -> None:
        """Until so much of the least number of readings was sent."""
        while len(self.produced) < share * self._least and self.is_alive():
            time.sleep(0.01)

    def send_buffered(self) -> None:
        """Have every device send hours it has held back, as fast as it can, beside its usual messages."""
        self._buffered.set()

    def finish(self) -> None:
        """Let it end, and wait until it has and nothing waits for a PUBACK or receipt. Raises its failure."""
        self._may_end.set()
        self.join()
        if self.failure is not None:
            raise self.failure

    def run(self) -> None:
        try:
            self._send_all()
            deadline = time.monotonic() + _SETTLE_SECONDS
            while self._carrier.settle() and time.monotonic() < deadline:
                time.sleep(_TICK_SECONDS)
        except Exception as error:  # noqa: BLE001 - raised again by `finish`
            self.failure = error

    def _send_all(self) -> None:
        began_at = time.monotonic()
        buffered = made = 0
        while not (self._may_end.is_set() and made >= self._least and self._town.has_seen_all):
            due = int((time.monotonic() - began_at) * MESSAGES_PER_SECOND) - made
            messages = [self._town.measure((made + i) % len(DEVICES)) for i in range(due)]
            made += due
            if self._buffered.is_set():
                self._buffered.clear()
                buffered += BUFFERED_MESSAGES_PER_DEVICE
                messages += self._measure_buffered()
            self.produced += messages
            self._carrier.send(messages)
            self._carrier.settle()
            time.sleep(_TICK_SECONDS)

    def _measure_buffered(self) -> list[Measured]:
        each = range(BUFFERED_MESSAGES_PER_DEVICE)
        return [self._town.measure_buffered(device) for device in range(len(DEVICES)) for _ in each]


def to_rows(messages: list[Measured]) -> Rows:
    """Messages as the rows they must become."""
    return {
        (f"{message.device}/{channel}", message.ts_ms): value
        for message in messages
        for channel, value in zip(CHANNELS, message.values, strict=True)
    }


def encode(seq: int, message: Measured) -> str:
    """The body of a readings message."""
    values = ", ".join(f'"{name}": {value!r}' for name, value in zip(CHANNELS, message.values, strict=True))
    return f'{{"seq": {seq}, "ts": {message.ts_ms}, "values": {{{values}}}}}'
