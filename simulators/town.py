"""The city at work, without a broker: time goes in, messages come out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from simulators.buildings import City
from simulators.layout import lay_out
from simulators.payloads import encode_readings
from simulators.physics import CityPhysics
from simulators.reporting import Reporting
from simulators.unrest import Unrest

_SEQ_EPOCH = datetime(2024, 1, 1, tzinfo=UTC).timestamp()
_LONGEST_STEP_SECONDS = 5.0


@dataclass(frozen=True)
class Message:
    """One reading message of a device; `building` and `device` are codes."""

    building: str
    device: str
    payload: bytes
    samples: int


def first_seq(now: float) -> int:
    """The sequence number a device begins with when it is switched on at `now`.

    Whole seconds since 2024. A device sends at most one message in two seconds, so its count stays behind
    the seconds, and a later start always begins above everything that was sent before: the number never
    goes back, though nothing is kept on disk. The birth names where it begins, so that nobody waits for
    what lies between.
    """
    return int(now - _SEQ_EPOCH)


class Town:
    """Physics, incidents and reporting of a city.

    Parameters
    ----------
    seed
        The same seed and the same times give the same messages.
    now
        When the devices are switched on [s since the epoch].

    Attributes
    ----------
    begins_at
        The first sequence number of every device.
    """

    def __init__(self, city: City, *, seed: int, incident_every_seconds: float, now: float) -> None:
        layout = lay_out(city)
        self._city = city
        self._start = layout.sensors.start
        self.unrest = Unrest(city, layout, incident_every_seconds, np.random.default_rng([seed, 2]))
        self._physics = CityPhysics(layout, np.random.default_rng([seed, 3]))
        self._reporting = Reporting(city, layout, now)
        self._seq = np.full(len(city.devices), first_seq(now), dtype=np.int64)
        self.begins_at = first_seq(now) + 1
        self._now = now

    def step(self, now: float) -> list[Message]:
        """Advance to `now` and return what the devices send."""
        elapsed = min(max(now - self._now, 0.0), _LONGEST_STEP_SECONDS)
        self._now = now
        influences = self.unrest.step(now)
        values = self._physics.step(now, elapsed, influences)
        due = self._reporting.choose_due(now, values, influences.silent)
        return [self._write(int(device), now, values) for device in due]

    def _write(self, index: int, now: float, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Message:
        device = self._city.devices[index]
        self._seq[index] += 1
        own = values[self._start[index] : self._start[index + 1]].tolist()
        payload = encode_readings(device.model, int(self._seq[index]), now, own)
        return Message(self._city.buildings[device.building].code, device.code, payload, len(own))
