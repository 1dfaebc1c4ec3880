"""Weather of a town and the air at its distribution boards: season, day, rain and what stays damp."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.electrical.lags import follow, wander
from simulators.optics import Floats

_DAY_SECONDS = 86_400.0
_RAINS_EVERY_DAYS = 4.0
_RAIN_HOURS = (2.0, 12.0)
_DRIES_SECONDS = np.array(6 * 3600.0)
_SEEPS_IN_SECONDS = np.array(3 * 3600.0)
_RAINY_PERCENT, _LEAST_PERCENT, _MOST_PERCENT = 96.0, 20.0, 99.0


@dataclass(frozen=True)
class Air:
    """Over steps (m,): outdoors and at the boards [°C, %RH], and how wet it is outside, from 0 to 1."""

    outdoors_celsius: Floats
    outdoors_percent: Floats
    wetness: Floats
    board_celsius: Floats
    board_percent: Floats


class Weather:
    """Goes on step after step; `rng` is its own, so that a year is the same however it is cut."""

    def __init__(self, rng: np.random.Generator, mean_celsius: float = 23.0) -> None:
        self._rng, self._mean = rng, mean_celsius
        self._front, self._humid = rng.standard_normal(2)
        self._wetness = np.zeros(())
        self._board = np.array([mean_celsius, 60.0])
        self._rain_until, self._next_rain = -np.inf, rng.exponential(_RAINS_EVERY_DAYS) * _DAY_SECONDS

    def pass_time(self, seconds: Floats, step_seconds: float) -> Air:
        """The air at the next steps (m,) [s since a Monday's midnight, local time]."""
        front, humid = wander(
            self._rng.standard_normal((len(seconds), 2)),
            np.array([self._front, self._humid]),
            step_seconds,
            2 * _DAY_SECONDS,
        ).T
        self._front, self._humid = front[-1], humid[-1]
        # Warmest at three in the afternoon, a season of four kelvin up and down within half a year.
        day = np.cos(2 * np.pi * (seconds / _DAY_SECONDS - 15 / 24))
        season = 4.0 * np.sin(2 * np.pi * seconds / (365.25 * _DAY_SECONDS))
        celsius = self._mean + season + 4.0 * day + 2.5 * front
        raining = self._rain(seconds)
        wetness = follow(raining, self._wetness, step_seconds, _DRIES_SECONDS)
        self._wetness = wetness[-1]
        dry = 62.0 - 11.0 * day + 9.0 * humid
        percent = np.clip(dry + (_RAINY_PERCENT - dry) * wetness, _LEAST_PERCENT, _MOST_PERCENT)
        inside = np.stack([25.0 + 0.5 * (celsius - 23.0), 0.75 * percent + 10.0], axis=1)
        board = follow(inside, self._board, step_seconds, _SEEPS_IN_SECONDS)
        self._board = board[-1]
        return Air(celsius, percent, wetness, board[:, 0], board[:, 1])

    def _rain(self, seconds: Floats) -> Floats:
        """Whether it rains, (m,): showers come by chance, one in four days, and last two to twelve hours."""
        raining = np.zeros(len(seconds))
        for place, now in enumerate(seconds.tolist()):
            if now >= self._next_rain:
                self._rain_until = now + self._rng.uniform(*_RAIN_HOURS) * 3600.0
                self._next_rain = self._rain_until + self._rng.exponential(_RAINS_EVERY_DAYS) * _DAY_SECONDS
            raining[place] = now < self._rain_until
        return raining
