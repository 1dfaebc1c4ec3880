"""A device that declares a fire in the middle of a fault, and how long until the building is told."""

from __future__ import annotations

import json
import threading
import time
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from schemas.settings import Settings
from simulators.faults.town import BUILDING

RULE = "detector_fire_state"
# The promise is one second; a machine that runs everything at once is given some more.
LIMIT_SECONDS = 3.0
_PATIENCE_SECONDS = 6.0


def ring(settings: Settings, device: str) -> float | None:
    """Declare a fire and return after how many seconds its notice came [s]; None: not in any useful time."""
    told = threading.Event()

    def on_message(_: Client, __: object, message: MQTTMessage) -> None:
        notice = json.loads(message.payload)
        if (notice["rule"], notice["device"]) == (RULE, device):
            told.set()

    url = urlsplit(settings.mqtt_url or "")
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
    client.on_message = on_message
    subscribed = threading.Event()
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect(url.hostname or "", url.port or 1883)
    client.loop_start()
    try:
        client.subscribe(f"{settings.topic_root}/alerts/{BUILDING}", 1)
        subscribed.wait(_PATIENCE_SECONDS)
        began_at = time.monotonic()
        fire = json.dumps({"ts": int(time.time() * 1000), "event": "fire", "state": "active"})
        client.publish(f"{settings.topic_root}/{BUILDING}/{device}/events", fire, qos=1)
        return time.monotonic() - began_at if told.wait(_PATIENCE_SECONDS) else None
    finally:
        client.disconnect()
        client.loop_stop()
