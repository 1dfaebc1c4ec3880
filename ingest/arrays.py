"""Arrays as PostgreSQL reads them."""

from __future__ import annotations

from collections.abc import Iterable


def write_array(numbers: Iterable[int]) -> str:
    """A PostgreSQL array of numbers; psycopg takes a microsecond for each member of a list."""
    return f"{{{','.join(map(str, numbers))}}}"
