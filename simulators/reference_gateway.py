"""A gateway that stores and forwards by receipts: an example to copy.

```
keep() ─▶ outbox on disk ─▶ MQTT, QoS 1 ─▶ broker ─▶ Fengsui commits
             ▲                                           │
             └── forgotten only now ◀── …/receipts {"seq": N}
```
A PUBACK says that the broker has a message, and a broker may lose its memory. A receipt says that everything of
the device up to N is committed. What has no receipt in time, or after a reconnect, is sent again, in order;
sending twice is harmless. The outbox is an SQLite file, so neither a power cut nor kill -9 empties it.
"""

from __future__ import annotations

import json
import logging
import random
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.hang_up import hang_up

log = logging.getLogger(__name__)

# Without synchronous = FULL a power cut could take the last messages back; WAL drops a torn tail by itself.
OPEN_OUTBOX = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS devices (device TEXT PRIMARY KEY, last_seq INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (device TEXT, seq INTEGER, payload BLOB NOT NULL, PRIMARY KEY (device, seq))
    WITHOUT ROWID;"""
NEXT_SEQ = """
INSERT INTO devices VALUES (?, 1) ON CONFLICT (device) DO UPDATE SET last_seq = last_seq + 1 RETURNING last_seq"""
INSERT = "INSERT INTO outbox VALUES (?, ?, ?)"
COUNT = "SELECT count(*) FROM outbox"
OLDEST = "SELECT min(seq) FROM outbox WHERE device = ?"
LAST_SEQ = "SELECT last_seq FROM devices WHERE device = ?"
AFTER = "SELECT seq, payload FROM outbox WHERE device = ? AND seq > ? ORDER BY seq LIMIT ?"
FORGET = "DELETE FROM outbox WHERE device = ? AND seq <= ?"

# Messages of one device sent and without receipt; more would only be sent twice after a break.
WINDOW = 500
KEEPALIVE_SECONDS = 10
ANSWER_SECONDS = 10.0
PUMP_SECONDS = 0.02
# Receipts kept by the broker come right after the subscription and save sending what is stored already.
KEPT_RECEIPTS_SECONDS = 0.2
RECEIPT_SECONDS, LONGEST_RECEIPT_SECONDS = 5.0, 60.0
FIRST_BACKOFF_SECONDS, LONGEST_BACKOFF_SECONDS = 0.5, 30.0


class OutboxFullError(Exception):
    """Nothing of what was handed over is kept: the caller decides what to give up, never the gateway."""


class ReferenceGateway:
    """The devices of one building behind one MQTT connection.

    Parameters
    ----------
    mqtt_url
        ``mqtt://[user:password@]host:port`` or ``mqtts://…``.
    topic
        What its topics begin with, ``fengsui/v1/{building}``.
    devices
        Codes of the devices behind it.
    outbox
        The file; numbering and messages outlive the process in it.
    rng
        For the jitter of pauses.
    limit
        Most messages kept.
    """

    def __init__(
        self,
        mqtt_url: str,
        topic: str,
        devices: Iterable[str],
        outbox: Path,
        rng: random.Random,
        limit: int = 1_000_000,
    ) -> None:
        self._url = urlsplit(mqtt_url)
        self._topic = topic
        self._devices = tuple(devices)
        self._rng = rng
        self._limit = limit
        self._lock = threading.Lock()
        self._file = sqlite3.connect(outbox, isolation_level=None, check_same_thread=False)
        self._file.executescript(OPEN_OUTBOX)
        self._count: int = self._file.execute(COUNT).fetchone()[0]
        self._receipts: dict[str, int] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gateway", daemon=True)

    @property
    def held(self) -> int:
        """Messages without a receipt."""
        return self._count

    def keep(self, messages: Iterable[tuple[str, Mapping[str, object]]]) -> None:
        """Take over messages, each a device and its fields without `seq`; once this returns, none is lost.

        One call is one fsync, so hand over what has gathered rather than message by message.

        Raises
        ------
        OutboxFullError
            None of them is kept.
        """
        messages = list(messages)
        with self._lock:
            if self._count + len(messages) > self._limit:
                raise OutboxFullError(f"the outbox holds {self._count} messages, the limit is {self._limit}")
            self._file.execute("BEGIN")
            try:
                for device, fields in messages:
                    (seq,) = self._file.execute(NEXT_SEQ, (device,)).fetchone()
                    self._file.execute(INSERT, (device, seq, json.dumps({"seq": seq, **fields}).encode()))
                self._file.execute("COMMIT")
            except BaseException:
                self._file.execute("ROLLBACK")
                raise
            self._count += len(messages)

    def start(self) -> None:
        """Begin to forward, in the background, over as many connections as it takes."""
        self._thread.start()

    def stop(self) -> None:
        """Stop forwarding; what has no receipt stays in the file."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._file.close()

    def _run(self) -> None:
        backoff = FIRST_BACKOFF_SECONDS
        while not self._stopping.is_set():
            began_at = time.monotonic()
            try:
                _Connection(self).forward()
            except OSError as error:
                log.warning("the broker is not to be had: %s", error)
            if time.monotonic() - began_at > LONGEST_BACKOFF_SECONDS:
                backoff = FIRST_BACKOFF_SECONDS
            # All gateways of a city lose a broker at once; without jitter they would all return at once.
            self._stopping.wait(self._rng.uniform(0.2, 1.0) * backoff)
            backoff = min(LONGEST_BACKOFF_SECONDS, 2 * backoff)

    def _oldest(self, device: str) -> int:
        """The first number that will be sent: the oldest held or, when none is, the next to be given."""
        with self._lock:
            (oldest,) = self._file.execute(OLDEST, (device,)).fetchone()
            last = self._file.execute(LAST_SEQ, (device,)).fetchone()
        return int(oldest) if oldest is not None else (int(last[0]) if last else 0) + 1

    def _after(self, device: str, seq: int, count: int) -> list[tuple[int, bytes]]:
        with self._lock:
            return self._file.execute(AFTER, (device, seq, count)).fetchall()

    def _forget(self, device: str, upto: int) -> int:
        with self._lock:
            forgotten = self._file.execute(FORGET, (device, upto)).rowcount
            self._count -= forgotten
        return forgotten


class _Connection:
    """One connection from CONNECT to its loss; paho's client goes with it, so that it sends nothing by itself."""

    def __init__(self, gateway: ReferenceGateway) -> None:
        self._gateway = gateway
        self._devices = gateway._devices
        # How far each device was sent, how far it was receipted, since when it waits, and how long it may.
        self._sent: dict[str, int] = {}
        self._forgotten: dict[str, int] = {}
        self._waits_since: dict[str, float] = {}
        self._patience = dict.fromkeys(self._devices, RECEIPT_SECONDS)
        self._subscribed = threading.Event()
        self._lost = threading.Event()
        self._client = self._make_client()

    def forward(self) -> None:
        """Send what is held until the connection is lost or the gateway stops.

        Raises
        ------
        OSError
            There is no connection to be had.
        """
        url = self._gateway._url
        port = url.port or (8883 if url.scheme == "mqtts" else 1883)
        self._client.connect(url.hostname or "", port, KEEPALIVE_SECONDS)
        self._client.loop_start()
        try:
            if not self._subscribed.wait(ANSWER_SECONDS):
                raise OSError("the broker does not answer")
            self._begin()
            while not (self._lost.is_set() or self._gateway._stopping.is_set()):
                for device in self._devices:
                    self._settle(device)
                    self._send(device)
                self._gateway._stopping.wait(PUMP_SECONDS)
        finally:
            hang_up(self._client)

    def _begin(self) -> None:
        """Tell from where each device goes on: the service waits for nothing older."""
        self._gateway._stopping.wait(KEPT_RECEIPTS_SECONDS)
        for device in self._devices:
            self._gateway._forget(device, self._gateway._receipts.get(device, 0))
            first = self._gateway._oldest(device)
            self._sent[device] = self._forgotten[device] = first - 1
            birth = json.dumps({"state": "online", "seq": first})
            self._client.publish(f"{self._gateway._topic}/{device}/status", birth, qos=1, retain=True)

    def _settle(self, device: str) -> None:
        """Forget what a receipt names, but never what this connection announced and has not sent yet."""
        upto = min(self._gateway._receipts.get(device, 0), self._sent[device])
        if upto > self._forgotten[device]:
            self._gateway._forget(device, upto)
            self._forgotten[device] = upto
            self._waits_since[device] = time.monotonic()
            self._patience[device] = RECEIPT_SECONDS

    def _send(self, device: str) -> None:
        now = time.monotonic()
        waiting = self._sent[device] - self._forgotten[device]
        if not waiting:
            self._waits_since[device] = now
        elif now - self._waits_since[device] > self._patience[device]:
            # No receipt: lost on the way, or the service is away and must not be flooded when it returns.
            self._waits_since[device] = now
            longer = min(LONGEST_RECEIPT_SECONDS, 2 * self._patience[device])
            self._patience[device] = longer * self._gateway._rng.uniform(0.8, 1.2)
            self._sent[device], waiting = self._forgotten[device], 0
        if waiting < WINDOW:
            topic = f"{self._gateway._topic}/{device}/readings"
            for seq, payload in self._gateway._after(device, self._sent[device], WINDOW - waiting):
                self._client.publish(topic, payload, qos=1)
                self._sent[device] = seq

    def _make_client(self) -> Client:
        url = self._gateway._url
        # A name of its own each time: a half-open predecessor must not be able to hold up this one.
        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5, reconnect_on_failure=False)
        if url.username:
            client.username_pw_set(unquote(url.username), unquote(url.password or ""))
        if url.scheme == "mqtts":
            client.tls_set()
        client.on_connect = self._on_connect
        client.on_subscribe = lambda *_: self._subscribed.set()
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    # On paho's thread, which an exception would end silently.

    def _on_connect(
        self, client: Client, _: object, __: ConnectFlags, reason: ReasonCode, ___: Properties | None
    ) -> None:
        if reason.is_failure:
            log.warning("the broker refused the connection: %s", reason)
            self._lost.set()
            return
        client.subscribe([(f"{self._gateway._topic}/{device}/receipts", 1) for device in self._devices])

    def _on_disconnect(
        self, _: Client, __: object, ___: DisconnectFlags, reason: ReasonCode, ____: Properties | None
    ) -> None:
        self._lost.set()

    def _on_message(self, _: Client, __: object, message: MQTTMessage) -> None:
        try:
            device = message.topic.rsplit("/", 2)[1]
            self._gateway._receipts[device] = int(json.loads(message.payload)["seq"])
        except (ValueError, KeyError, TypeError, IndexError):
            log.warning("not a receipt, on %s", message.topic)
