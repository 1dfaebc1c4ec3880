"""Messages to publish, made from their number alone, so that every process can make its share of them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from schemas.domain import Quantity
from simulators.benchmarks.ground import CHANNELS, DEVICES, INTERVAL_SECONDS, QUIET, place_of

TIMES_IN_MESSAGE = 5
SAMPLES_IN_MESSAGE = TIMES_IN_MESSAGE * len(CHANNELS)
"""Five times of every channel of a device: 50."""


@dataclass(frozen=True)
class Backlog:
    """`messages` messages of all devices in turn, of one sample each or of fifty, from `start_ms` on in event time."""

    topic_root: str
    messages: int
    single: bool
    start_ms: int

    @property
    def rows(self) -> int:
        """Readings in all of them."""
        return self.messages if self.single else self.messages * SAMPLES_IN_MESSAGE

    @property
    def span_ms(self) -> int:
        """How much event time they cover, and a little more."""
        return (
            (self.messages // DEVICES + 2)
            * INTERVAL_SECONDS
            * 1000
            * (1 if self.single else TIMES_IN_MESSAGE)
        )

    def starting_at(self, start_ms: int) -> Backlog:
        """The same messages at another time."""
        return replace(self, start_ms=start_ms)

    def under(self, topic_root: str) -> Backlog:
        """The same messages under other topics."""
        return replace(self, topic_root=topic_root)

    def share(self, part: int, parts: int) -> Iterator[tuple[str, bytes]]:
        """Topics and payloads of one of several publishers; all messages of a device are in one share, in order."""
        for number in range(self.messages):
            device = number % DEVICES
            if device % parts == part:
                building, code = place_of(device)
                yield f"{self.topic_root}/{building}/{code}/readings", self._encode(number // DEVICES)

    def _encode(self, round_: int) -> bytes:
        seq = round_ + 1
        return _encode_one(seq, self.start_ms) if self.single else _encode_fifty(seq, self.start_ms)


def _encode_one(seq: int, start_ms: int) -> bytes:
    quantity = CHANNELS[seq % len(CHANNELS)]
    stamp = format_rfc3339((start_ms + seq * INTERVAL_SECONDS * 1000) * 1000)
    return json.dumps({"seq": seq, "ts": stamp, "values": {quantity: _vary(quantity)}}).encode()


def _encode_fifty(seq: int, start_ms: int) -> bytes:
    first = (seq - 1) * TIMES_IN_MESSAGE
    samples = [
        {
            "ts": start_ms + (first + step) * INTERVAL_SECONDS * 1000,
            "channel": channel,
            "value": _vary(channel),
        }
        for step in range(TIMES_IN_MESSAGE)
        for channel in CHANNELS
    ]
    return json.dumps({"seq": seq, "samples": samples}).encode()


def format_rfc3339(microseconds: int) -> str:
    """Microseconds since the epoch as a device would write them."""
    moment = datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(
        microsecond=microseconds % 1_000_000
    )
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _vary(quantity: Quantity) -> float:
    return round(QUIET[quantity] * random.uniform(0.98, 1.02), 4)
