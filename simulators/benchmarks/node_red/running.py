"""A yardstick over MQTT: Node-RED's usual flow, mqtt in -> json -> function -> one INSERT, with pg's pool of ten.

Node-RED acknowledges a message when it enters the flow, before anything is stored, so that its end is read from the
table and what it has in its memory would be lost with it.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from schemas.settings import Settings
from simulators.benchmarks.children import BenchmarkError
from simulators.benchmarks.ground import Ground, read_sensors
from simulators.benchmarks.processes import ending, log_of, wait_for

SELECT_COUNT = "SELECT count(*) FROM readings"
SELECT_RATE = """
SELECT (count(*) - 1) / extract(epoch FROM max(received_at) - min(received_at))::float8 FROM readings"""
LOOK_SECONDS = 0.2


def require_plain_broker(settings: Settings) -> None:
    """See that the flow can reach the broker.

    Raises
    ------
    BenchmarkError
        It wants a log-in or TLS, which the flow is not made for.
    """
    url = urlsplit(settings.mqtt_url or "")
    if url.scheme != "mqtt" or url.username:
        raise BenchmarkError("--node-red reaches brokers without log-in and TLS only")


def drain_by_node_red(ground: Ground, folder: Path, client_id: str, expected: int) -> float:
    """Resume the session and let the flow store all its messages, into an empty table.

    Returns
    -------
    float
        Rows a second, from the first one to the last one, by the server's clock.
    """
    with ground.connect() as connection, _running(ground, folder, client_id) as process:

        def is_complete() -> bool:
            time.sleep(LOOK_SECONDS)
            row = connection.execute(SELECT_COUNT).fetchone()
            return row is not None and row[0] >= expected

        wait_for([process], log_of(ground.settings, "node-red"), is_complete, "storing by Node-RED")
        rate = connection.execute(SELECT_RATE).fetchone()
    assert rate is not None
    return float(rate[0])


@contextmanager
def _running(ground: Ground, folder: Path, client_id: str) -> Iterator[subprocess.Popen[bytes]]:
    scratch = ground.settings.data_dir / "node-red"
    scratch.mkdir(parents=True, exist_ok=True)
    with ground.connect() as connection:
        sensors = {"/".join(place): sensor_id for place, sensor_id in read_sensors(connection).items()}
    (scratch / "sensors.json").write_text(json.dumps(sensors))
    (scratch / "flow.json").write_bytes((folder / "flow.json").read_bytes())
    argv = ["node", str(folder / "node_modules/node-red/red.js"), "--userDir", str(scratch)]
    argv += ["--settings", str(folder / "settings.js"), str(scratch / "flow.json")]
    url = urlsplit(ground.settings.mqtt_url or "")
    environment = {
        "FENGSUI_DATABASE_URL": ground.database_url,
        "FENGSUI_SENSORS": str(scratch / "sensors.json"),
        "FENGSUI_MQTT_HOST": url.hostname or "",
        "FENGSUI_MQTT_PORT": str(url.port or 1883),
        "FENGSUI_CLIENT_ID": client_id,
        "FENGSUI_TOPIC": f"{ground.settings.topic_root}/+/+/readings",
    }
    with log_of(ground.settings, "node-red").open("ab") as output:
        process = subprocess.Popen(
            argv, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    with ending(process):
        yield process
