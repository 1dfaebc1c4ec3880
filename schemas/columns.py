"""The columns of a batch: numpy structured arrays, the form a reading has between decoding and storing.

Times are int64 microseconds since the Unix epoch. A *slot* is a worker's own dense number for a sensor or a
device: a row of its roster and of every array the rules keep.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from schemas.domain import DeviceEventKind

MICROSECONDS = 1_000_000
NEVER = np.iinfo(np.int64).min
"""A time that has not come: smaller than every time."""

READING = np.dtype(
    [
        ("slot", np.int32),
        ("observed_at", np.int64),
        ("received_at", np.int64),
        ("value", np.float64),
        ("quality", np.int16),
        ("message", np.int32),
    ],
    align=True,
)
"""One sample in its stored unit; `message` is the place of its message in the batch. Aligned: numpy is several times
slower over numbers that are not."""


@dataclass(frozen=True)
class DeviceEvent:
    """What a device declared of itself. There are few of them, so they stay rows."""

    device_slot: int
    sensor_slot: int | None
    observed_at: int
    received_at: int
    event: DeviceEventKind
    active: bool
    seq: int | None
    text: str | None
    message: int


@dataclass(frozen=True)
class Batch:
    """What the rules are given: readings (n_samples,), events, and the slots of devices heard from.

    `seqs` are (device slot, sequence number) of each message that has one, `births` (device slot, first number)
    of devices that say where they begin. `clocks_ahead` are (device slot, time of receipt, time given) of what was
    refused because it would come from the future. Arrival order is the order of the rows; nothing is said about the
    order of event times.
    """

    readings: NDArray[np.void]
    events: tuple[DeviceEvent, ...] = ()
    devices_heard: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    seqs: tuple[tuple[int, int], ...] = ()
    births: tuple[tuple[int, int], ...] = ()
    clocks_ahead: tuple[tuple[int, int, int], ...] = ()

    @staticmethod
    def empty() -> Batch:
        return Batch(np.empty(0, READING))
