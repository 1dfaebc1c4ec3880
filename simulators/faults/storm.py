"""A crowd of devices that come back at once, each on a connection of its own, with hours they have held back."""

from __future__ import annotations

import asyncio
import struct
import threading
import time
from urllib.parse import urlsplit

from schemas.settings import Settings
from simulators.faults.load import encode
from simulators.faults.town import BUILDING, Measured, crowd_device
from simulators.mqtt_packets import CONNACK, PUBACK, make_connect, make_disconnect, make_publish

CROWD = 2000
HELD_BACK_MESSAGES = 10
HELD_BACK_STEP_MS = 20 * 60_000
AGE_MS = 4 * 3_600_000
PATIENCE_SECONDS = 60.0
_KEEPALIVE_SECONDS = 60


class Storm(threading.Thread):
    """Runs on a thread of its own; `promised` are the messages that got their PUBACK, `produced` all."""

    def __init__(self, settings: Settings, devices: int) -> None:
        super().__init__(name="storm", daemon=True)
        self._settings = settings
        self._devices = devices
        begins_at_ms = int(time.time() * 1000) - AGE_MS
        self._held_back = [
            [_measure(begins_at_ms, i, j) for j in range(HELD_BACK_MESSAGES)] for i in range(devices)
        ]
        self.produced = [message for messages in self._held_back for message in messages]
        self.promised: list[Measured] = []
        self.unfinished = 0

    def run(self) -> None:
        asyncio.run(self._run_all())

    async def _run_all(self) -> None:
        ends = await asyncio.gather(
            *(self._come_back(messages) for messages in self._held_back), return_exceptions=True
        )
        self.unfinished = sum(end is not None for end in ends)

    async def _come_back(self, messages: list[Measured]) -> None:
        """Connect, send everything at once, wait for every PUBACK, leave."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            url = urlsplit(self._settings.mqtt_url or "")
            reader, writer = await asyncio.open_connection(url.hostname, url.port or 1883)
            try:
                # Topic roots are each run's own, and so are the client ids made of them.
                client_id = f"{self._settings.topic_root}:{messages[0].device}".replace("/", "-")
                writer.write(make_connect(client_id, _KEEPALIVE_SECONDS))
                await _expect(reader, CONNACK)
                for mid, message in enumerate(messages, 1):
                    topic = f"{self._settings.topic_root}/{BUILDING}/{message.device}/readings"
                    writer.write(make_publish(topic, mid, encode(mid, message).encode()))
                await writer.drain()
                for _ in messages:
                    body = await _expect(reader, PUBACK)
                    self.promised.append(messages[struct.unpack("!H", body[:2])[0] - 1])
                writer.write(make_disconnect())
                await writer.drain()
            finally:
                writer.close()


def _measure(begins_at_ms: int, device: int, i: int) -> Measured:
    at = begins_at_ms + HELD_BACK_STEP_MS * i
    return Measured(crowd_device(device), at, (20 + device / 1024, 30 + i / 8, 0.35))


async def _expect(reader: asyncio.StreamReader, kind: int) -> bytes:
    """The body of the next packet, which must be of this kind and is short."""
    header = await reader.readexactly(2)
    if header[0] != kind:
        raise ConnectionError(f"the broker answered {header[0]:#x} instead of {kind:#x}")
    return await reader.readexactly(header[1])
