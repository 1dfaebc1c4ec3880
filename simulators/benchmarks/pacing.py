"""Publishing at an even rate with the moment of publication in each reading, and listening for what comes of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import paho.mqtt.client as mqtt

from ingest.hang_up import hang_up
from schemas.settings import Settings
from simulators.benchmarks.backlog import format_rfc3339
from simulators.benchmarks.ground import CHANNELS, QUIET, place_of
from simulators.benchmarks.sessions import connect_client, make_client

SUBSCRIBE_SECONDS = 0.3


@dataclass(frozen=True)
class Pace:
    """`rounds` single readings of each of `devices` in turn, evenly at `rate` a second; numbers from `first_seq` on.

    Whole rounds only: a device that is a number short would leave a gap, and no receipt passes a gap.
    """

    rate: int
    rounds: int
    first_seq: int
    devices: range

    @property
    def count(self) -> int:
        return self.rounds * len(self.devices)

    @property
    def next_seq(self) -> int:
        """Where the next one may begin."""
        return self.first_seq + self.rounds


@dataclass
class Ear:
    """What came over MQTT: microseconds since the epoch, topic, payload."""

    heard: list[tuple[int, str, bytes]] = field(default_factory=list)

    def on_message(self, client: mqtt.Client, _: object, message: mqtt.MQTTMessage) -> None:
        """Called by paho; notes the moment before anything else."""
        self.heard.append((time.time_ns() // 1000, message.topic, bytes(message.payload)))
        client.ack(message.mid, message.qos)


@contextmanager
def listening(settings: Settings, kind: str, qos: int) -> Iterator[Ear]:
    """Listen to one kind of topic of all devices for the length of a block."""
    ear = Ear()
    client = make_client(settings, "", manual_ack=True)
    client.on_message = ear.on_message
    connect_client(client, settings)
    client.loop_start()
    client.subscribe(f"{settings.topic_root}/+/+/{kind}", qos=qos)
    time.sleep(SUBSCRIBE_SECONDS)
    yield ear
    hang_up(client)


def publish_paced(settings: Settings, pace: Pace) -> list[int]:
    """Publish; returns the moment of each publication, in microseconds since the epoch, in order."""
    client = make_client(settings, "")
    client.max_inflight_messages_set(pace.count)
    connect_client(client, settings)
    client.loop_start()
    moments = []
    began = time.monotonic()
    for number in range(pace.count):
        time.sleep(max(0.0, began + number / pace.rate - time.monotonic()))
        moments.append(time.time_ns() // 1000)
        round_, place = divmod(number, len(pace.devices))
        payload = encode_reading(pace.first_seq + round_, moments[-1])
        last = client.publish(topic_of(settings, pace.devices[place]), payload, qos=1)
    last.wait_for_publish(10)
    hang_up(client)
    return moments


def topic_of(settings: Settings, device: int) -> str:
    """Where a device publishes its readings."""
    building, code = place_of(device)
    return f"{settings.topic_root}/{building}/{code}/readings"


def encode_reading(seq: int, moment_us: int) -> bytes:
    """One quiet value, of another channel with each number."""
    quantity = CHANNELS[seq % len(CHANNELS)]
    reading = {"seq": seq, "ts": format_rfc3339(moment_us), "values": {quantity: QUIET[quantity]}}
    return json.dumps(reading).encode()
