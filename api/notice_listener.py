"""Hears the notices of alerts over MQTT, in the background and only if there is a broker."""

from __future__ import annotations

import logging
import random
import secrets
import threading
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from api.notice_board import NoticeBoard
from schemas.settings import Settings

log = logging.getLogger(__name__)

KEEPALIVE_SECONDS = 10
CONNECT_SECONDS = 3.0
STOP_SECONDS = 1.0
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 4.0


class NoticeListener:
    """A subscription of this process alone, without a session: what it misses it finds in the tables."""

    def __init__(self, settings: Settings, board: NoticeBoard, chance: random.Random) -> None:
        self._url = urlsplit(settings.mqtt_url or "")
        self._topics = f"{settings.topic_root}/alerts/+"
        self._board = board
        self._chance = chance
        self._stopping = threading.Event()
        self._heard = threading.Event()
        self._client = self._make_client()
        self._thread = threading.Thread(target=self._run, name="alert notices", daemon=True)

    @property
    def heard(self) -> bool:
        """Whether the broker sends us notices now."""
        return self._heard.is_set()

    def start(self) -> None:
        """Begin to listen; without a broker's address there is nothing to do."""
        if self._url.hostname:
            self._thread.start()

    def stop(self) -> None:
        """Leave the broker; returns within `STOP_SECONDS`, whatever the network does."""
        self._stopping.set()
        self._client.disconnect()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            if self._listen_once():
                pause = FIRST_PAUSE_SECONDS
            # All desks lose a broker in the same moment; they must not all come back in the same moment.
            self._stopping.wait(pause * self._chance.uniform(0.5, 1.5))
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _listen_once(self) -> bool:
        """Stay for one connection; returns whether notices were heard on it."""
        was_heard = False
        try:
            self._client.connect(
                self._url.hostname or "",
                self._url.port or (8883 if self._url.scheme == "mqtts" else 1883),
                KEEPALIVE_SECONDS,
                clean_start=True,
            )
            self._client.loop_forever(retry_first_connection=False)
        except (OSError, ValueError) as error:
            log.info("no notices of alerts: %s", error)
        finally:
            was_heard = self._heard.is_set()
            self._heard.clear()
        return was_heard

    def _make_client(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"fengsui-api-{secrets.token_hex(8)}",
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_SECONDS
        if self._url.username:
            client.username_pw_set(unquote(self._url.username), unquote(self._url.password or ""))
        if self._url.scheme == "mqtts":
            client.tls_set()
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    # On our own thread, called by paho. An exception here would end it silently, so nothing below may raise.

    def _on_connect(
        self,
        client: mqtt.Client,
        _: object,
        __: mqtt.ConnectFlags,
        reason: ReasonCode,
        ___: Properties | None,
    ) -> None:
        if reason.is_failure:
            log.error("no notices of alerts: the broker refused the connection: %s", reason)
        else:
            client.subscribe(self._topics, qos=1)

    def _on_subscribe(
        self, _: mqtt.Client, __: object, ___: int, reasons: list[ReasonCode], ____: Properties | None
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            log.error("no notices of alerts: the broker refused the subscription to %s", self._topics)
        else:
            self._heard.set()

    def _on_message(self, _: mqtt.Client, __: object, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            # MQTT demands UTF-8; no building has this name, so it counts as malformed.
            topic = ""
        self._board.hear(topic, bytes(message.payload))
