"""What a batch's messages say, as columns that grow message by message."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ingest.subscriber import Message
from schemas.columns import READING, DeviceEvent
from schemas.domain import Quality
from schemas.refusals import Reason, Refusal
from schemas.roster import Channel, Roster


@dataclass(frozen=True)
class DeviceStatus:
    """A birth or will."""

    device_slot: int
    online: bool
    firmware: str | None
    message: int


@dataclass
class GrowingColumns:
    """The columns while they grow.

    Of each message the readings stand side by side: `ends` (one a message) says where they end, `time_units` how
    many microseconds one unit of their `times` has. Qualities are noted where they are not good.
    """

    slots: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    qualities: dict[int, Quality] = field(default_factory=dict)
    ends: list[int] = field(default_factory=list)
    time_units: list[int] = field(default_factory=list)
    events: list[DeviceEvent] = field(default_factory=list)
    statuses: list[DeviceStatus] = field(default_factory=list)
    refusals: defaultdict[int, list[Refusal]] = field(default_factory=lambda: defaultdict(list))
    samples_received: int = 0
    seqs: list[tuple[int, int]] = field(default_factory=list)
    births: list[tuple[int, int]] = field(default_factory=list)
    clocks_ahead: list[tuple[int, int, int]] = field(default_factory=list)
    heard: dict[int, int] = field(default_factory=dict)

    def add(self, channel: Channel, observed_at: int, value: float, quality: Quality = Quality.GOOD) -> None:
        """Add one reading to the message at hand."""
        if quality is not Quality.GOOD:
            self.qualities[len(self.slots)] = quality
        self.slots.append(channel.slot)
        self.times.append(observed_at)
        self.values.append(value)

    def refuse(self, place: int, reason: Reason, detail: str) -> None:
        """Refuse one sample, or the whole, of the message at `place`."""
        self.refusals[place].append(Refusal.of(reason, detail))

    def lay_out(self, messages: list[Message], roster: Roster) -> NDArray[np.void]:
        """The readings (n,) of all messages, with the time of receipt of each one's message."""
        n_readings = len(self.slots)
        slots = np.fromiter(self.slots, np.int32, n_readings)
        values = np.fromiter(self.values, np.float64, n_readings)
        places = np.repeat(np.arange(len(messages), dtype=np.int32), np.diff([0, *self.ends]))
        time_units = np.fromiter(self.time_units, np.int64, len(messages))
        received_at = np.fromiter((message.received_at for message in messages), np.int64, len(messages))
        quality = np.full(n_readings, Quality.GOOD, np.int16)
        quality[list(self.qualities)] = list(self.qualities.values())
        low, high = roster.sensors["range_low"][slots], roster.sensors["range_high"][slots]
        quality[(values < low) | (values > high)] = Quality.OUT_OF_RANGE
        readings = np.empty(n_readings, READING)
        readings["slot"] = slots
        readings["observed_at"] = np.fromiter(self.times, np.int64, n_readings) * time_units[places]
        readings["received_at"] = received_at[places]
        readings["value"] = values
        readings["quality"] = quality
        readings["message"] = places
        return readings
