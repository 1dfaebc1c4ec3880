"""A device that declares a fire in the middle of a fault, and how long until the building and the desk are told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import httpx
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from api.client import ApiError
from api.client import Client as ApiClient
from api.routes.unpersisted import UnpersistedList
from ingest.hang_up import hang_up
from schemas.settings import Settings
from simulators.faults.town import BUILDING

RULE = "detector_fire_state"
UNPERSISTED = "/v1/alerts/unpersisted"
PATIENCE_SECONDS = 6.0
PUBACK_SECONDS = 30.0
_POLL_SECONDS = 0.02


class Bell:
    """Declares fires and listens on the topic of the building's alerts and, with `api_port`, at the API."""

    def __init__(self, settings: Settings, api_port: int | None) -> None:
        self._settings = settings
        self._api_port = api_port
        self._alerts = f"{settings.topic_root}/alerts/{BUILDING}"
        self._told: dict[str, float] = {}
        self._subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
        self._client.on_message = self._on_message
        # Anew after each connect: in a storm the first may be reset.
        self._client.on_connect = lambda client, *_: client.subscribe(self._alerts, 1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()

    def ring(self, device: str) -> tuple[float | None, float | None]:
        """Declare a fire; seconds until its notice came and until the API showed it, None: in no useful time."""
        shown: dict[str, float] = {}
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        look = threading.Thread(target=self._look, args=(device, shown, give_up_at), daemon=True)
        fire = json.dumps({"ts": int(time.time() * 1000), "event": "fire", "state": "active"})
        topic = f"{self._settings.topic_root}/{BUILDING}/{device}/events"
        began_at = time.monotonic()
        publication = self._client.publish(topic, fire, qos=1)
        if self._api_port is not None:
            look.start()
        while device not in self._told and time.monotonic() < give_up_at:
            time.sleep(0.005)
        if self._api_port is not None:
            look.join()
        # Late or not, what is expected in the tables must have reached the broker.
        publication.wait_for_publish(PUBACK_SECONDS)
        if not publication.is_published():
            raise TimeoutError("the broker never took the declared fire")
        return _since(began_at, self._told.get(device)), _since(began_at, shown.get(device))

    def _look(self, device: str, shown: dict[str, float], give_up_at: float) -> None:
        assert self._api_port is not None
        with ApiClient(f"http://127.0.0.1:{self._api_port}") as desk:
            while device not in shown and time.monotonic() < give_up_at:
                with suppress(httpx.TransportError, ApiError):
                    alerts = desk.get(UNPERSISTED, UnpersistedList).alerts
                    if any((alert.rule, alert.device) == (RULE, device) for alert in alerts):
                        shown[device] = time.monotonic()
                time.sleep(_POLL_SECONDS)

    def _on_message(self, _: Client, __: object, message: MQTTMessage) -> None:
        notice = json.loads(message.payload)
        if notice["rule"] == RULE:
            self._told.setdefault(notice["device"], time.monotonic())

    def _open(self) -> None:
        url = urlsplit(self._settings.mqtt_url or "")
        self._client.connect(url.hostname or "", url.port or 1883)
        self._client.loop_start()
        if not self._subscribed.wait(PUBACK_SECONDS):
            raise TimeoutError("the broker does not answer whoever wants to hear of alerts")

    def _close(self) -> None:
        hang_up(self._client)

    @contextmanager
    def listening(self) -> Iterator[Bell]:
        """For the length of a block."""
        self._open()
        try:
            yield self
        finally:
            self._close()


def _since(began_at: float, at: float | None) -> float | None:
    return None if at is None else at - began_at
