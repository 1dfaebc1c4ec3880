"""Readings out of a file, as a building's own recorder may have kept them: CSV with a header, or a JSON object a line.

Columns or fields: building, device, channel, ts, value and, if they are known, received_at. Values are in the stored
unit of their quantity, times as on the wire; the order of the lines is that of arrival.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.event_times import to_microseconds
from rules.replay import Piece
from schemas.columns import READING
from schemas.domain import Quality
from schemas.messages import parse_timestamp
from schemas.roster import Roster

PIECE_ROWS = 50_000
NAMES = ("building", "device", "channel", "ts", "value")


class HistoryFileError(Exception):
    """A line of the file cannot be understood; the message names file, line and reason."""


def read_history_file(path: Path, roster: Roster) -> Iterator[Piece]:
    """Everything the file holds.

    Raises
    ------
    HistoryFileError
        At the first line that is wrong, or names a sensor that is not registered.
    """
    readings = _read_readings(path, roster)
    while rows := list(islice(readings, PIECE_ROWS)):
        yield Piece(_lay_out(rows, roster))


Row = tuple[int, int, int, float]


def _lay_out(rows: list[Row], roster: Roster) -> NDArray[np.void]:
    readings = np.zeros(len(rows), READING)
    for name, column in zip(
        ("slot", "observed_at", "received_at", "value"), zip(*rows, strict=True), strict=True
    ):
        readings[name] = column
    sensors, values = roster.sensors[readings["slot"]], readings["value"]
    inside = (values >= sensors["range_low"]) & (values <= sensors["range_high"])
    readings["quality"] = np.where(inside, Quality.GOOD, Quality.OUT_OF_RANGE)
    return readings


def _read_readings(path: Path, roster: Roster) -> Iterator[Row]:
    for number, fields in _read_lines(path):
        try:
            yield _understand(fields, roster)
        except (KeyError, TypeError, ValueError) as error:
            reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
            raise HistoryFileError(f"{path}:{number}: {reason}") from error


def _read_lines(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            lines = csv.DictReader(file)
            for fields in lines:
                yield lines.line_num, {name: text for name, text in fields.items() if text}
            return
        for number, line in enumerate(file, 1):
            try:
                found = json.loads(line)
            except ValueError as error:
                raise HistoryFileError(f"{path}:{number}: no JSON: {error}") from error
            if not isinstance(found, dict):
                raise HistoryFileError(f"{path}:{number}: not a JSON object")
            yield number, found


def _understand(fields: dict[str, object], roster: Roster) -> Row:
    building, device, channel, ts, value = (fields[name] for name in NAMES)
    found = roster.buildings.get(str(building), {}).get(str(device))
    sensor = found.channels.get(str(channel)) if found else None
    if sensor is None:
        raise ValueError(f"{building}/{device}/{channel} is not registered")
    number = float(str(value))
    if not math.isfinite(number):
        raise ValueError(f"value {value} is no number")
    observed_at = _read_time(ts)
    received_at = _read_time(fields["received_at"]) if "received_at" in fields else observed_at
    return sensor.slot, observed_at, received_at, number


def _read_time(stamp: object) -> int:
    text = str(stamp)
    return to_microseconds(parse_timestamp(int(text) if text.isdigit() else text))
