"""Tables as CSV (RFC 4180), safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from datetime import datetime

from api.exports.columns import Cell, Column, Row
from api.moments import format_moment

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A spreadsheet takes a text that begins like this for a formula and runs it (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CsvWriter:
    """UTF-8, with a byte order mark where Excel is to recognise it as such."""

    media_type = "text/csv; charset=utf-8; header=present"
    rows_at_once = 1000

    def __init__(self, columns: Sequence[Column], *, with_mark: bool) -> None:
        self._columns = columns
        self._mark = BYTE_ORDER_MARK if with_mark else b""

    def begin(self) -> bytes:
        return self._mark + _write([[column.name for column in self._columns]])

    def write(self, rows: Sequence[Row]) -> bytes:
        return _write([[_show(cell) for cell in row] for row in rows])

    def finish(self) -> bytes:
        return b""


def _write(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def _show(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case str():
            return f"'{cell}" if cell.startswith(_FORMULA) else cell
        case datetime():
            return format_moment(cell)
        case float():
            return repr(cell) if math.isfinite(cell) else ""
        case _:
            return str(cell)
