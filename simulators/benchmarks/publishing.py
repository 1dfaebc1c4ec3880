"""Fills the broker's queues: several processes publish their shares, and every message must be acknowledged."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor

import paho.mqtt.client as mqtt
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from schemas.settings import Settings
from simulators.benchmarks.backlog import Backlog
from simulators.benchmarks.children import BenchmarkError
from simulators.benchmarks.sessions import connect_client, make_client

PUBLISHERS = 2
IN_FLIGHT = 1000
PATIENCE_SECONDS = 600.0


def publish_backlog(settings: Settings, backlog: Backlog) -> None:
    """Publish all of it at QoS 1, from several processes.

    Raises
    ------
    BenchmarkError
        Some message was not acknowledged, or nobody's session took it.
    """
    with ProcessPoolExecutor(PUBLISHERS, multiprocessing.get_context("spawn")) as pool:
        shares = [
            pool.submit(publish_share, settings, backlog, part, PUBLISHERS) for part in range(PUBLISHERS)
        ]
        acknowledged = sum(share.result() for share in shares)
    if acknowledged != backlog.messages:
        raise BenchmarkError(f"the broker acknowledged {acknowledged} of {backlog.messages} messages")


def publish_share(settings: Settings, backlog: Backlog, part: int, parts: int) -> int:
    """Publish one share; returns how many messages the broker took for somebody."""
    messages = list(backlog.share(part, parts))
    client = make_client(settings, "")
    client.max_inflight_messages_set(IN_FLIGHT)
    taken = [0, 0]
    all_answered = threading.Event()

    def on_publish(_: mqtt.Client, __: object, ___: int, reason: ReasonCode, ____: Properties | None) -> None:
        # Code 16, "no matching subscribers", is no failure to MQTT, but here it is a message lost.
        taken[0] += 1
        taken[1] += reason.value == 0
        if taken[0] == len(messages):
            all_answered.set()

    client.on_publish = on_publish
    connect_client(client, settings)
    client.loop_start()
    for topic, payload in messages:
        client.publish(topic, payload, qos=1)
    if messages:
        all_answered.wait(PATIENCE_SECONDS)
    client.disconnect()
    client.loop_stop()
    return taken[1]
