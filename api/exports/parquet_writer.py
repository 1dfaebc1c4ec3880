"""Tables as Parquet: flat, every cell optional, plainly encoded, compressed with gzip.

The libraries that write Parquet weigh 50 to 150 MB (pyarrow, polars, fastparquet with pandas), more than the rest of
the service together; what six kinds of flat columns need of the format is on this page. The tests read it with DuckDB.

References
----------
Apache Parquet format 2.x: parquet.thrift, Encodings.md (PLAIN; RLE/bit-packing hybrid of definition levels).
"""

from __future__ import annotations

import struct as packing
import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from api.exports import thrift
from api.exports.columns import Cell, Column, Kind, Row

MAGIC = b"PAR1"
_EPOCH, _DAY_ZERO = datetime(1970, 1, 1, tzinfo=UTC), date(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
_BOOLEAN, _INT32, _INT64, _DOUBLE, _BYTE_ARRAY = 0, 1, 2, 5, 6
_PHYSICAL = {
    Kind.TEXT: _BYTE_ARRAY,
    Kind.NUMBER: _DOUBLE,
    Kind.INTEGER: _INT64,
    Kind.FLAG: _BOOLEAN,
    Kind.TIME: _INT64,
    Kind.DAY: _INT32,
}
_UTF8, _DATE, _TIMESTAMP_MICROS = 0, 6, 10
_CONVERTED = {Kind.TEXT: _UTF8, Kind.DAY: _DATE, Kind.TIME: _TIMESTAMP_MICROS}
# Without this some readers take a time for a local one.
_UTC_MICROSECONDS = thrift.struct(
    thrift.nested(
        8, thrift.struct(thrift.true(1), thrift.nested(2, thrift.struct(thrift.nested(2, thrift.struct()))))
    )
)
_PLAIN, _RLE = 0, 3
_GZIP, _GZIP_WINDOW = 2, 31
_OPTIONAL = 1
_DATA_PAGE = 0


class ParquetWriter:
    """Each piece is a row group; where they lie is written at the end."""

    media_type = "application/vnd.apache.parquet"
    rows_at_once = 20_000

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._groups: list[bytes] = []
        self._offset = 0
        self._rows = 0

    def begin(self) -> bytes:
        self._offset = len(MAGIC)
        return MAGIC

    def write(self, rows: Sequence[Row]) -> bytes:
        pieces, chunks, plain_bytes = [], [], 0
        for column, cells in zip(self._columns, zip(*rows, strict=True), strict=True):
            page, plain = _write_page(column.kind, cells)
            chunks.append(_describe_chunk(column, len(rows), plain, len(page), self._offset))
            self._offset += len(page)
            plain_bytes += plain
            pieces.append(page)
        self._groups.append(
            thrift.struct(
                thrift.listed(1, thrift.STRUCT, chunks), thrift.i64(2, plain_bytes), thrift.i64(3, len(rows))
            )
        )
        self._rows += len(rows)
        return b"".join(pieces)

    def finish(self) -> bytes:
        root = thrift.struct(thrift.text(4, "table"), thrift.i32(5, len(self._columns)))
        metadata = thrift.struct(
            thrift.i32(1, 2),
            thrift.listed(2, thrift.STRUCT, [root, *map(_describe_column, self._columns)]),
            thrift.i64(3, self._rows),
            thrift.listed(4, thrift.STRUCT, self._groups),
            thrift.text(6, "fengsui"),
        )
        return metadata + packing.pack("<I", len(metadata)) + MAGIC


def _describe_column(column: Column) -> bytes:
    converted = _CONVERTED.get(column.kind)
    return thrift.struct(
        thrift.i32(1, _PHYSICAL[column.kind]),
        thrift.i32(3, _OPTIONAL),
        thrift.text(4, column.name),
        None if converted is None else thrift.i32(6, converted),
        thrift.nested(10, _UTC_MICROSECONDS) if column.kind is Kind.TIME else None,
    )


def _describe_chunk(column: Column, n_rows: int, plain: int, packed: int, offset: int) -> bytes:
    metadata = thrift.struct(
        thrift.i32(1, _PHYSICAL[column.kind]),
        thrift.listed(2, thrift.I32, [thrift.zigzag(_PLAIN), thrift.zigzag(_RLE)]),
        thrift.listed(3, thrift.BINARY, [thrift.binary(column.name)]),
        thrift.i32(4, _GZIP),
        thrift.i64(5, n_rows),
        thrift.i64(6, plain),
        thrift.i64(7, packed),
        thrift.i64(9, offset),
    )
    return thrift.struct(thrift.i64(2, offset), thrift.nested(3, metadata))


def _write_page(kind: Kind, cells: Sequence[Cell]) -> tuple[bytes, int]:
    """A page with its header, and how long it would be without compression."""
    data = _write_presence(cells) + _write_plain(kind, [cell for cell in cells if cell is not None])
    compressor = zlib.compressobj(wbits=_GZIP_WINDOW)
    packed = compressor.compress(data) + compressor.flush()
    of_data = thrift.struct(
        thrift.i32(1, len(cells)), thrift.i32(2, _PLAIN), thrift.i32(3, _RLE), thrift.i32(4, _RLE)
    )
    header = thrift.struct(
        thrift.i32(1, _DATA_PAGE),
        thrift.i32(2, len(data)),
        thrift.i32(3, len(packed)),
        thrift.nested(5, of_data),
    )
    return header + packed, len(header) + len(data)


def _write_presence(cells: Sequence[Cell]) -> bytes:
    """Definition levels: one bit a cell, in one bit-packed run."""
    bits = np.packbits(np.array([cell is not None for cell in cells], dtype=bool), bitorder="little")
    run = thrift.varint(len(bits) << 1 | 1) + bits.tobytes()
    return packing.pack("<I", len(run)) + run


def _write_plain(kind: Kind, cells: Sequence[Any]) -> bytes:
    match kind:
        case Kind.TEXT:
            texts = [str(cell).encode("utf-8", "replace") for cell in cells]
            return b"".join(packing.pack("<I", len(text)) + text for text in texts)
        case Kind.NUMBER:
            return np.array(cells, dtype="<f8").tobytes()
        case Kind.INTEGER:
            return np.array(cells, dtype="<i8").tobytes()
        case Kind.FLAG:
            return np.packbits(np.array(cells, dtype=bool), bitorder="little").tobytes()
        case Kind.TIME:
            return np.array([(cell - _EPOCH) // _MICROSECOND for cell in cells], dtype="<i8").tobytes()
        case Kind.DAY:
            return np.array([(cell - _DAY_ZERO).days for cell in cells], dtype="<i4").tobytes()
