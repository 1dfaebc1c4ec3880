"""What the engine knows of one building, as bytes. Windows are not in it: stored readings fill them again."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[np.generic]]

FAST = 1


class SnapshotError(Exception):
    """This is no snapshot, or one of another layout; without it baselines are learnt anew."""


def pack(columns: Columns) -> bytes:
    """Columns as compressed bytes."""
    file = io.BytesIO()
    np.savez(file, **columns)  # type: ignore[arg-type]
    return zlib.compress(file.getvalue(), FAST)


def unpack(blob: bytes, like: Columns) -> dict[str, NDArray[np.generic]]:
    """The columns of `pack`, each of the type that it has in `like`.

    Raises
    ------
    SnapshotError
        Columns are missing, too many or of other types.
    """
    try:
        with np.load(io.BytesIO(zlib.decompress(blob)), allow_pickle=False) as file:
            columns = dict(file)
    except (zlib.error, BadZipFile, TypeError, ValueError, OSError, EOFError) as error:
        raise SnapshotError(f"no snapshot: {error}") from error
    here = {name: column.dtype for name, column in columns.items()}
    wanted = {name: column.dtype for name, column in like.items()}
    if here != wanted:
        raise SnapshotError("the snapshot is of another version of the rules")
    return columns
