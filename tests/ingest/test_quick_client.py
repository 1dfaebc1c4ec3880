"""The short way in receives what paho would, message for message."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.clock import DatabaseClock
from ingest.hang_up import hang_up
from ingest.quick_client import QuickClient, find_packet
from ingest.subscriber import Subscriber
from schemas.settings import Settings
from tests.ingest.conftest import Publisher, wait_until

Received = list[tuple[str, bytes, bool]]


@pytest.fixture
def both(settings: Settings) -> Iterator[tuple[mqtt.Client, Received, Received]]:
    """A connected quick client, what came the short way, and what came by paho's own."""
    short: Received = []
    ordinary: Received = []

    def receive(topic: bytes, payload: bytes, mid: int, retained: bool) -> None:
        assert mid > 0
        short.append((topic.decode(), payload, retained))

    def on_message(_: mqtt.Client, __: object, message: mqtt.MQTTMessage) -> None:
        ordinary.append((message.topic, bytes(message.payload), message.retain))

    url = urlsplit(settings.mqtt_url or "")
    client = QuickClient(receive, CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_message = on_message
    client.connect(url.hostname or "", url.port or 1883)
    client.loop_start()
    yield client, short, ordinary
    hang_up(client)


def test_messages_of_every_size_come_whole_and_in_order(
    both: tuple[mqtt.Client, Received, Received], settings: Settings
) -> None:
    client, short, ordinary = both
    topic = f"{settings.topic_root}/sizes"
    client.subscribe(topic, qos=1)
    payloads = [
        bytes([i % 256]) * size for i, size in enumerate([0, 1, 100, 127, 128, 16_383, 16_384, 1_000_000, 5])
    ]
    for payload in payloads * 3:
        client.publish(topic, payload, qos=1)
    wait_until(lambda: len(short) == 3 * len(payloads))
    assert short == [(topic, payload, False) for payload in payloads * 3]
    assert ordinary == []


def test_properties_and_qos_0_take_the_ordinary_way(
    both: tuple[mqtt.Client, Received, Received], settings: Settings
) -> None:
    client, short, ordinary = both
    topic = f"{settings.topic_root}/properties"
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.UserProperty = [("gateway", "7")]
    client.publish(topic, b"kept", qos=1, retain=True).wait_for_publish(5)
    client.subscribe(topic, qos=1)
    wait_until(lambda: len(short) == 1)
    client.publish(topic, b"with", qos=1, properties=properties)
    client.publish(topic, b"none", qos=0)
    wait_until(lambda: len(ordinary) == 2)
    assert short == [(topic, b"kept", True)]
    assert ordinary == [(topic, b"with", False), (topic, b"none", False)]


def test_messages_acknowledged_in_one_piece_are_not_delivered_again(settings: Settings) -> None:
    """All but the last are acknowledged; after a reconnect the broker delivers just that one."""
    topic = f"{settings.topic_root}/acknowledged"
    taken: list[tuple[bytes, int]] = []
    client_id = f"{settings.topic_root}-acknowledger".replace("/", "-")
    for expected in (20, 1):
        taken.clear()
        client = QuickClient(
            lambda _, payload, mid, __: taken.append((payload, mid)),
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=mqtt.MQTTv5,
            manual_ack=True,
        )
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 60
        url = urlsplit(settings.mqtt_url or "")
        client.connect(url.hostname or "", url.port or 1883, clean_start=False, properties=properties)
        client.loop_start()
        client.subscribe(topic, qos=1)
        if expected > 1:
            for i in range(expected):
                client.publish(topic, str(i).encode(), qos=1)
        wait_until(lambda expected=expected: len(taken) == expected)
        assert taken[-1][0] == b"19"
        client.acknowledge(mid for _, mid in taken[:-1])
        # The answer to a later packet says that the broker has read the acknowledgements.
        client.publish(topic + "/after", b"", qos=1).wait_for_publish(5)
        hang_up(client)


@given(st.lists(st.integers(0, 300_000), max_size=4), st.integers(0, 50))
def test_packets_are_cut_where_they_end_and_a_torn_one_waits(lengths: list[int], torn: int) -> None:
    stream = b"".join(mqtt_packet(length) for length in lengths)
    start, found = 0, []
    while (frame := find_packet(stream, start)) is not None:
        found.append(frame[1] - frame[0])
        start = frame[1]
    assert found == lengths
    assert start == len(stream)
    if lengths and torn:
        cut = stream[: len(stream) - min(torn, len(mqtt_packet(lengths[-1])) - 1)]
        last = len(stream) - len(mqtt_packet(lengths[-1]))
        assert cut == stream or find_packet(cut, last) is None


def mqtt_packet(length: int) -> bytes:
    """A packet with a body of so many zeros (MQTT 5, section 1.5.5: variable byte integer)."""
    head, rest = bytearray([0x32]), length
    while True:
        rest, digit = divmod(rest, 128)
        head.append(digit | (0x80 if rest else 0))
        if not rest:
            return bytes(head) + bytes(length)


def test_nothing_that_was_acknowledged_before_leaving_is_delivered_again(registry: Settings) -> None:
    settings = registry.model_copy(update={"receive_maximum": 100})
    sender = Publisher(settings)
    subscriber = Subscriber(settings, DatabaseClock().now)
    subscriber.start()
    wait_until(lambda: subscriber.connected)
    for i in range(600):
        sender.send("B1/D1/readings", f"{i}")
    acknowledged: set[bytes] = set()
    while len(acknowledged) < 300:
        batch = subscriber.take(50, 0, 5)
        subscriber.acknowledge(batch)
        acknowledged |= {message.payload for message in batch}
    subscriber.stop()
    again = Subscriber(settings, DatabaseClock().now)
    again.start()
    rest: set[bytes] = set()
    while len(acknowledged) + len(rest) < 600:
        batch = again.take(50, 0, 5)
        assert batch
        again.acknowledge(batch)
        rest |= {message.payload for message in batch}
        assert not rest & acknowledged
    again.stop()
    sender.close()
