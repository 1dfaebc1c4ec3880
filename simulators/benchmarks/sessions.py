"""MQTT sessions of the benchmarks: made before anything is published, so that the broker queues for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.clock import DatabaseClock
from ingest.hang_up import hang_up
from ingest.hearing import ALL_BUILDINGS
from ingest.subscriber import Subscriber
from schemas.settings import Settings
from simulators.benchmarks.children import BenchmarkError

EXPIRY_SECONDS = 3600
PATIENCE_SECONDS = 10.0


def make_client(settings: Settings, client_id: str, *, manual_ack: bool = False) -> mqtt.Client:
    """A client as its documentation shows it."""
    url = urlsplit(settings.mqtt_url or "")
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv5, manual_ack=manual_ack
    )
    if url.username:
        client.username_pw_set(unquote(url.username), unquote(url.password or ""))
    if url.scheme == "mqtts":
        client.tls_set()
    return client


def connect_client(client: mqtt.Client, settings: Settings, *, clean: bool = True) -> None:
    """Connect; not `clean` resumes a session that the broker keeps, with the worker's own receive-maximum."""
    url = urlsplit(settings.mqtt_url or "")
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = 0 if clean else EXPIRY_SECONDS
    properties.ReceiveMaximum = settings.receive_maximum
    port = url.port or (8883 if url.scheme == "mqtts" else 1883)
    client.connect(url.hostname or "", port, 60, clean_start=clean, properties=properties)


def open_session(settings: Settings, client_id: str) -> None:
    """Subscribe to all readings under this client id and leave; from now on the broker queues for it."""
    client = make_client(settings, client_id)
    subscribed = threading.Event()
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_connect = lambda *_: _subscribe(client, settings)
    connect_client(client, settings, clean=False)
    _attend(client, subscribed.is_set)


def open_worker_session(settings: Settings, buildings: frozenset[str] | None = None) -> None:
    """The same for the worker, by its own subscriber: these buildings, or all there are.

    Raises
    ------
    BenchmarkError
        The broker did not confirm the subscriptions, so it would queue nothing.
    """
    subscriber = Subscriber(settings, DatabaseClock().now)
    subscriber.attend(buildings, frozenset())
    subscriber.start()
    asked = buildings or {ALL_BUILDINGS}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (subscriber.connected and all(subscriber.hears(building) for building in asked)):
        if time.monotonic() > deadline:
            raise BenchmarkError("the broker does not confirm the worker's subscriptions")
        time.sleep(0.01)
    subscriber.stop()


def close_session(settings: Settings, client_id: str) -> None:
    """Have the broker forget the session and what it still holds for it."""
    client = make_client(settings, client_id)
    connected = threading.Event()
    client.on_connect = lambda *_: connected.set()
    connect_client(client, settings)
    _attend(client, connected.is_set)


def close_worker_session(settings: Settings) -> None:
    """The same for the worker's."""
    close_session(settings, name_worker_client(settings, settings.share))


def name_worker_client(settings: Settings, share: str) -> str:
    """The client id of whoever works a share."""
    return f"{settings.topic_root}:{share}".replace("/", "-")


def clear_receipts(settings: Settings, places: list[tuple[str, str]]) -> None:
    """Take the retained receipts from the broker, which may be somebody's own."""
    client = make_client(settings, "")
    connect_client(client, settings)
    client.loop_start()
    for building, device in places:
        topic = f"{settings.topic_root}/{building}/{device}/receipts"
        last = client.publish(topic, b"", qos=1, retain=True)
    last.wait_for_publish(PATIENCE_SECONDS)
    hang_up(client)


def _subscribe(client: mqtt.Client, settings: Settings) -> None:
    client.subscribe(f"{settings.topic_root}/+/+/readings", qos=1)


def _attend(client: mqtt.Client, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        client.loop(0.1)
        if time.monotonic() > deadline:
            raise BenchmarkError("the broker does not answer")
    client.disconnect()
    client.loop(0.1)
