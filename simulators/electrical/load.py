"""How much a circuit carries, as a share of its rated current: hours, weekdays, weather and chance."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from simulators.optics import Floats

_DAY_SECONDS = 86_400.0
_HOT_CELSIUS, _COLD_CELSIUS = 26.0, 8.0
_COOLS_PER_KELVIN, _HEATS_PER_KELVIN = 0.02, 0.015


class Consumers(StrEnum):
    """What hangs on a circuit."""

    DWELLINGS = "dwellings"
    OFFICES = "offices"
    SHOPS = "shops"
    CHARGERS = "chargers"


CONSUMERS: tuple[Consumers, ...] = tuple(Consumers)

# Shares of the peak at each full hour, on working days and on others: design values, from the shape of load curves as
# network planners use them (evening peak of dwellings, working hours of offices, opening hours of shops).
_WORKING = {
    Consumers.DWELLINGS: "38 33 30 29 29 31 44 56 53 45 43 48 53 48 45 45 50 65 85 98 100 90 70 50",
    Consumers.OFFICES: "25 25 25 25 25 25 28 38 69 94 100 98 81 90 100 100 98 81 56 40 33 28 25 25",
    Consumers.SHOPS: "22 20 20 20 20 20 24 34 52 74 86 92 95 93 92 92 94 97 100 100 96 80 46 28",
    Consumers.CHARGERS: "64 50 36 26 17 14 14 14 14 17 20 21 23 21 20 20 23 36 64 89 100 100 94 80",
}
_RESTING = {
    Consumers.DWELLINGS: "42 36 32 30 29 30 36 46 56 62 64 68 72 66 62 60 62 70 86 97 100 90 72 54",
    Consumers.OFFICES: "25 25 25 25 25 25 25 26 30 34 36 36 34 34 36 36 34 31 28 26 25 25 25 25",
    Consumers.SHOPS: "22 20 20 20 20 20 24 36 56 80 92 97 100 99 98 98 99 100 100 100 98 84 50 30",
    Consumers.CHARGERS: "66 52 38 28 19 15 14 15 17 21 24 27 29 27 25 25 27 38 62 85 96 98 94 82",
}
_HOURS = np.array(
    [
        [[float(share) / 100 for share in table[each].split()] for each in CONSUMERS]
        for table in (_WORKING, _RESTING)
    ]
)


def usual_share(consumers: np.ndarray[tuple[int], np.dtype[np.intp]], local_seconds: Floats) -> Floats:
    """Share of the peak (m, n) of circuits with such consumers (n,) at seconds (m,) since a Monday's midnight."""
    day, second = np.divmod(local_seconds, _DAY_SECONDS)
    rests = (day.astype(np.intp) % 7 >= 5).astype(np.intp)
    hour = second / 3600.0
    before = hour.astype(np.intp) % 24
    part = (hour - np.floor(hour))[:, None]
    table = _HOURS[rests]
    rows = np.arange(len(local_seconds))
    shares = table[rows, :, before] * (1 - part) + table[rows, :, (before + 1) % 24] * part
    return np.asarray(shares[:, consumers])


def weather_factor(outdoors_celsius: Floats) -> Floats:
    """What cooling and heating add: 2 % for each kelvin above 26 °C, 1.5 % for each below 8 °C (design values)."""
    hot, cold = (
        np.maximum(outdoors_celsius - _HOT_CELSIUS, 0),
        np.maximum(_COLD_CELSIUS - outdoors_celsius, 0),
    )
    return 1.0 + _COOLS_PER_KELVIN * hot + _HEATS_PER_KELVIN * cold


def plain_day(second_of_day: float, peak_hour: Floats) -> Floats:
    """Load as a share of the rated current, 0.25 at night and 0.75 at the peak hour: a plain cosine."""
    hours = second_of_day / 3600.0 - peak_hour
    return 0.5 + 0.25 * np.cos(2.0 * np.pi * hours * 3600.0 / _DAY_SECONDS)
