"""The test devices of one building on the broker: births, messages, and the receipts that come back."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, MQTTMessageInfo, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.hang_up import hang_up
from simulators.payloads import encode_status

_KEEPALIVE_SECONDS = 15
_ANSWER_SECONDS = 10.0


class SendingError(Exception):
    """The broker cannot be reached, or does not take what is sent."""


@dataclass(frozen=True)
class Outgoing:
    """One message: when to send it [s since the beginning of the scenario], by which device, on what topic, and what.

    `observed_at` is the time that it gives for what it holds, in microseconds since the epoch.
    """

    second: float
    device: str
    topic: str
    body: dict[str, object]
    observed_at: int


class Sender:
    """One connection for the devices of a building; each counts its messages from `first_seq` on."""

    def __init__(
        self, mqtt_url: str, root: str, building: str, devices: Sequence[str], first_seq: int
    ) -> None:
        self._url = urlsplit(mqtt_url)
        self._root = f"{root}/{building}"
        self._devices = tuple(devices)
        self._first = first_seq
        self._seqs = Counter(dict.fromkeys(devices, first_seq - 1))
        self._receipts: dict[str, int] = {}
        self._pending: list[MQTTMessageInfo] = []
        self._subscribed = threading.Event()
        self.published = 0
        self._client = self._make_client(f"fengsui-accept-{building}-{first_seq}")

    @property
    def acknowledged(self) -> int:
        """Messages that the broker has acknowledged."""
        return sum(one.is_published() for one in self._pending)

    @property
    def receipted(self) -> int:
        """Messages that receipts name as stored."""
        return sum(
            max(min(self._receipts.get(device, 0), self._seqs[device]) - self._first + 1, 0)
            for device in self._devices
        )

    def start(self) -> None:
        """Connect, and say where each device begins to count.

        Raises
        ------
        SendingError
            The broker does not answer.
        """
        port = self._url.port or (8883 if self._url.scheme == "mqtts" else 1883)
        try:
            self._client.connect(self._url.hostname or "", port, _KEEPALIVE_SECONDS)
        except OSError as error:
            raise SendingError(f"the broker at {self._url.hostname}:{port}: {error}") from error
        self._client.loop_start()
        if not self._subscribed.wait(_ANSWER_SECONDS):
            raise SendingError("the broker does not confirm the subscription to receipts")
        for device in self._devices:
            self._tell_state(device, "online", self._first)

    def send(self, message: Outgoing) -> None:
        """Publish one message under the next number of its device."""
        self._seqs[message.device] += 1
        body = {"seq": self._seqs[message.device], **message.body}
        topic = f"{self._root}/{message.device}/{message.topic}"
        self._pending.append(self._client.publish(topic, json.dumps(body), qos=1))
        self.published += 1

    def send_astray(self, building: str, device: str) -> None:
        """Publish as a device that is not registered."""
        root = self._root.rpartition("/")[0]
        body = {"ts": 0, "values": {"smoke": 0.0}}
        self._client.publish(
            f"{root}/{building}/{device}/readings", json.dumps(body), qos=1
        ).wait_for_publish(_ANSWER_SECONDS)

    def stop(self) -> None:
        """Say that the devices go, take back the receipts that the broker keeps for them, and leave."""
        last = None
        for device in self._devices:
            self._tell_state(device, "offline")
            last = self._client.publish(f"{self._root}/{device}/receipts", b"", qos=1, retain=True)
        if last is not None and self._client.is_connected():
            last.wait_for_publish(_ANSWER_SECONDS)
        hang_up(self._client)

    def _tell_state(self, device: str, state: str, seq: int | None = None) -> None:
        """The retained status of a device: a birth, which names the first number to come, or an end."""
        status = encode_status(state, time.time(), "accept", seq)
        self._client.publish(f"{self._root}/{device}/status", status, qos=1, retain=True)

    def _make_client(self, client_id: str) -> Client:
        client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTv5)
        if self._url.username:
            client.username_pw_set(unquote(self._url.username), unquote(self._url.password or ""))
        if self._url.scheme == "mqtts":
            client.tls_set()
        client.on_connect = self._on_connect
        client.on_subscribe = lambda *_: self._subscribed.set()
        client.on_message = self._on_message
        return client

    # On paho's thread, which an exception would end silently.

    def _on_connect(
        self, client: Client, _: object, __: ConnectFlags, reason: ReasonCode, ___: Properties | None
    ) -> None:
        if not reason.is_failure:
            client.subscribe([(f"{self._root}/{device}/receipts", 1) for device in self._devices])

    def _on_message(self, _: Client, __: object, message: MQTTMessage) -> None:
        try:
            device = message.topic.rsplit("/", 2)[1]
            self._receipts[device] = int(json.loads(message.payload)["seq"])
        except (ValueError, KeyError, TypeError, IndexError):
            # The empty message that takes back a kept receipt.
            return
