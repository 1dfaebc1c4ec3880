"""What a table to take away is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from psycopg import sql

Cell = str | float | int | bool | datetime | date | None
Row = Sequence[Cell]


class Kind(StrEnum):
    """What the cells of a column are; each may be absent."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    FLAG = "flag"
    TIME = "time"
    DAY = "day"


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Table:
    """Columns, in the order in which `query` gives them; `params` are those of the query."""

    name: str
    columns: tuple[Column, ...]
    query: sql.Composed
    params: Mapping[str, object]


class Writer(Protocol):
    """Writes a table piece by piece; at least one piece for each of the three."""

    media_type: str
    rows_at_once: int

    def begin(self) -> bytes: ...

    def write(self, rows: Sequence[Row]) -> bytes: ...

    def finish(self) -> bytes: ...
