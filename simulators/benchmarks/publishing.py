"""Fills the broker's queues: several processes publish their shares, and every message must be acknowledged."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor

import paho.mqtt.client as mqtt
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.hang_up import hang_up
from schemas.settings import Settings
from simulators.benchmarks.backlog import Backlog
from simulators.benchmarks.children import BenchmarkError
from simulators.benchmarks.sessions import connect_client, make_client

PUBLISHERS = 2
# Fewer than these are published in less time than an interpreter takes to start.
WORTH_PROCESSES = 5_000
# As many as the embedded broker announces that it takes.
IN_FLIGHT = 1000
PATIENCE_SECONDS = 60.0


def publish_backlog(settings: Settings, backlog: Backlog) -> None:
    """Publish all of it at QoS 1, from several processes.

    Raises
    ------
    BenchmarkError
        Some message was not acknowledged, or nobody's session took it.
    """
    if backlog.messages < WORTH_PROCESSES:
        acknowledged = publish_share(settings, backlog, 0, 1)
    else:
        with ProcessPoolExecutor(PUBLISHERS, multiprocessing.get_context("spawn")) as pool:
            shares = [
                pool.submit(publish_share, settings, backlog, part, PUBLISHERS) for part in range(PUBLISHERS)
            ]
            acknowledged = sum(share.result() for share in shares)
    if acknowledged != backlog.messages:
        raise BenchmarkError(f"the broker acknowledged {acknowledged} of {backlog.messages} messages")


def publish_share(settings: Settings, backlog: Backlog, part: int, parts: int) -> int:
    """Publish one share; returns how many messages the broker took for somebody."""
    window = Window()
    client = make_client(settings, "")
    # paho would look through all that is in flight at each answer; the window does the same at no cost.
    client.max_inflight_messages_set(0)
    client.on_publish = window.on_publish
    connect_client(client, settings)
    client.loop_start()
    for topic, payload in backlog.share(part, parts):
        window.enter(IN_FLIGHT)
        client.publish(topic, payload, qos=1)
    window.enter(1)
    hang_up(client)
    return window.taken


class Window:
    """Lets so many messages be without their answer, and no more."""

    def __init__(self) -> None:
        self._sent = self._answered = self.taken = 0
        self._answer = threading.Event()

    def enter(self, width: int) -> None:
        """Wait until fewer than `width` of the last are unanswered, and count one more.

        Raises
        ------
        BenchmarkError
            The broker has stopped answering.
        """
        while self._sent - self._answered >= width:
            self._answer.clear()
            if self._sent - self._answered >= width and not self._answer.wait(PATIENCE_SECONDS):
                raise BenchmarkError("the broker does not acknowledge what is published")
        self._sent += 1

    def on_publish(
        self, _: mqtt.Client, __: object, ___: int, reason: ReasonCode, ____: Properties | None
    ) -> None:
        """Called by paho for each answer."""
        # Code 16, "no matching subscribers", is no failure to MQTT, but here it is a message lost.
        self.taken += reason.value == 0
        self._answered += 1
        self._answer.set()
