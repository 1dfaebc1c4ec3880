"""Readings that are well-formed and cannot be: of a value no instrument shows, or of a time that has not come."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ingest.event_times import judge_time
from ingest.growing_columns import GrowingColumns
from schemas.columns import MICROSECONDS
from schemas.refusals import Reason, Refusal
from schemas.roster import Roster
from schemas.settings import Settings


def refuse_impossible_readings(
    columns: GrowingColumns, readings: NDArray[np.void], roster: Roster, settings: Settings
) -> NDArray[np.void]:
    """The readings `(n_readings,)` that can be; each of the others gets a refusal."""
    readings = _refuse_impossible_values(columns, readings)
    return _refuse_impossible_times(columns, readings, roster, settings)


def refuse_time(
    columns: GrowingColumns, place: int, refusal: Refusal, device_slot: int, received_at: int, at: int
) -> None:
    """Refuse what is of an impossible time; a device that lives in the future has a clock to be set."""
    columns.refusals[place].append(refusal)
    if refusal.reason is Reason.TIMESTAMP_AHEAD:
        columns.clocks_ahead.append((device_slot, received_at, at))


def _refuse_impossible_values(columns: GrowingColumns, readings: NDArray[np.void]) -> NDArray[np.void]:
    """Drop what no float of 32 bits holds, with a refusal each.

    No instrument says more than that (when it is beyond its scale, many say just that); sums of such values overflow,
    and with one of them nothing could be told any more of an hour of the whole city. They may come of a conversion.
    """
    with np.errstate(over="ignore"):
        possible: NDArray[np.bool_] = np.isfinite(readings["value"].astype(np.float32))
    if possible.all():
        return readings
    for reading in readings[~possible]:
        detail = f"{float(reading['value']):g} is beyond 3.4e38 and no measurement; leave the channel out"
        columns.refuse(int(reading["message"]), Reason.NOT_FINITE, detail)
    return readings[possible]


def _refuse_impossible_times(
    columns: GrowingColumns, readings: NDArray[np.void], roster: Roster, settings: Settings
) -> NDArray[np.void]:
    """Drop readings from the future and from before the age limit, with a refusal each."""
    age = readings["received_at"] - readings["observed_at"]
    possible: NDArray[np.bool_] = (age >= -settings.clock_ahead_max_seconds * MICROSECONDS) & (
        age <= settings.reading_age_max_days * 86_400 * MICROSECONDS
    )
    if possible.all():
        return readings
    for reading in readings[~possible]:
        at, received_at = int(reading["observed_at"]), int(reading["received_at"])
        refusal = judge_time(at, received_at, settings)
        assert refusal is not None
        device_slot = int(roster.sensors["device_slot"][reading["slot"]])
        refuse_time(columns, int(reading["message"]), refusal, device_slot, received_at, at)
    return readings[possible]
