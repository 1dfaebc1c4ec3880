"""From the reading that completes a fire to the answer of a waiting client of the alerts API."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field

import msgspec
import paho.mqtt.client as mqtt

from ingest.hang_up import hang_up
from rules.catalogue.smoke_level_alarm import SMOKE_LEVEL_ALARM
from schemas.domain import AlertAction, Quantity
from schemas.settings import Settings
from simulators.benchmarks.backlog import format_rfc3339
from simulators.benchmarks.children import BenchmarkError
from simulators.benchmarks.ground import Ground
from simulators.benchmarks.pacing import topic_of
from simulators.benchmarks.processes import log_of, running_part, wait_for
from simulators.benchmarks.sessions import connect_client, make_client

WAIT_SECONDS = 1
PATIENCE_SECONDS = 30.0
# One fire after the other, so that each is measured by itself.
BETWEEN_SECONDS = 0.15
THICK_SECONDS = next(p.default for p in SMOKE_LEVEL_ALARM.parameters if p.name == "thick_seconds")
BURNING = 1.5
"""dB/m: so thick that smoke alone is a fire at once."""


class Device(msgspec.Struct):
    """Of an answer of the API only what is looked at here."""

    code: str


class Where(msgspec.Struct):
    device: Device | None


class Alert(msgspec.Struct):
    rule: str
    where: Where


class Change(msgspec.Struct):
    action: str
    alert: Alert


class Answer(msgspec.Struct):
    next: int
    changes: list[Change]


@dataclass
class Feed:
    """A client of the feed of changes, on a thread of its own; `told` is when each device's fire was told."""

    port: int
    told: dict[str, int] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)

    def ask(self, connection: http.client.HTTPConnection, after: int, wait: int) -> tuple[int, bytes]:
        """Status and body of one question."""
        connection.request("GET", f"/v1/alerts/changes?after={after}&wait={wait}")
        response = connection.getresponse()
        return response.status, response.read()

    def answers(self) -> bool:
        """Whether the API serves yet."""
        try:
            with closing(self._connect()) as connection:
                return self.ask(connection, 0, 0)[0] == http.client.OK
        except OSError:
            return False

    def follow(self) -> None:
        """Ask again and again, each time after what was told last."""
        after = 0
        with closing(self._connect()) as connection:
            while not self.stopping.is_set():
                status, body = self.ask(connection, after, WAIT_SECONDS)
                now = time.time_ns() // 1000
                if status != http.client.OK:
                    return
                answer = msgspec.json.decode(body, type=Answer)
                after = answer.next
                self._note(answer.changes, now)

    def _note(self, changes: list[Change], now: int) -> None:
        for change in changes:
            device, raised = change.alert.where.device, change.action == AlertAction.RAISED
            if raised and change.alert.rule == SMOKE_LEVEL_ALARM.id and device is not None:
                self.told.setdefault(device.code, now)

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)


def measure_alerts(ground: Ground, devices: range) -> list[float]:
    """Milliseconds from the publication that completes a fire at each device to its change in the feed.

    A fire that burns cannot break out again, so each device serves once.
    """
    settings = ground.settings.model_copy(update={"http_port": _find_free_port()})
    feed = Feed(settings.http_port)
    with running_part(settings, "api") as api:
        wait_for([api], log_of(settings, "api"), feed.answers, "an answer of the API")
        following = threading.Thread(target=feed.follow)
        following.start()
        try:
            moments = _set_on_fire(settings, devices)
            _wait_until_told(feed, moments)
        finally:
            feed.stopping.set()
            following.join()
    return [(feed.told[device] - moment) / 1000 for device, moment in moments.items()]


def _set_on_fire(settings: Settings, devices: range) -> dict[str, int]:
    """Publish two readings at fire level for each device, as far apart as the rule wants them.

    Returns the moment of the second, by device.
    """
    client = make_client(settings, "")
    connect_client(client, settings)
    client.loop_start()
    for device in devices:
        _publish_smoke(client, settings, device)
    time.sleep(THICK_SECONDS + 0.1)
    moments = {}
    for device in devices:
        moments[f"D{device}"] = _publish_smoke(client, settings, device)
        time.sleep(BETWEEN_SECONDS)
    hang_up(client)
    return moments


def _publish_smoke(client: mqtt.Client, settings: Settings, device: int) -> int:
    moment = time.time_ns() // 1000
    reading = {"ts": format_rfc3339(moment), "values": {Quantity.SMOKE: BURNING}}
    client.publish(topic_of(settings, device), json.dumps(reading), qos=1)
    return moment


def _wait_until_told(feed: Feed, moments: dict[str, int]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not moments.keys() <= feed.told.keys():
        if time.monotonic() > deadline:
            missing = len(moments.keys() - feed.told.keys())
            raise BenchmarkError(f"{missing} of {len(moments)} fires were not told by the API")
        time.sleep(0.05)


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
