"""A broker that goes away and comes back: gateways store, forward and count, to the message."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.stack import Services, open_services
from schemas.settings import Settings
from simulators import gateways
from simulators.gateways import Gateway
from simulators.payloads import encode_status, encode_will


@pytest.fixture
def broker(services: Settings) -> Iterator[Services]:
    """A broker of this test's own, to be ended; the database is the one of the session."""
    with tempfile.TemporaryDirectory(prefix="fengsui-outage-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        apart = services.model_copy(update={"data_dir": Path(folder) / "data", "mqtt_url": None})
        with open_services(apart, keep_ports=False) as own:
            yield own


@pytest.fixture
def gateway(broker: Services) -> Iterator[Gateway]:
    birth = encode_status("online", 1_795_420_800.0, "1")
    url = broker.settings.mqtt_url or ""
    gateway = Gateway(url, "outage", "t/B/GW/status", encode_will(), birth, random.Random(1))
    yield gateway
    gateway.begin_hanging_up()
    gateway.finish_hanging_up(2.0)


def pump_until(gateway: Gateway, condition: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        gateway.pump()
        time.sleep(0.005)


def publish(gateway: Gateway, count: int) -> None:
    for _ in range(count):
        gateway.publish("t/B/D/readings", b"{}", samples=1)


def test_what_is_published_while_the_broker_is_away_arrives_afterwards(
    broker: Services, gateway: Gateway
) -> None:
    publish(gateway, 100)
    pump_until(gateway, lambda: gateway.unsettled == 0)
    assert broker.mosquitto is not None
    assert broker.mosquitto.child is not None
    publish(gateway, 500)
    gateway.pump()
    broker.mosquitto.child.kill()
    for _ in range(20):
        gateway.pump()
        time.sleep(0.01)
    assert gateway.unsettled >= 500 - gateways.WINDOW
    broker.mosquitto.start([broker.mosquitto.port])
    pump_until(gateway, lambda: gateway.unsettled == 0)
    assert gateway.readings.published == gateway.readings.acknowledged == gateway.readings.samples == 600
    # A birth at each connection: the will has said offline in between.
    assert gateway.statuses.acknowledged == 2


def test_a_full_outbox_gives_up_the_oldest_and_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateways, "OUTBOX_MESSAGES", 10)
    nowhere = "mqtt://127.0.0.1:1"
    gateway = Gateway(nowhere, "nowhere", "t/B/GW/status", encode_will(), b"{}", random.Random(1))
    publish(gateway, 25)
    gateway.pump()
    assert (gateway.unsettled, gateway.readings.dropped, gateway.readings.published) == (10, 15, 0)
    gateway.begin_hanging_up()
    gateway.finish_hanging_up(2.0)
