"""Everything at once, as an outsider sees it: `up`, the city, a foreign client, curl's view of the API."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.packages import find_programs
from deploy.ports import free_port
from schemas.settings import Settings
from tests.deploy.test_up import Stack, wait_for

EXAMPLE = Path(__file__).parents[2] / "docs" / "registry-example.csv"


@pytest.fixture
def whole(made_settings: Settings) -> Iterator[Stack]:
    running = Stack(made_settings.model_copy(update={"http_port": free_port()}), "--no-simulate")
    yield running
    running.process.terminate()
    running.process.communicate(timeout=20)


def fengsui(stack: Stack, *arguments: str) -> str:
    """What a command of ours prints about this stack."""
    command = [sys.executable, "-m", "deploy.cli", *arguments]
    environment = {"FENGSUI_DATA_DIR": str(stack.settings.data_dir), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def get(stack: Stack, path: str) -> Any:
    with urllib.request.urlopen(f"{stack.state().api_url}{path}", timeout=5) as answer:
        body = answer.read().decode()
    return json.loads(body) if body.startswith("{") else body


def publish(stack: Stack, topic: str, message: dict[str, object]) -> None:
    """With Mosquitto's own client."""
    programs = find_programs(stack.settings.cache_dir)
    client = programs.mosquitto.parents[1] / "bin" / "mosquitto_pub"
    port = stack.state().mqtt_url.rsplit(":", 1)[1]
    command = [
        client,
        "-V",
        "mqttv5",
        "-q",
        "1",
        "-p",
        port,
        "-t",
        f"fengsui/v1/{topic}",
        "-m",
        json.dumps(message),
    ]
    subprocess.run(command, check=True, timeout=10)


def wait_for_alerts(stack: Stack, satisfied: Callable[[list[Any]], bool]) -> None:
    wait_for(lambda: satisfied(get(stack, "/v1/alerts")["alerts"]))


def test_every_message_of_the_city_is_accounted_for(whole: Stack) -> None:
    said = fengsui(whole, "simulate", "city", "--buildings", "4", "--sensors", "400", "--duration", "8")
    summary = json.loads(said.splitlines()[-1])
    published = summary["published"] + summary["statuses"]
    assert summary["acknowledged"] + summary["statuses_acknowledged"] == published > 100
    wait_for(lambda: get(whole, "/v1/status")["messages"]["received"] >= published)
    messages = get(whole, "/v1/status")["messages"]
    assert messages.pop("received") == published == sum(messages.values())
    readings = get(whole, "/v1/status")["readings"]
    assert readings.pop("received") == summary["samples"] == sum(readings.values())
    metrics = get(whole, "/metrics")
    for outcome, count in messages.items():
        assert f'fengsui_messages_total{{outcome="{outcome}",worker="ingest-1"}} {float(count)}' in metrics
    assert json.loads(fengsui(whole, "status", "--json"))["figures"]["messages"]["received"] == published


def test_a_foreign_client_registers_publishes_and_sees_a_fire_through_to_its_end(whole: Stack) -> None:
    fengsui(whole, "registry", "import", str(EXAMPLE))
    for seconds_ago in (30, 20, 10, 0):
        at = (datetime.now(UTC) - timedelta(seconds=seconds_ago)).isoformat(timespec="milliseconds")
        publish(whole, "LS-TOWER/ST-0301/readings", {"ts": at, "values": {"smoke": 1.5}})
    wait_for_alerts(whole, lambda alerts: any(alert["class"] == "fire" for alert in alerts))
    fire = next(alert for alert in get(whole, "/v1/alerts")["alerts"] if alert["class"] == "fire")
    assert fire["where"]["building"]["name"] == "柳树大厦"
    assert fire["where"]["zone"]["name"] == "三层走道"
    for act, body in (("acknowledge", {}), ("verdict", {"verdict": "real_fire"})):
        request = urllib.request.Request(
            f"{whole.state().api_url}/v1/alerts/{fire['id']}/{act}",
            json.dumps({"by": "值班员", **body}).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=5).close()
    history = get(whole, f"/v1/alerts/{fire['id']}")["history"]
    assert [entry["action"] for entry in history] == ["raised", "acknowledged", "verdict"]


def test_what_a_foreign_client_got_wrong_is_told_at_once(whole: Stack) -> None:
    publish(whole, "NOWHERE/D1/readings", {"ts": int(time.time() * 1000), "values": {"smoke": 0.1}})
    wait_for(lambda: get(whole, "/v1/quarantine")["messages"] != [])
    assert get(whole, "/v1/quarantine")["messages"][0]["reason"] == "unknown_building"
