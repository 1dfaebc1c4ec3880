"""What a sensor cannot show, by the way it is registered; said wherever the sensor is shown."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from schemas.domain import Quantity

SLOWEST_FOR_RATES_SECONDS = 20.0
"""At 20 K/min a temperature that comes less often has gone up 7 K between two samples: its slope is a guess."""
COARSEST_FOR_LOW_PRESSURE_MPA = 0.02
"""Analog type 4 of GB/T 26875.3-2011 (table 6) counts in 0.1 MPa and cannot tell 0.07 from 0.15."""
COARSEST_FOR_CYCLES_MPA, SLOWEST_FOR_CYCLES_SECONDS = 0.01, 60.0
"""A jockey pump lifts 0.05 MPa; at 15 starts an hour a cycle lasts four minutes."""


class Limitation(StrEnum):
    """A label, as it is shown."""

    FIXED_TEMPERATURE_ONLY = "fixed temperature only"
    TOO_COARSE_FOR_LOW_PRESSURE = "resolution too coarse for low pressure"
    TOO_COARSE_FOR_CYCLES = "resolution too coarse for jockey pump cycles"
    TOO_SLOW_FOR_CYCLES = "interval too long for jockey pump cycles"


def find_limitations(
    quantity: str, interval_seconds: float, resolution: float | None = None
) -> tuple[Limitation, ...]:
    """The labels of a sensor that reports every `interval_seconds` in steps of `resolution`, in the stored unit."""
    if quantity == Quantity.PRESSURE:
        return tuple(_limit_pressure(interval_seconds, resolution or 0.0))
    if quantity == Quantity.TEMPERATURE and interval_seconds > SLOWEST_FOR_RATES_SECONDS:
        return (Limitation.FIXED_TEMPERATURE_ONLY,)
    return ()


def _limit_pressure(interval_seconds: float, resolution: float) -> Iterator[Limitation]:
    if resolution > COARSEST_FOR_LOW_PRESSURE_MPA:
        yield Limitation.TOO_COARSE_FOR_LOW_PRESSURE
    if resolution > COARSEST_FOR_CYCLES_MPA:
        yield Limitation.TOO_COARSE_FOR_CYCLES
    if interval_seconds > SLOWEST_FOR_CYCLES_SECONDS:
        yield Limitation.TOO_SLOW_FOR_CYCLES
