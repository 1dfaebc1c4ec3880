"""What a sensor cannot show, by the way it is registered; said wherever the sensor is shown."""

from __future__ import annotations

from enum import StrEnum

from schemas.domain import Quantity

SLOWEST_FOR_RATES_SECONDS = 20.0
"""At 20 K/min a temperature that comes less often has gone up 7 K between two samples: its slope is a guess."""


class Limitation(StrEnum):
    """A label, as it is shown."""

    FIXED_TEMPERATURE_ONLY = "fixed temperature only"


def find_limitations(quantity: str, interval_seconds: float) -> tuple[Limitation, ...]:
    """The labels of a sensor that reports every `interval_seconds`."""
    if quantity == Quantity.TEMPERATURE and interval_seconds > SLOWEST_FOR_RATES_SECONDS:
        return (Limitation.FIXED_TEMPERATURE_ONLY,)
    return ()
