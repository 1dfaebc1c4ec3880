"""What reports during a fault: a few devices whose every value follows from the seed, and two fires."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.domain import AreaLevel, BuildingClass, BuildingUse, Quantity
from schemas.registry_records import Area, Building, Device, Record, Sensor

BUILDING = "FAULTS"
DEVICES = tuple(f"D{number:02}" for number in range(10))
CHANNELS = ("temperature", "residual")

# Event time runs at twenty times the clock's pace until the fires must have been seen, then beside the clock.
FAST_MESSAGES, FAST_STEP_MS, STEP_MS = 300, 200, 10
BEGINS_BEFORE_MS = 120_000
FIRST_FIRE_MESSAGE, LAST_FIRE_MESSAGE = 20, 60
FIRE_MESSAGES = 60
"""More than the ten seconds that either rule waits, in messages."""
BUFFERED_MS = 3 * 3_600_000


@dataclass(frozen=True)
class Measured:
    """One message before it has a sequence number: `values` in the order of `CHANNELS`."""

    device: str
    ts_ms: int
    values: tuple[float, float]

    @property
    def fields(self) -> dict[str, object]:
        """The body as a device writes it, without `seq`."""
        return {"ts": self.ts_ms, "values": dict(zip(CHANNELS, self.values, strict=True))}


class Town:
    """The devices of one run. Temperatures of one and residual currents of another rise for good."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._begins_at_ms = int(time.time() * 1000) - BEGINS_BEFORE_MS
        self._counts = [0] * len(DEVICES)
        self._buffered = [0] * len(DEVICES)
        self._fire_message = FIRST_FIRE_MESSAGE + seed * 7 % (LAST_FIRE_MESSAGE - FIRST_FIRE_MESSAGE)
        self._hot, self._leaking = seed % len(DEVICES), (seed + 3) % len(DEVICES)

    @property
    def expected_alerts(self) -> list[tuple[str, str]]:
        """Rule and sensor of every alert there must be, once each device has sent enough."""
        return [
            ("heat_fixed_alarm", f"{DEVICES[self._hot]}/temperature"),
            ("residual_current_alarm", f"{DEVICES[self._leaking]}/residual"),
        ]

    @property
    def fires_are_over(self) -> bool:
        """Whether enough was measured for both alerts."""
        return min(self._counts) > self._fire_message + FIRE_MESSAGES

    def measure(self, device: int) -> Measured:
        """The next message of a device."""
        i = self._counts[device]
        self._counts[device] += 1
        at = self._begins_at_ms + FAST_STEP_MS * min(i, FAST_MESSAGES) + STEP_MS * max(0, i - FAST_MESSAGES)
        burning = i >= self._fire_message
        temperature = 75.5 if burning and device == self._hot else 20 + self._noise(device, i)
        residual = 420.25 if burning and device == self._leaking else 30 + self._noise(device, i + 1)
        return Measured(DEVICES[device], at, (temperature, residual))

    def measure_buffered(self, device: int) -> Measured:
        """A message of hours ago that its device has held back until now."""
        i = self._buffered[device]
        self._buffered[device] += 1
        at = self._begins_at_ms - BUFFERED_MS + 1000 * i
        return Measured(DEVICES[device], at, (20 + self._noise(device, i), 30 + self._noise(device, i + 1)))

    def _noise(self, device: int, i: int) -> float:
        return ((self._seed * 7919 + device * 104_729 + i * 31) % 5000) / 1000


def make_records() -> Iterator[Record]:
    """The registry of the town."""
    yield Area(code="FAULTS-AREA", name="演练区", level=AreaLevel.DISTRICT)
    yield Building.model_validate(
        {
            "code": BUILDING,
            "parent": "FAULTS-AREA",
            "name": "演练楼",
            "class": BuildingClass.HIGH_RISE_1,
            "use": BuildingUse.RESIDENTIAL,
            "height_m": 80.0,
            "floors": 26,
        }
    )
    quantities = (Quantity.TEMPERATURE, Quantity.RESIDUAL_CURRENT)
    for device in DEVICES:
        yield Device(code=device, parent=BUILDING, name=f"演练 {device}")
        for channel, quantity in zip(CHANNELS, quantities, strict=True):
            # An hour, so that no run is long enough for a silent device.
            yield Sensor(code=channel, parent=f"{BUILDING}/{device}", quantity=quantity, interval_s=3600.0)
