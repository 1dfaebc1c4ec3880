"""As much of Thrift's compact protocol as the metadata of a Parquet file is written in.

References
----------
Apache Thrift, Compact protocol encoding (thrift-compact-protocol.md).
"""

from __future__ import annotations

from collections.abc import Iterable

TRUE, I32, I64, BINARY, LIST, STRUCT = 1, 5, 6, 8, 9, 12

Field = tuple[int, int, bytes]
"""Number, type and value of a field, the value as it is written."""


def struct(*fields: Field | None) -> bytes:
    """Fields in rising order of their numbers, at most 15 apart; None leaves one out."""
    written, before = bytearray(), 0
    for field in fields:
        if field is not None:
            number, kind, value = field
            written += bytes([(number - before) << 4 | kind]) + value
            before = number
    return bytes(written + b"\0")


def true(number: int) -> Field:
    return number, TRUE, b""


def i32(number: int, value: int) -> Field:
    return number, I32, zigzag(value)


def i64(number: int, value: int) -> Field:
    return number, I64, zigzag(value)


def text(number: int, value: str) -> Field:
    return number, BINARY, binary(value)


def nested(number: int, value: bytes) -> Field:
    return number, STRUCT, value


def listed(number: int, kind: int, values: Iterable[bytes]) -> Field:
    """A list of values of one type, each as it is written."""
    items = list(values)
    size = bytes([len(items) << 4 | kind]) if len(items) < 15 else bytes([0xF0 | kind]) + varint(len(items))
    return number, LIST, size + b"".join(items)


def binary(value: str) -> bytes:
    encoded = value.encode()
    return varint(len(encoded)) + encoded


def zigzag(value: int) -> bytes:
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)


def varint(value: int) -> bytes:
    """Seven bits at a time, the lowest first."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
