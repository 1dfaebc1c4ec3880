"""paho's client with a faster way in: what is received is cut into packets a buffer at a time.

paho reads each packet in three or more system calls and builds objects for properties that readings do not have;
that is two thirds of what a received message costs. Here a PUBLISH at QoS 1 without properties, which nearly all
are, goes straight to the receiver; every other packet is handed to paho's own handling. See decision 8.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.exception import MalformedPacket

READ_BYTES = 256 * 1024
# The first byte of a PUBLISH at QoS 1, whatever its bits for duplicate and retain.
PUBLISH_QOS_1 = 0x32
PUBLISH_QOS_1_MASK = 0xF6
# Two bytes follow, the packet identifier; without a reason code it means success.
PUBACK = b"\x40\x02"

Receiver = Callable[[bytes, bytes, int, bool], None]
"""Is given topic, payload, packet identifier and whether the message was retained; must not raise."""


class QuickClient(mqtt.Client):
    """An MQTT 5 client; `receive` is called, on the network thread, instead of `on_message` for plain messages."""

    def __init__(self, receive: Receiver, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._receive = receive
        self._rest = b""
        self._rest_of: object = None
        self._answers = 0
        self._rounds = 0

    @property
    def rounds(self) -> int:
        """Grows as long as the network thread does its work, also while there is nothing to receive or no broker."""
        return self._rounds

    @property
    def running(self) -> bool:
        """Whether the network thread is; an exception in a callback ends it, and nobody is told."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def loop_misc(self) -> MQTTErrorCode:
        self._rounds += 1
        return super().loop_misc()

    def reconnect(self) -> MQTTErrorCode:
        self._rounds += 1
        return super().reconnect()

    def wait_for_answer(self, seconds: float) -> bool:
        """Ping the broker and wait for its answer: then it has read everything that was sent before.

        A connection that is closed with unread messages in its socket is reset, and a broker that meets the reset
        while it writes does not read what we had sent last, acknowledgements among it.
        """
        if not self.is_connected():
            return False
        give_up_at = time.monotonic() + seconds
        # A ping of the keep-alive may be under way; its answer says nothing about what was sent after it.
        awaited = self._answers + (2 if self._ping_t else 1)
        self._send_pingreq()
        while self._answers < awaited and time.monotonic() < give_up_at and self.is_connected():
            time.sleep(0.005)
        return self._answers >= awaited

    def _handle_pingresp(self) -> MQTTErrorCode:
        self._answers += 1
        return super()._handle_pingresp()

    def acknowledge(self, mids: Iterable[int]) -> None:
        """Send the PUBACK of each message at QoS 1 (MQTT 5, section 3.4), all of them as one piece.

        Like paho's `ack`, which takes locks and wakes the network thread for each. Neither has anything to do
        once a PUBACK is sent, and one that is lost with its connection leads to another delivery.
        """
        packets = b"".join(PUBACK + mid.to_bytes(2) for mid in mids)
        if packets:
            self._packet_queue(PUBACK[0], packets, 0, 1)

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Take everything that the socket has; paho calls this when there is something."""
        sock = self._sock
        if sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        if sock is not self._rest_of:
            self._rest, self._rest_of = b"", sock
        try:
            read = sock.recv(READ_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError):
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            read = b""
        if not read:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        outcome = self._take_packets(self._rest + read if self._rest else read)
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()
        return self._loop_rc_handle(outcome) if outcome > 0 else MQTTErrorCode.MQTT_ERR_SUCCESS

    def _take_packets(self, buffer: bytes) -> MQTTErrorCode:
        """Handle every whole packet in the buffer and keep the rest (MQTT 5, section 2.1)."""
        start = 0
        outcome = MQTTErrorCode.MQTT_ERR_SUCCESS
        while (frame := find_packet(buffer, start)) is not None:
            body, end = frame
            if not self._take_publish(buffer, start, body, end):
                outcome = self._hand_to_paho(buffer[start], buffer[body:end])
            start = end
            if outcome > 0:
                break
        self._rest = buffer[start:]
        return outcome

    def _take_publish(self, buffer: bytes, start: int, body: int, end: int) -> bool:
        """Whether it was a plain message; then it has been received (MQTT 5, section 3.3)."""
        command = buffer[start]
        if command & PUBLISH_QOS_1_MASK != PUBLISH_QOS_1 or end - body < 5:
            return False
        after_topic = body + 2 + (buffer[body] << 8 | buffer[body + 1])
        # Behind the topic stand the packet identifier and the length of the properties.
        if after_topic + 3 > end or buffer[after_topic + 2] != 0:
            return False
        mid = buffer[after_topic] << 8 | buffer[after_topic + 1]
        self._receive(buffer[body + 2 : after_topic], buffer[after_topic + 3 : end], mid, bool(command & 1))
        return True

    def _hand_to_paho(self, command: int, body: bytes) -> MQTTErrorCode:
        packet = self._in_packet
        packet["command"], packet["remaining_length"], packet["packet"] = command, len(body), bytearray(body)
        try:
            return self._packet_handle()
        except MalformedPacket:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        finally:
            packet["command"], packet["remaining_length"], packet["packet"] = 0, 0, bytearray()


def find_packet(buffer: bytes, start: int) -> tuple[int, int] | None:
    """Where the body of the packet at `start` begins and ends; None while it is not whole."""
    length, shift, at = 0, 0, start + 1
    while at < len(buffer):
        byte = buffer[at]
        length |= (byte & 0x7F) << shift
        at += 1
        if not byte & 0x80 or shift == 21:
            return (at, at + length) if at + length <= len(buffer) else None
        shift += 7
    return None
