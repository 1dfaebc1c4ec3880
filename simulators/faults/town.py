"""What reports during a fault: a few devices whose every value follows from the seed, and what befalls them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.domain import AreaLevel, BuildingClass, BuildingUse, Quantity
from schemas.registry_records import Area, Building, Device, Record, Sensor
from simulators.faults.verdict import Alert

BUILDING = "FAULTS"
DEVICES = tuple(f"D{number:02}" for number in range(10))
CHANNELS = ("temperature", "residual", "pressure")
QUANTITIES = (Quantity.TEMPERATURE, Quantity.RESIDUAL_CURRENT, Quantity.PRESSURE)
# Silent after three of these: longer than any fault lasts, much shorter than the hour by which a clock may step.
INTERVAL_SECONDS = 60.0

# Event time runs fast until everything must have been seen, then beside the clock.
FAST_MESSAGES, FAST_STEP_MS, STEP_MS = 150, 2000, 20
BEGINS_BEFORE_MS = 420_000
FIRST_FIRE_MESSAGE, LAST_FIRE_MESSAGE = 20, 60
FIRE_MESSAGES = 18
"""More than the thirty seconds after which heat close to fire level is one; fire and current wait ten, in messages."""
FIRST_DRY_MESSAGE, LAST_DRY_MESSAGE = 10, 40
DRY_MESSAGES = 25
"""More than the thirty seconds after which a dry hydrant is one."""
WET_MESSAGES = 75
"""More than the 120 s of pressure after which it is one no more."""
BUFFERED_MS = 3 * 3_600_000


@dataclass(frozen=True)
class Measured:
    """One message before it has a sequence number: `values` in the order of `CHANNELS`."""

    device: str
    ts_ms: int
    values: tuple[float, ...]

    @property
    def fields(self) -> dict[str, object]:
        """The body as a device writes it, without `seq`."""
        return {"ts": self.ts_ms, "values": dict(zip(CHANNELS, self.values, strict=True))}


class Town:
    """The devices of one run.

    The temperature of one and the residual current of another rise for good; the pressure of a third falls to
    nothing and comes back.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._begins_at_ms = int(time.time() * 1000) - BEGINS_BEFORE_MS
        self._counts = [0] * len(DEVICES)
        self._buffered = [0] * len(DEVICES)
        self._fire_message = FIRST_FIRE_MESSAGE + seed * 7 % (LAST_FIRE_MESSAGE - FIRST_FIRE_MESSAGE)
        self._dry_message = FIRST_DRY_MESSAGE + seed * 11 % (LAST_DRY_MESSAGE - FIRST_DRY_MESSAGE)
        self._hot, self._leaking, self._dry = (
            seed % len(DEVICES),
            (seed + 3) % len(DEVICES),
            (seed + 6) % len(DEVICES),
        )

    @property
    def expected_alerts(self) -> list[Alert]:
        """Every alert there must be, once each device has sent enough."""
        return [
            Alert("heat_prealarm", f"{DEVICES[self._hot]}/temperature", "active", "raised"),
            Alert("heat_fixed_alarm", f"{DEVICES[self._hot]}/temperature", "active", "raised"),
            Alert("residual_current_alarm", f"{DEVICES[self._leaking]}/residual", "active", "raised"),
            Alert("residual_current_prealarm", f"{DEVICES[self._leaking]}/residual", "active", "raised"),
            Alert("hydrant_pressure_zero", f"{DEVICES[self._dry]}/pressure", "cleared", "raised cleared"),
        ]

    @property
    def has_seen_all(self) -> bool:
        """Whether enough was measured for every alert and for the one that clears."""
        enough = max(self._fire_message + FIRE_MESSAGES, self._dry_message + DRY_MESSAGES + WET_MESSAGES)
        return min(self._counts) > enough

    def measure(self, device: int) -> Measured:
        """The next message of a device."""
        i = self._counts[device]
        self._counts[device] += 1
        at = self._begins_at_ms + FAST_STEP_MS * min(i, FAST_MESSAGES) + STEP_MS * max(0, i - FAST_MESSAGES)
        burning = i >= self._fire_message
        dry = 0 <= i - self._dry_message < DRY_MESSAGES
        temperature, residual, pressure = self._usual(device, i)
        if burning and device == self._hot:
            temperature = 75.5
        if burning and device == self._leaking:
            residual = 420.25
        if dry and device == self._dry:
            pressure = 0.0
        return Measured(DEVICES[device], at, (temperature, residual, pressure))

    def measure_buffered(self, device: int, step_ms: int = 1000) -> Measured:
        """A message of hours ago that its device has held back until now."""
        i = self._buffered[device]
        self._buffered[device] += 1
        at = self._begins_at_ms - BUFFERED_MS + step_ms * i
        return Measured(DEVICES[device], at, self._usual(device, i))

    def _usual(self, device: int, i: int) -> tuple[float, float, float]:
        noise, other = self._noise(device, i), self._noise(device, i + 1)
        return 20 + noise, 30 + other, 0.35 + noise / 128

    def _noise(self, device: int, i: int) -> float:
        return ((self._seed * 7919 + device * 104_729 + i * 31) % 5000) / 1000


def make_records(crowd: int = 0) -> Iterator[Record]:
    """The registry of the town; `crowd` devices more that say nothing until a storm."""
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
    for device in (*DEVICES, *map(crowd_device, range(crowd))):
        yield Device(code=device, parent=BUILDING, name=f"演练 {device}")
        for channel, quantity in zip(CHANNELS, QUANTITIES, strict=True):
            yield Sensor(
                code=channel, parent=f"{BUILDING}/{device}", quantity=quantity, interval_s=INTERVAL_SECONDS
            )


def crowd_device(number: int) -> str:
    return f"C{number:04}"
