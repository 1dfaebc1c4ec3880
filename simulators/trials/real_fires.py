"""Real fires out of a folder: what the alarms on the ceiling did, and what the meters beside them measured.

The folder is laid out like the fire tests of NIST "Performance of Home Smoke Alarms" (TN 1455):
`Activation_Times.csv` and any number of `NIST_Smoke_Alarms_<test>.csv`. Columns and tests that are missing, or that
nobody knows, do no harm.
"""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from schemas.domain import Quantity
from simulators.optics import Floats

ACTIVATIONS_FILE = "Activation_Times.csv"
TEST_FILES = "NIST_Smoke_Alarms_*.csv"
_TEST_PREFIX = "NIST_Smoke_Alarms_"
_ALARM = re.compile(r"^(?P<test>.+)-(?P<kind>Ion|Pho).*(?P<location>[A-Z])$")
_METER = re.compile(r"^(?P<kind>SM|TC)(?P<location>[A-Z])_1$")
_QUANTITIES = {"SM": Quantity.SMOKE, "TC": Quantity.TEMPERATURE}
_DB_PER_DENSITY = 10.0  # Optical density per metre is a decimal logarithm, dB/m ten times that.


class NoFiresError(Exception):
    """The folder holds no fire test that can be read."""


@dataclass(frozen=True)
class Activations:
    """Seconds from ignition to the first photoelectric and the first alarm of either kind; infinite for never."""

    photoelectric: float = math.inf
    any_kind: float = math.inf


@dataclass(frozen=True)
class RealFire:
    """One test.

    Attributes
    ----------
    seconds
        (n_rows,) from ignition, rising.
    meters
        By location and quantity (n_rows,), in dB/m and °C, NaN where there is no sample.
    alarms
        What the real alarms of each location did; locations without one are absent.
    """

    name: str
    seconds: Floats
    meters: dict[tuple[str, Quantity], Floats]
    alarms: dict[str, Activations]

    @property
    def locations(self) -> list[str]:
        """All that have a meter or an alarm."""
        return sorted({location for location, _ in self.meters} | set(self.alarms))

    @property
    def interval_seconds(self) -> float:
        """The rhythm of the rows."""
        return float(np.median(np.diff(self.seconds))) if len(self.seconds) > 1 else 2.0


def read_fires(folder: Path) -> list[RealFire]:
    """All tests of a folder, in the order of their names.

    Raises
    ------
    NoFiresError
        There is no readable test; the message says where one was looked for.
    """
    alarms = read_activations(folder / ACTIVATIONS_FILE)
    fires = [read_fire(file, alarms) for file in sorted(folder.glob(TEST_FILES))]
    fires = [fire for fire in fires if len(fire.seconds)]
    if not fires:
        raise NoFiresError(f"no rows in any {TEST_FILES} of {folder}")
    return fires


def read_activations(file: Path) -> dict[str, dict[str, Activations]]:
    """By test and location the earliest sounding of the real alarms; a negative or empty time is never."""
    found: dict[str, dict[str, Activations]] = {}
    if not file.exists():
        return found
    names, *rows = _read_rows(file)
    for column, name in enumerate(names):
        match = _ALARM.match(name)
        if match is None:
            continue
        at = min((_sounded(row[column]) for row in rows if column < len(row)), default=math.inf)
        locations = found.setdefault(match["test"], {})
        known = locations.get(match["location"], Activations())
        photoelectric = at if match["kind"] == "Pho" else math.inf
        locations[match["location"]] = Activations(
            min(known.photoelectric, photoelectric), min(known.any_kind, at)
        )
    return found


def read_fire(file: Path, alarms: dict[str, dict[str, Activations]]) -> RealFire:
    """One test; rows without a time, or whose time is not later than the row before, are passed over."""
    names, *rows = _read_rows(file)
    name = file.stem.removeprefix(_TEST_PREFIX)
    columns = {heading: place for place, heading in reversed(list(enumerate(names)))}
    seconds = _read_column(rows, columns.get("TIME"))
    so_far = np.concatenate([[-np.inf], np.fmax.accumulate(seconds)[:-1]]) if len(seconds) else seconds
    kept = np.isfinite(seconds) & ((seconds > so_far) | np.isnan(so_far))
    meters: dict[tuple[str, Quantity], Floats] = {}
    for heading, place in columns.items():
        match = _METER.match(heading)
        if match is not None:
            quantity = _QUANTITIES[match["kind"]]
            scale = _DB_PER_DENSITY if quantity is Quantity.SMOKE else 1.0
            meters[match["location"], quantity] = scale * _read_column(rows, place)[kept]
    meters = {key: values for key, values in meters.items() if np.isfinite(values).any()}
    return RealFire(name, seconds[kept], meters, alarms.get(name, {}))


def _read_rows(file: Path) -> list[list[str]]:
    """Headings and rows, without blanks around them; one empty heading for an empty file."""
    with file.open(newline="", encoding="utf-8-sig", errors="replace") as text:
        rows = [[cell.strip() for cell in row] for row in csv.reader(text)]
    return [row for row in rows if any(row)] or [[]]


def _read_column(rows: list[list[str]], place: int | None) -> Floats:
    if place is None:
        return np.full(len(rows), np.nan)
    return np.array([_number(row[place]) if place < len(row) else math.nan for row in rows])


def _number(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _sounded(cell: str) -> float:
    at = _number(cell)
    return at if at >= 0 else math.inf
