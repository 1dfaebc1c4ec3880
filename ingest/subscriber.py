"""The broker's side of a worker: a persistent MQTT 5 session that acknowledges only when told to."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.broker_limits import describe_broker
from ingest.hang_up import hang_up
from ingest.hearing import Hearing
from ingest.quick_client import QuickClient
from schemas.settings import Settings

log = logging.getLogger(__name__)

# paho needs two of these to notice a broker that says nothing: 14 s.
KEEPALIVE_SECONDS = 7
# How long a broker may take to have read our last acknowledgements when we leave.
ANSWER_SECONDS = 3.0
# Messages at QoS 0 have no promise, but they must not fill the memory either.
MOST_WAITING = 50_000
# A sample takes some 60 bytes on the wire, so this bounds a batch's rows at about 17,000 too.
MOST_BYTES_IN_BATCH = 2**21
# MQTT demands UTF-8; what a broker lets through all the same is quarantined under this name.
NOT_UTF8 = "not-utf8"
TAKEN_OVER = "Session taken over"


class Message(msgspec.Struct, frozen=True, gc=False):
    """One publication as it came; `session` says on which connection, for its acknowledgement.

    There is one for every publication: a frozen dataclass takes ten times as long to make.
    """

    topic: str
    payload: bytes
    received_at: int
    mid: int
    qos: int
    session: int
    retained: bool = False


class Subscriber:
    """Receives on paho's thread into a queue; `take` and `acknowledge` are for the worker's thread.

    What is received and not acknowledged is bounded by MQTT 5's receive-maximum; the rest waits at the broker.
    One share has one subscriber, and with it one client id and one session, whichever process works it.
    """

    def __init__(self, settings: Settings, clock: Callable[[], int]) -> None:
        assert settings.mqtt_url is not None
        self._settings = settings
        self._clock = clock
        # A deque and a flag cost a tenth of a queue's locks; one thread appends, one takes.
        self._waiting: deque[Message] = deque()
        self._something = threading.Event()
        self._session = 0
        self._connected = threading.Event()
        self.hearing = Hearing(settings.topic_root, settings.share)
        self._foreign: frozenset[bytes] = frozenset()
        self._marker_topic = self.hearing.marker_topic.encode()
        self._root_length = len(settings.topic_root.encode()) + 1
        # Positions in the order of receipt: of everything, of what is done with, and of each marker that came back.
        self._received = self._acknowledged = 0
        self._markers: dict[bytes, int] = {}
        self._config_topic = f"{settings.topic_root}/broker/config".encode()
        self._config: bytes | None = None
        self.dropped_at_qos_0 = 0
        self.taken_over = False
        self._word = "not connected yet"
        self._client = self._make_client(settings)

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    @property
    def session(self) -> int:
        """Number of the present connection; it changes with each."""
        return self._session

    @property
    def note(self) -> str:
        """How it stands with the broker, and what is wrong with how it is set up."""
        if not self.connected:
            return self._word
        warning = describe_broker(self._config, self._settings.receive_maximum)
        return f"{self._word}; {warning}" if warning else self._word

    @property
    def unacknowledged(self) -> int:
        """Messages received that are not yet stored or spooled."""
        return self._received - self._acknowledged

    @property
    def rounds(self) -> int:
        """Grows as long as the network thread works."""
        return self._client.rounds

    @property
    def running(self) -> bool:
        """Whether there is a network thread, or none any more for a reason."""
        return self._client.running or self.taken_over

    def start(self) -> None:
        """Connect in the background and keep connecting; a broker that is away is no reason to fail."""
        url = urlsplit(self._settings.mqtt_url or "")
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._settings.session_expiry_seconds
        properties.ReceiveMaximum = self._settings.receive_maximum
        self._client.connect_async(
            url.hostname or "",
            url.port or (8883 if url.scheme == "mqtts" else 1883),
            KEEPALIVE_SECONDS,
            clean_start=False,
            properties=properties,
        )
        self._client.loop_start()

    def stop(self) -> None:
        """Send what is still to be sent, acknowledgements above all, and leave; the session stays."""
        if self.connected and not self._client.wait_for_answer(ANSWER_SECONDS):
            log.warning("the broker does not answer; it may deliver again what was acknowledged last")
        hang_up(self._client)

    def take(self, at_most: int, age_seconds: float, patience_seconds: float) -> list[Message]:
        """Up to `at_most` messages: what comes within `age_seconds` of the first.

        Nothing, if none comes within `patience_seconds`.
        """
        if not self._something.wait(patience_seconds):
            return []
        # Whoever is behind does not wait for company.
        if len(self._waiting) < at_most:
            time.sleep(age_seconds)
        self._something.clear()
        batch: list[Message] = []
        size = 0
        while self._waiting and len(batch) < at_most and size < MOST_BYTES_IN_BATCH:
            batch.append(self._waiting.popleft())
            size += len(batch[-1].payload)
        if self._waiting:
            self._something.set()
        return batch

    def acknowledge(self, messages: list[Message]) -> None:
        """Send the PUBACK of each message, unless its connection is gone: then the broker delivers it again.

        After a reconnect the same packet identifier may stand for another message, which must not be
        acknowledged by mistake.
        """
        session = self._session
        self._client.acknowledge(
            message.mid for message in messages if message.qos and message.session == session
        )
        self._acknowledged += len(messages)

    def attend(self, hears: frozenset[str] | None, foreign: frozenset[str]) -> None:
        """Hear the buildings of `hears`, None for all; what comes from those of `foreign` is another share's."""
        self._foreign = frozenset(building.encode() for building in foreign)
        self.hearing.want(hears)

    def hears(self, building: str) -> bool:
        """Whether everything that comes from a building from now on is taken."""
        return self.hearing.hears(building) and building.encode() not in self._foreign

    def mark(self, name: str) -> None:
        """Publish a marker to ourselves; it comes back behind everything that the session holds now."""
        self._client.publish(self.hearing.marker_topic, name, qos=1)

    def has_passed(self, name: str) -> bool:
        """Whether a marker has come back and all that was received before it is acknowledged."""
        position = self._markers.get(name.encode())
        return position is not None and self._acknowledged >= position

    def publish(self, topic: str, text: str, *, qos: int, retain: bool) -> None:
        """Send what the service has to say; while the broker is away it waits here."""
        self._client.publish(topic, text, qos=qos, retain=retain)

    def _make_client(self, settings: Settings) -> QuickClient:
        url = urlsplit(settings.mqtt_url or "")
        client = QuickClient(
            self._receive,
            CallbackAPIVersion.VERSION2,
            client_id=f"{settings.topic_root}:{settings.share}".replace("/", "-"),
            protocol=mqtt.MQTTv5,
            manual_ack=True,
        )
        if url.username:
            client.username_pw_set(unquote(url.username), unquote(url.password or ""))
        if url.scheme == "mqtts":
            client.tls_set()
        client.reconnect_delay_set(1, 15)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_subscribe = lambda _, __, mid, reasons, ___: self.hearing.confirm(mid, reasons)
        client.on_unsubscribe = lambda _, __, mid, ___, ____: self.hearing.confirm_end(mid)
        return client

    # On paho's thread. An exception here would end it silently, so nothing below may raise.

    def _on_connect(
        self,
        client: mqtt.Client,
        _: object,
        flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._word = f"the broker refused the connection: {reason}"
            log.error(self._word)
            return
        self._session += 1
        self.hearing.begin(client)
        self._word = "session resumed" if flags.session_present else "new session"
        log.info("connected to the broker, %s", self._word)
        self._connected.set()

    def _on_disconnect(
        self,
        client: mqtt.Client,
        _: object,
        __: mqtt.DisconnectFlags,
        reason: ReasonCode,
        ___: Properties | None,
    ) -> None:
        self._connected.clear()
        # From here on nothing is acknowledged that came before: it might be taken for a message of the next session.
        self._session += 1
        self.hearing.end()
        if reason == TAKEN_OVER:
            # To connect again would throw out whoever has the share now.
            self.taken_over = True
            client.disconnect()
        self._word = f"disconnected: {reason}"
        log.warning("lost the broker: %s", reason)

    def _on_message(self, _: mqtt.Client, __: object, message: mqtt.MQTTMessage) -> None:
        """What did not come the short way: QoS 0, or with properties."""
        if message.qos == 0 and len(self._waiting) >= MOST_WAITING:
            self.dropped_at_qos_0 += 1
            return
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = NOT_UTF8
        if self._is_passed_over(topic.encode(), bytes(message.payload)):
            self._client.ack(message.mid, message.qos)
            return
        self._put(topic, bytes(message.payload), message.mid, message.qos, message.retain)

    def _receive(self, topic: bytes, payload: bytes, mid: int, retained: bool) -> None:
        if self._is_passed_over(topic, payload):
            self._client.ack(mid, 1)
            return
        try:
            text = topic.decode()
        except UnicodeDecodeError:
            text = NOT_UTF8
        self._put(text, payload, mid, 1, retained)

    def _is_passed_over(self, topic: bytes, payload: bytes) -> bool:
        """Whether a message is none of ours: another share's, or a marker that has come back."""
        if topic == self._marker_topic:
            self._markers[payload] = self._received
            return True
        if topic == self._config_topic:
            self._config = payload
            return True
        return bool(self._foreign) and topic[self._root_length :].partition(b"/")[0] in self._foreign

    def _put(self, topic: str, payload: bytes, mid: int, qos: int, retained: bool) -> None:
        received_at = self._clock()
        self._received += 1
        self._waiting.append(Message(topic, payload, received_at, mid, qos, self._session, retained))
        if not self._something.is_set():
            self._something.set()
