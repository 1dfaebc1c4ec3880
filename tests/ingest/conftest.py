"""A small registry, a worker on its own thread, and a device that publishes as a foreign client would."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ingest.hang_up import hang_up
from ingest.worker import Worker
from schemas.settings import Settings

REGISTRY = """
INSERT INTO areas (code, name, level) VALUES ('A1', '青禾街道', 'street');
INSERT INTO buildings (code, name, area_id, building_class, building_use, height_m, floors) VALUES
    ('B1', '一号楼', 1, 'high_rise_1', 'residential', 80, 26),
    ('B2', '二号楼', 1, 'high_rise_2', 'public', 40, 12);
INSERT INTO zones (building_id, code, name, floor, zone_use) VALUES (1, 'Z1', '三层走道', 3, 'corridor');
INSERT INTO devices (building_id, zone_id, code, name, retired) VALUES
    (1, 1, 'D1', '感烟感温', false), (1, 1, 'D2', '栓口压力', false), (1, 1, 'D3', '电气火灾', false),
    (1, 1, 'D9', '已拆除', true), (2, NULL, 'D7', '二号楼探测器', false);
INSERT INTO sensors (device_id, channel, quantity, unit, range_low, range_high, interval_seconds) VALUES
    (1, 'smoke', 'smoke', 'dB/m', -0.05, 10, 10), (1, 'temperature', 'temperature', '°C', -40, 300, 10),
    (2, 'pressure', 'pressure', 'kPa', -0.02, 4, 10), (3, 'residual', 'residual_current', 'mA', 0, 3000, 15),
    (5, 'smoke', 'smoke', 'dB/m', -0.05, 10, 10), (1, 'flow', 'flow', 'L/s', 0, 100, 10);
UPDATE registry_version SET version = version + 1;
"""


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something that happens elsewhere; fails when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


class Publisher:
    """A device's client: publishes at QoS 1 and waits for each PUBACK."""

    def __init__(self, settings: Settings) -> None:
        url = urlsplit(settings.mqtt_url or "")
        self._root = settings.topic_root
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.connect(url.hostname or "", url.port or 1883)
        self._client.loop_start()

    def send(self, topic: str, payload: bytes | str | dict[str, object], retain: bool = False) -> None:
        """Publish under the test's topic root and wait until the broker has it."""
        body = json.dumps(payload) if isinstance(payload, dict) else payload
        self._client.publish(f"{self._root}/{topic}", body, qos=1, retain=retain).wait_for_publish(10)

    def listen(self, topic: str, callback: mqtt.CallbackOnMessage) -> None:
        """Have `callback` called, on the client's thread, for what comes on a topic."""
        self._client.message_callback_add(f"{self._root}/{topic}", callback)
        self._client.subscribe(f"{self._root}/{topic}", qos=1)

    def close(self) -> None:
        hang_up(self._client)


@pytest.fixture
def registry(settings: Settings, database: psycopg.Connection) -> Settings:
    """The settings of a database with the small registry in it."""
    database.execute(REGISTRY)
    return settings


@pytest.fixture
def publisher(registry: Settings) -> Iterator[Publisher]:
    client = Publisher(registry)
    yield client
    client.close()


@contextmanager
def running_worker(settings: Settings) -> Iterator[Worker]:
    """A worker on a thread of its own, stopped as by SIGTERM at the end."""
    stopping = threading.Event()
    worker = Worker(settings, stopping)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            worker.run()
        except BaseException as error:  # noqa: BLE001 - handed to the test below
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        wait_until(lambda: worker.listening or bool(failures))
        yield worker
    finally:
        stopping.set()
        thread.join(20)
        assert not thread.is_alive(), "the worker did not stop"
        if failures:
            raise failures[0]


@pytest.fixture
def worker(registry: Settings) -> Iterator[Worker]:
    with running_worker(registry) as running:
        yield running


def count_messages(database: psycopg.Connection) -> dict[str, int]:
    """The totals of messages over all workers."""
    row = database.execute(
        "SELECT COALESCE(sum(messages_received), 0), COALESCE(sum(messages_stored), 0),"
        " COALESCE(sum(messages_duplicate), 0), COALESCE(sum(messages_conflict), 0),"
        " COALESCE(sum(messages_quarantined), 0) FROM ingest_totals"
    ).fetchone()
    assert row is not None
    names = ("received", "stored", "duplicate", "conflict", "quarantined")
    return {name: int(count) for name, count in zip(names, row, strict=True)}
