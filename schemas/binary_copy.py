"""PostgreSQL's binary COPY format, to and from numpy structured arrays, without a Python object a row.

References
----------
PostgreSQL 17 documentation, SQL commands, COPY, "Binary Format".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
POSTGRES_EPOCH_US = 946_684_800 * 1_000_000
"""Microseconds from the Unix epoch to 2000-01-01, where PostgreSQL's timestamps begin."""


def make_row_type(columns: Sequence[tuple[str, str]]) -> np.dtype[np.void]:
    """The dtype of one row on the wire: field count, then length and value of each column, big-endian.

    `columns` are names and numpy codes without byte order, e.g. ``("ts", "i8")``; none may hold NULL.
    """
    fields: list[tuple[str, str]] = [("n_fields", ">i2")]
    for name, code in columns:
        fields += [(f"{name}_length", ">i4"), (name, f">{code}")]
    return np.dtype(fields)


def encode_rows(row_type: np.dtype[np.void], columns: dict[str, NDArray[np.generic]]) -> bytearray:
    """The whole COPY stream for `columns`, arrays of (n_rows,) that cover `row_type`.

    Written in place: joining the stream from its parts would take three times as long.
    """
    n_rows = len(next(iter(columns.values())))
    stream = bytearray(len(SIGNATURE) + n_rows * row_type.itemsize + len(TRAILER))
    stream[: len(SIGNATURE)] = SIGNATURE
    stream[-len(TRAILER) :] = TRAILER
    rows = np.frombuffer(stream, row_type, n_rows, len(SIGNATURE))
    rows[:] = _make_frame(row_type, columns)
    for name, column in columns.items():
        rows[name] = column
    return stream


def _make_frame(row_type: np.dtype[np.void], names: Iterable[str]) -> NDArray[np.void]:
    """One row that holds the count of its fields and their lengths."""
    frame = np.zeros(1, row_type)
    for name in names:
        frame["n_fields"] += 1
        frame[f"{name}_length"] = row_type[name].itemsize
    return frame


def decode_rows(row_type: np.dtype[np.void], stream: bytes) -> NDArray[np.void]:
    """The rows (n_rows,) of a COPY stream whose columns are all of fixed length and not NULL."""
    return np.frombuffer(
        stream,
        row_type,
        count=(len(stream) - len(SIGNATURE) - len(TRAILER)) // row_type.itemsize,
        offset=len(SIGNATURE),
    )
