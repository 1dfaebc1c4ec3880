"""The city on the real database and the real broker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ingest.hang_up import hang_up
from schemas.settings import Settings
from simulators.buildings import build_city
from simulators.city import run_city
from simulators.registration import register

ROOT = Path(__file__).parents[2]


class Listener:
    """A plain subscriber that keeps everything under a topic root."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self.ready = threading.Event()

    def count(self, kind: str) -> int:
        return sum(topic.endswith(f"/{kind}") for topic, _ in self.messages)

    def wait_for(self, kind: str, count: int, seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while self.count(kind) < count:
            assert time.monotonic() < deadline, f"{self.count(kind)} of {count} {kind} came"
            time.sleep(0.02)


@contextmanager
def listening(settings: Settings) -> Iterator[Listener]:
    url, listener = urlsplit(settings.mqtt_url or ""), Listener()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_message = lambda _c, _u, message: listener.messages.append((message.topic, message.payload))
    client.on_subscribe = lambda *_: listener.ready.set()
    client.connect(url.hostname or "", url.port or 1883)
    client.loop_start()
    client.subscribe(f"{settings.topic_root}/+/+/+", qos=1)
    assert listener.ready.wait(5)
    try:
        yield listener
    finally:
        hang_up(client)


def start_city(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    program = f"""
from simulators.city import run_city
from schemas.settings import load_settings
raise SystemExit(run_city(load_settings(), {", ".join(arguments)}))"""
    environment = os.environ | {
        "FENGSUI_DATABASE_URL": settings.database_url or "",
        "FENGSUI_MQTT_URL": settings.mqtt_url or "",
        "FENGSUI_TOPIC_ROOT": settings.topic_root,
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture
def listened_to(settings: Settings, database: psycopg.Connection[Any]) -> Settings:
    """Settings of a database that says a worker listens: the city need not wait for one."""
    database.execute(
        "INSERT INTO workers VALUES ('listener', 1, now(), now() + INTERVAL '1 hour', true, '', NULL, 0, 0, 0)"
    )
    return settings


def test_the_city_registers_and_registering_it_again_changes_nothing(
    settings: Settings, database: psycopg.Connection[Any]
) -> None:
    city = build_city(20, 2000, 20261)
    assert settings.database_url
    first = register(settings.database_url, city)
    again = register(settings.database_url, city)
    assert (first.created["sensor"], first.created["building"]) == (2000, 20)
    assert not again.changed
    assert again.unchanged == first.created
    assert database.execute("SELECT count(*) FROM sensors").fetchone() == (2000,)


def test_a_subscriber_receives_exactly_what_the_counters_say(
    listened_to: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with listening(listened_to) as listener:
        status = run_city(listened_to, buildings=3, sensors=300, incident_every_seconds=5, duration_seconds=4)
        summary = json.loads(capsys.readouterr().out)
        listener.wait_for("readings", summary["published"])
        listener.wait_for("status", summary["statuses"])
    assert status == 0
    assert listener.count("readings") == summary["published"] == summary["acknowledged"] > 30
    assert listener.count("status") == summary["statuses"] == summary["statuses_acknowledged"]
    assert (summary["refused"], summary["dropped"], summary["unsent"], summary["unheard"]) == (0, 0, 0, 0)
    payloads = [json.loads(body) for topic, body in listener.messages if topic.endswith("/readings")]
    assert sum(len(p.get("values") or p["samples"]) for p in payloads) == summary["samples"]


def test_sigterm_ends_the_city_in_order_within_3_s_and_leaves_every_device_offline(
    listened_to: Settings,
) -> None:
    with listening(listened_to) as listener:
        child = start_city(listened_to, "buildings=2", "sensors=100", "incident_every_seconds=0")
        listener.wait_for("readings", 5, 20)
        start = time.monotonic()
        child.send_signal(signal.SIGTERM)
        output, _ = child.communicate(timeout=10)
        assert time.monotonic() - start < 3
        assert child.returncode == 0
        summary = json.loads(output)
        listener.wait_for("status", summary["statuses"])
    last = {
        topic: json.loads(body)["state"] for topic, body in listener.messages if topic.endswith("/status")
    }
    assert set(last.values()) == {"offline"}
    states = Counter(
        json.loads(body)["state"] for topic, body in listener.messages if topic.endswith("/status")
    )
    assert states == {"online": len(last), "offline": len(last)}
    assert summary["published"] == summary["acknowledged"]


def test_a_gateway_that_breaks_off_is_declared_offline_by_its_will(listened_to: Settings) -> None:
    with listening(listened_to) as listener:
        child = start_city(listened_to, "buildings=1", "sensors=20", "incident_every_seconds=0")
        listener.wait_for("readings", 1, 20)
        child.kill()
        child.communicate(timeout=10)
        deadline = time.monotonic() + 10
        topic = f"{listened_to.topic_root}/B001/GW-B001/status"
        while (topic, b'{"state":"offline"}') not in listener.messages:
            assert time.monotonic() < deadline, "the will did not come"
            time.sleep(0.02)


def test_a_city_that_cannot_be_built_or_registered_ends_with_a_status_of_its_own(settings: Settings) -> None:
    assert run_city(settings, buildings=20, sensors=100, duration_seconds=0) == 2
    nowhere = settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/none"})
    assert run_city(nowhere, buildings=1, sensors=20, duration_seconds=0) == 1
