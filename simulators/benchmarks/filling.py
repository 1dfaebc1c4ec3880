"""Millions of readings of earlier days, put into the table as quickly as the server takes them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.store_readings import COPY_READINGS, ROW
from schemas.binary_copy import POSTGRES_EPOCH_US, encode_rows
from simulators.benchmarks.children import BenchmarkError, running_apart
from simulators.benchmarks.ground import CHANNELS, DEVICES, INTERVAL_SECONDS, QUIET, Ground

BLOCK_ROWS = 100_000
FILLERS = 2
# An allowance, not a measurement: the row with its index entry, and the log of changes, which the server lets grow.
BYTES_A_ROW, BYTES_BESIDE = 130, 3 * 10**9
ANALYZE = "ANALYZE readings"
# These rows are made up: a power cut may have the last of them.
UNHURRIED = "SET synchronous_commit = off"


def require_room(folder: Path, rows: int) -> None:
    """See that the disk under a folder has room for so many readings.

    Raises
    ------
    BenchmarkError
        It has not; the message says how much is needed, and where.
    """
    needed, free = rows * BYTES_A_ROW + BYTES_BESIDE, shutil.disk_usage(folder).free
    if free < needed:
        raise BenchmarkError(
            f"{rows:,} readings need {needed / 1e9:.0f} GB in {folder}, where {free / 1e9:.0f} GB are free: "
            "ask for fewer with --filled, or set TMPDIR to a folder on a larger disk"
        )


def fill_readings(ground: Ground, count: int, until_ms: int) -> None:
    """Put `count` readings of all sensors into the table, up to a moment, as earlier days would have left them."""
    if count <= BLOCK_ROWS:
        fill_part(ground, count, until_ms, 0)
    else:
        with running_apart(fill_part, ground, count, until_ms, 1) as other:
            fill_part(ground, count, until_ms, 0)
            other.result()
    with ground.connect() as connection:
        connection.execute(ANALYZE)


def fill_part(ground: Ground, count: int, until_ms: int, part: int) -> None:
    """Put in every other block of them."""
    with ground.connect() as connection, connection.cursor() as cursor:
        connection.execute(UNHURRIED)
        for block in _make_blocks(count, until_ms, part):
            with cursor.copy(COPY_READINGS) as copy:
                copy.write(block)


def _make_blocks(count: int, until_ms: int, part: int) -> Iterator[bytearray]:
    sensors = np.arange(DEVICES * len(CHANNELS), dtype=np.int64)
    times = -(-count // len(sensors))
    per_block = max(1, BLOCK_ROWS // len(sensors))
    first_us = (until_ms - times * INTERVAL_SECONDS * 1000) * 1000 - POSTGRES_EPOCH_US
    quiet = np.array([QUIET[quantity] for quantity in CHANNELS])
    for start in range(part * per_block, times, per_block * FILLERS):
        steps = np.arange(start, min(start + per_block, times))
        ts = np.repeat(first_us + steps * INTERVAL_SECONDS * 1_000_000, len(sensors))
        slots = np.tile(sensors, len(steps))
        columns: dict[str, NDArray[np.generic]] = {
            "ts": ts,
            "received_at": ts,
            "value": quiet[slots % len(CHANNELS)],
            "sensor_id": slots + 1,
            "quality": np.zeros(len(ts), np.int16),
        }
        yield encode_rows(ROW, columns)
