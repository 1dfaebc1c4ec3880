"""Yardsticks over MQTT: a subscriber that only acknowledges, and the two ways textbooks store messages."""

from __future__ import annotations

import json
import time
from enum import StrEnum
from typing import LiteralString

import paho.mqtt.client as mqtt
from psycopg import Connection
from psycopg.rows import TupleRow

from schemas.database import connect
from schemas.settings import Settings
from simulators.benchmarks.children import BenchmarkError
from simulators.benchmarks.ground import read_sensors
from simulators.benchmarks.sessions import connect_client, make_client

BATCH = 500
PATIENCE_SECONDS = 300.0
INSERT: LiteralString = """
INSERT INTO readings (ts, received_at, value, sensor_id, quality) VALUES (%s, to_timestamp(%s), %s, %s, 0)"""

Row = tuple[str, float, float, int]


class Way(StrEnum):
    """What a subscriber does with a message before it acknowledges it."""

    NOTHING = "nothing"
    INSERT = "insert"
    EXECUTEMANY = "executemany"


class Taker:
    """Takes `expected` messages and only acknowledges them; notes when the first came and the last was done."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self._taken = 0
        self.began = self.ended = 0.0

    @property
    def finished(self) -> bool:
        return self.ended > 0

    def on_message(self, client: mqtt.Client, _: object, message: mqtt.MQTTMessage) -> None:
        """Called by paho, one message after the other."""
        if self.finished:
            return
        if not self._taken:
            self.began = time.perf_counter()
        self._taken += 1
        self.take(client, message)
        if self._taken == self._expected:
            self.finish(client)
            self.ended = time.perf_counter()

    def take(self, client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
        client.ack(message.mid, message.qos)

    def finish(self, client: mqtt.Client) -> None:
        """Do what was put off."""


class Inserter(Taker):
    """One INSERT and one commit a message, as the first example of every tutorial has it."""

    def __init__(self, expected: int, connection: Connection[TupleRow], topic_root: str) -> None:
        super().__init__(expected)
        self._connection = connection
        self._depth = topic_root.count("/") + 1
        self._sensors = read_sensors(connection)

    def take(self, client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
        for row in self.parse(message):
            self._connection.execute(INSERT, row)
        client.ack(message.mid, message.qos)

    def parse(self, message: mqtt.MQTTMessage) -> list[Row]:
        """Rows of a message of single values."""
        received_at = time.time()
        building, device = message.topic.split("/")[self._depth : self._depth + 2]
        content = json.loads(message.payload)
        return [
            (content["ts"], received_at, value, self._sensors[building, device, channel])
            for channel, value in content["values"].items()
        ]


class BatchInserter(Inserter):
    """`executemany` and one commit for every 500 messages."""

    def __init__(self, expected: int, connection: Connection[TupleRow], topic_root: str) -> None:
        super().__init__(expected, connection, topic_root)
        self._rows: list[Row] = []
        self._waiting: list[tuple[int, int]] = []

    def take(self, client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
        self._rows += self.parse(message)
        self._waiting.append((message.mid, message.qos))
        if len(self._waiting) == BATCH:
            self.finish(client)

    def finish(self, client: mqtt.Client) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.executemany(INSERT, self._rows)
        for mid, qos in self._waiting:
            client.ack(mid, qos)
        self._rows, self._waiting = [], []


def drain_session(settings: Settings, client_id: str, way: Way, expected: int) -> float:
    """Resume the session and take `expected` of its messages.

    Returns
    -------
    float
        Messages a second from the first one received to the last one committed (or only acknowledged).
    """
    assert settings.database_url
    with connect(settings.database_url, "fengsui bench") as connection:
        taker = _make_taker(way, expected, connection, settings.topic_root)
        client = make_client(settings, client_id, manual_ack=True)
        client.on_message = taker.on_message
        connect_client(client, settings, clean=False)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not taker.finished:
            client.loop(1.0)
            if time.monotonic() > deadline:
                raise BenchmarkError(f"{client_id} did not get {expected} messages")
        client.disconnect()
        client.loop(0.1)
    return expected / (taker.ended - taker.began)


def _make_taker(way: Way, expected: int, connection: Connection[TupleRow], topic_root: str) -> Taker:
    if way is Way.NOTHING:
        return Taker(expected)
    inserter = Inserter if way is Way.INSERT else BatchInserter
    return inserter(expected, connection, topic_root)
