"""What a restart must not lose of water systems, as columns: what gauges have learnt, starts, and what is waited for.

Nothing is in it of whether a pump runs: what it may have declared since would not be known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rules.water.gauging import Gauging
from rules.water.pumps import Pumps

Slots = NDArray[np.integer]
Ids = NDArray[np.integer]
Columns = Mapping[str, NDArray[np.generic]]
Rows = NDArray[np.void]

START = np.dtype([("id", np.int64), ("at", np.int64)])
WAIT = np.dtype(
    [("rule", "U40"), ("of_device", np.bool_), ("id", np.int64), ("since", np.int64), ("low_since", np.int64)]
)
GAUGES, GAUGE_STARTS, PUMP_STARTS, WAITS = "water_gauges", "water_starts", "pump_starts", "water_waits"


class Wait(NamedTuple):
    """Since when a rule holds, and speaks for its end, of the sensor or device of an id."""

    rule: str
    of_device: bool
    id: int
    since: int
    low_since: int


def pack_gauges(gauging: Gauging, slots: Slots, ids: Ids) -> dict[str, NDArray[np.generic]]:
    """What is known of the gauges among sensors (n,), one row each, and when the pressure of each was lifted."""
    places = np.flatnonzero(np.isin(slots, gauging.slots))
    rows = np.searchsorted(gauging.slots, slots[places])
    kept = np.zeros(len(rows), _dtype_of(gauging))
    kept["id"] = ids[places]
    for name in gauging.KEPT:
        kept[name] = gauging.column(name)[rows]
    starts = [
        (sensor_id, at)
        for sensor_id, row in zip(kept["id"].tolist(), rows.tolist(), strict=True)
        for at in gauging.starts[row]
    ]
    return {GAUGES: kept, GAUGE_STARTS: np.array(starts, START)}


def _dtype_of(gauging: Gauging) -> np.dtype[np.void]:
    return np.dtype([("id", np.int64), *((name, gauging.column(name).dtype) for name in gauging.KEPT)])


def restore_gauges(gauging: Gauging, columns: Columns, slot_of: Mapping[int, int]) -> None:
    """Bring gauges that are still there to what `pack_gauges` knew."""
    row_of = {slot: row for row, slot in enumerate(gauging.slots.tolist())}
    kept: Rows = columns[GAUGES].astype(_dtype_of(gauging))
    rows = np.array([row_of.get(slot_of.get(one, -1), -1) for one in kept["id"].tolist()], np.intp)
    known = rows >= 0
    for name in gauging.KEPT:
        gauging.column(name)[rows[known]] = kept[name][known]
    times: dict[int, list[int]] = {row: [] for row in rows[known].tolist()}
    for sensor_id, at in columns[GAUGE_STARTS].tolist():
        row = row_of.get(slot_of.get(sensor_id, -1), -1)
        if row >= 0:
            times[row].append(at)
    for row, starts in times.items():
        gauging.take_starts(row, starts)


def pack_pump_starts(pumps: Pumps, slots: Slots, ids: Ids) -> dict[str, NDArray[np.generic]]:
    """When devices (n,) that are pumps were started."""
    starts = [
        (device_id, at)
        for slot, device_id in zip(slots.tolist(), ids.tolist(), strict=True)
        for at in pumps.find_starts(slot)
    ]
    return {PUMP_STARTS: np.array(starts, START)}


def restore_pump_starts(pumps: Pumps, columns: Columns, slot_of: Mapping[int, int]) -> None:
    """Bring pumps that are still there to what `pack_pump_starts` knew."""
    times: dict[int, list[int]] = {}
    for device_id, at in columns[PUMP_STARTS].tolist():
        if device_id in slot_of:
            times.setdefault(slot_of[device_id], []).append(at)
    for slot, starts in times.items():
        pumps.take_starts(slot, starts)


def pack_waits(waits: Iterable[Wait]) -> dict[str, NDArray[np.generic]]:
    return {WAITS: np.array([tuple(wait) for wait in waits], WAIT)}


def unpack_waits(columns: Columns) -> list[Wait]:
    return [Wait(*row) for row in columns[WAITS].tolist()]
