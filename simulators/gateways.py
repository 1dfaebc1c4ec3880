"""The gateway of a building: one MQTT connection that stores and forwards for all its devices.

```
main thread:     publish() ─▶ outbox (bounded) ─▶ pump() ─▶ paho, at most WINDOW unacknowledged
network thread:                                                │ PUBACK
main thread:     counters ◀─ pump() ◀─ acknowledged mids ◀─────┘
```
All state but the list of acknowledged mids and two flags belongs to the main thread.
"""

from __future__ import annotations

import logging
import random
import ssl
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.hang_up import hang_up

log = logging.getLogger(__name__)

WINDOW = 16
"""Messages under way to the broker; the receive-maximum of a Mosquitto as it comes is 20."""

OUTBOX_MESSAGES = 20_000
"""More than an hour of a building without its broker; beyond that the oldest are given up, and counted."""

NOBODY_SUBSCRIBED_CODE = 0x10
FIRST_FAILURE_CODE = 0x80
"""Reason codes of a PUBACK (MQTT 5, table 3-4)."""

_KEEPALIVE_SECONDS = 30
_LONGEST_BACKOFF_SECONDS = 15.0


@dataclass
class Tally:
    """What became of messages of one sort; they are counted as published when first handed to the connection."""

    published: int = 0
    acknowledged: int = 0
    unheard: int = 0
    refused: int = 0
    dropped: int = 0
    samples: int = 0


@dataclass(frozen=True)
class _Parcel:
    topic: str
    payload: bytes
    retain: bool
    samples: int


class Gateway:
    """One connection.

    Parameters
    ----------
    mqtt_url
        The broker, ``mqtt://[user:password@]host:port`` or ``mqtts://…``.
    client_id
        Stable for the building.
    will_topic, will, birth
        Status of the gateway itself: what the broker says when the connection breaks, and what the gateway
        says each time it is connected.
    rng
        For the jitter of reconnection.
    """

    def __init__(
        self, mqtt_url: str, client_id: str, will_topic: str, will: bytes, birth: bytes, rng: random.Random
    ) -> None:
        self.readings = Tally()
        self.statuses = Tally()
        self._birth = _Parcel(will_topic, birth, retain=True, samples=0)
        self._rng = rng
        self._outbox: deque[_Parcel] = deque()
        self._under_way: dict[int, Tally] = {}
        self._acknowledged: deque[tuple[int, int]] = deque()
        self._connected = False
        self._birth_due = False
        self._failures = 0
        self._stopper = threading.Thread()
        self._client = _make_client(mqtt_url, client_id)
        self._client.will_set(will_topic, will, qos=1, retain=True)
        self._listen()
        self._connect(mqtt_url)

    @property
    def unsettled(self) -> int:
        """Messages not yet acknowledged or refused."""
        return len(self._outbox) + len(self._under_way)

    def publish(self, topic: str, payload: bytes, *, samples: int = 0, retain: bool = False) -> None:
        """Take a message over; `pump` sends it. With samples it is a reading, without a status."""
        if len(self._outbox) >= OUTBOX_MESSAGES:
            self._tally_of(self._outbox.popleft()).dropped += 1
        self._outbox.append(_Parcel(topic, payload, retain, samples))

    def pump(self) -> None:
        """Settle what was acknowledged and send as much as the window allows."""
        while self._acknowledged:
            mid, code = self._acknowledged.popleft()
            tally = self._under_way.pop(mid, None)
            if tally is not None:
                tally.refused += code >= FIRST_FAILURE_CODE
                tally.acknowledged += code < FIRST_FAILURE_CODE
                tally.unheard += code == NOBODY_SUBSCRIBED_CODE
        if self._connected and self._birth_due:
            self._birth_due = False
            self._outbox.appendleft(self._birth)
        while self._connected and self._outbox and len(self._under_way) < WINDOW:
            self._send(self._outbox.popleft())

    def begin_hanging_up(self) -> None:
        """Disconnect in order, so that the broker keeps the will to itself, and end the network thread."""
        # A broker that hangs would hold up the join; the network thread is a daemon and may stay behind.
        self._stopper = threading.Thread(target=hang_up, args=(self._client,), daemon=True)
        self._stopper.start()

    def finish_hanging_up(self, seconds: float) -> None:
        """Wait for the network thread, at most so long."""
        self._stopper.join(seconds)

    def _send(self, parcel: _Parcel) -> None:
        tally = self._tally_of(parcel)
        info = self._client.publish(parcel.topic, parcel.payload, qos=1, retain=parcel.retain)
        if info.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
            tally.dropped += 1
            log.warning("message on %s was not taken: %s", parcel.topic, info.rc)
            return
        # Without a connection paho keeps it and sends it first thing after the next one.
        self._under_way[info.mid] = tally
        tally.published += 1
        tally.samples += parcel.samples

    def _tally_of(self, parcel: _Parcel) -> Tally:
        return self.readings if parcel.samples else self.statuses

    def _connect(self, mqtt_url: str) -> None:
        url = urlsplit(mqtt_url)
        assert url.hostname is not None
        port = url.port or (8883 if url.scheme == "mqtts" else 1883)
        self._client.connect_async(url.hostname, port, keepalive=_KEEPALIVE_SECONDS, clean_start=True)
        self._client.loop_start()

    def _listen(self) -> None:
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_publish = self._on_publish

    def _on_connect(
        self, _c: Client, _u: Any, _f: ConnectFlags, code: ReasonCode, _p: Properties | None
    ) -> None:
        if code.is_failure:
            log.warning("broker refuses the connection: %s", code)
            return
        self._failures = 0
        self._birth_due = True
        self._connected = True

    def _on_disconnect(
        self, _c: Client, _u: Any, _f: DisconnectFlags, code: ReasonCode, _p: Properties | None
    ) -> None:
        self._connected = False
        self._back_off()

    def _on_connect_fail(self, _c: Client, _u: Any) -> None:
        self._back_off()

    def _on_publish(self, _c: Client, _u: Any, mid: int, code: ReasonCode, _p: Properties) -> None:
        self._acknowledged.append((mid, code.value))

    def _back_off(self) -> None:
        """Choose the next pause evenly below a bound that doubles: gateways must not return all at once."""
        bound = min(2.0**self._failures, _LONGEST_BACKOFF_SECONDS)
        self._failures = min(self._failures + 1, 10)
        pause = self._rng.uniform(0.2, bound)
        # paho waits for a fraction of a second as well, though its signature says whole ones.
        self._client.reconnect_delay_set(min_delay=pause, max_delay=pause)  # type: ignore[arg-type]


def _make_client(mqtt_url: str, client_id: str) -> Client:
    url = urlsplit(mqtt_url)
    client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTv5)
    client.max_inflight_messages_set(WINDOW)
    if url.username:
        client.username_pw_set(unquote(url.username), unquote(url.password or ""))
    if url.scheme == "mqtts":
        client.tls_set_context(ssl.create_default_context())
    return client
