"""MQTT 3.1.1 packets for whoever holds thousands of connections, for which a client library's threads are too dear."""

from __future__ import annotations

import struct
from collections.abc import Iterator

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, DISCONNECT = 0x10, 0x20, 0x30, 0x40, 0x82, 0x90, 0xE0
QOS_1, RETAIN = 0x02, 0x01


def make_connect(
    client_id: str, keepalive_seconds: int, user: str | None = None, password: str | None = None
) -> bytes:
    """A clean session: what a device holds back is in the device, not at the broker."""
    flags = 0x02 | (0x80 if user is not None else 0) | (0x40 if password is not None else 0)
    body = make_text("MQTT") + bytes((4, flags)) + struct.pack("!H", keepalive_seconds) + make_text(client_id)
    for given in (user, password):
        body += b"" if given is None else make_text(given)
    return bytes((CONNECT,)) + make_length(len(body)) + body


def make_publish(topic: str, mid: int, payload: bytes) -> bytes:
    """At QoS 1."""
    body = make_text(topic) + struct.pack("!H", mid) + payload
    return bytes((PUBLISH | QOS_1,)) + make_length(len(body)) + body


def make_clearing(topic: str) -> bytes:
    """Takes back what the broker keeps of a topic; at QoS 0."""
    body = make_text(topic)
    return bytes((PUBLISH | RETAIN,)) + make_length(len(body)) + body


def make_subscribe(mid: int, topics: list[str]) -> bytes:
    """At QoS 1."""
    body = struct.pack("!H", mid) + b"".join(make_text(topic) + b"\x01" for topic in topics)
    return bytes((SUBSCRIBE,)) + make_length(len(body)) + body


def make_puback(mid: int) -> bytes:
    return bytes((PUBACK, 2)) + struct.pack("!H", mid)


def make_disconnect() -> bytes:
    return bytes((DISCONNECT, 0))


def make_text(text: str) -> bytes:
    return struct.pack("!H", len(text.encode())) + text.encode()


def make_length(length: int) -> bytes:
    """MQTT's variable byte integer."""
    digits = bytearray()
    while True:
        length, digit = divmod(length, 128)
        digits.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(digits)


def take_packets(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Whole packets at the front of a buffer, each its first byte and its body; they are taken off it."""
    while len(buffer) >= 2:
        length, shift, place = 0, 0, 1
        while True:
            if place >= len(buffer):
                return
            digit = buffer[place]
            length |= (digit & 0x7F) << shift
            shift, place = shift + 7, place + 1
            if not digit & 0x80:
                break
        if len(buffer) < place + length:
            return
        first, body = buffer[0], bytes(buffer[place : place + length])
        del buffer[: place + length]
        yield first, body
