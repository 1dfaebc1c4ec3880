"""What sensors make of the air: haze, dust, noise, steps of the converter, offsets, gaps and dead meters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from schemas.domain import ZONE_USES, Quantity, ZoneUse
from schemas.roster import UNKNOWN
from simulators.layout import Indexes
from simulators.life.grounds import Grounds
from simulators.life.habits import DAY_SECONDS
from simulators.optics import Floats
from simulators.premises import Premises

_MONTH_SECONDS = 30.0 * DAY_SECONDS
# design basis: photo smoke of networked detectors, 0.02 to 0.05 dB/m, σ 0.01; dust adds 0.02 to 0.05 a month.
_HAZE = (0.02, 0.05)
_SMOKE_NOISE = 0.01
_DUST_PER_MONTH = (0.02, 0.05)
# Design value: they are cleaned, or their zero is set anew, every two months.
_MONTHS_SINCE_CLEANING = (0.0, 2.0)
# design basis: quiet rooms 21 to 28 °C, NTC σ 0.1 to 0.2 K, ± 2 to 4 K over the day.
_ROOM_CELSIUS = (21.0, 28.0)
_TEMPERATURE_NOISE = (0.1, 0.2)
_DAY_SWING = (2.0, 4.0)
_WARMEST_SECOND = 15 * 3600.0
# design basis: CO 0 to 5 ppm, drift ± 3 ppm.
_CO_PPM = (0.0, 5.0)
_CO_DRIFT = 3.0
_CO_NOISE = 0.5
# Design values from here on. Smoke is not even: what a sample shows varies by a tenth about the mean of its time.
_TURBULENCE = 0.10
_OFFSET_KELVIN = 0.5
_STEPS = {Quantity.SMOKE: (0.001, 0.01), Quantity.TEMPERATURE: (0.1, 0.5), Quantity.CO: (0.5, 1.0)}
_COARSE_SHARE = 0.2
_RANGES = {Quantity.SMOKE: (0.0, 10.0), Quantity.TEMPERATURE: (-40.0, 125.0), Quantity.CO: (0.0, 1000.0)}
_DEAD_SHARE = 0.005
_DEAD_DB_PER_M = 0.002
_LOST_SHARE = 0.002
_OUTAGES_PER_DAY = 1.0 / 60.0
_OUTAGE_SECONDS = (600.0, 4 * 3600.0)


@dataclass(frozen=True)
class Air:
    """What is in the air at the detectors beyond their surroundings: (n_steps, n_detectors) of dB/m, K and ppm."""

    smoke: Floats
    heat: Floats
    co: Floats


class Sensing:
    """The sensors of some premises, each with its own faults, drawn once from `seed`.

    The noise of each quantity has a source of its own, so that the stream is the same however it is cut. `strand` gives
    the same sensors other noise: for stretches of one life that are lived side by side.
    """

    def __init__(self, premises: Premises, grounds: Grounds, seed: int, strand: int = 0) -> None:
        rng = np.random.default_rng([seed, 1])
        n = len(premises.detector_zone)
        self._slots = {q: premises.slots(q) for q in _STEPS}
        self._with: dict[Quantity, Indexes] = {
            q: np.flatnonzero(s != UNKNOWN) for q, s in self._slots.items()
        }
        self._haze = rng.uniform(*_HAZE, n)
        self._dust_per_second = rng.uniform(*_DUST_PER_MONTH, n) / _MONTH_SECONDS
        self._clean_before = rng.uniform(*_MONTHS_SINCE_CLEANING, n) * _MONTH_SECONDS
        self._mean = rng.uniform(*_ROOM_CELSIUS, n) + _OFFSET_KELVIN * rng.standard_normal(n)
        self._swing = rng.uniform(*_DAY_SWING, n) / 2.0
        self._temperature_noise = rng.uniform(*_TEMPERATURE_NOISE, n)
        self._co_mean = rng.uniform(*_CO_PPM, n)
        self._co_drift = rng.uniform(-_CO_DRIFT, _CO_DRIFT, n) / _MONTH_SECONDS
        garages = grounds.uses[premises.detector_zone] == ZONE_USES.index(ZoneUse.GARAGE)
        self._co_mean += np.where(garages, 5.0, 0.0)
        self._steps = {
            q: np.where(rng.random(n) < _COARSE_SHARE, coarse, fine) for q, (fine, coarse) in _STEPS.items()
        }
        self.dead = rng.random(n) < _DEAD_SHARE
        more = [strand] if strand else []
        self._noise = {q: np.random.default_rng([seed, 2, i, *more]) for i, q in enumerate(_STEPS)}
        self._loss = np.random.default_rng([seed, 3, *more])
        self._outages: dict[int, list[tuple[int, float, float]]] = {}
        self._seed = seed
        self._n_sensors = premises.sensor_count

    def read(self, seconds: Floats, air: Air) -> Floats:
        """Values (n_steps, n_sensors) at times (n_steps,) [s since the start at midnight]; NaN where one is missing."""
        values = np.empty((len(seconds), self._n_sensors))
        for quantity, shown in (
            (Quantity.SMOKE, self._show_smoke),
            (Quantity.TEMPERATURE, self._show_temperature),
            (Quantity.CO, self._show_co),
        ):
            where = self._with[quantity]
            steps = self._steps[quantity][where]
            raw = shown(seconds[:, None], air, where)
            np.clip(raw, *_RANGES[quantity], out=raw)
            values[:, self._slots[quantity][where]] = np.round(raw / steps) * steps
        self._lose(seconds, values)
        return values

    def _show_smoke(self, seconds: Floats, air: Air, where: Indexes) -> Floats:
        noise = self._noise[Quantity.SMOKE].standard_normal((len(seconds), len(where)))
        felt = air.smoke[:, where]
        dust = self._dust_per_second[where] * (self._clean_before[where] + seconds)
        alive = self._haze[where] + dust + felt + (_SMOKE_NOISE + _TURBULENCE * felt) * noise
        return np.where(self.dead[where], _DEAD_DB_PER_M * np.abs(noise), alive)

    def _show_temperature(self, seconds: Floats, air: Air, where: Indexes) -> Floats:
        noise = self._noise[Quantity.TEMPERATURE].standard_normal((len(seconds), len(where)))
        day = np.cos(2 * np.pi * (seconds - _WARMEST_SECOND) / DAY_SECONDS)
        noise *= self._temperature_noise[where]
        return self._mean[where] + self._swing[where] * day + air.heat[:, where] + noise

    def _show_co(self, seconds: Floats, air: Air, where: Indexes) -> Floats:
        noise = self._noise[Quantity.CO].standard_normal((len(seconds), len(where)))
        return self._co_mean[where] + self._co_drift[where] * seconds + air.co[:, where] + _CO_NOISE * noise

    def _lose(self, seconds: Floats, values: Floats) -> None:
        """Single samples are lost, and now and then a detector says nothing for minutes or hours."""
        mean = values.shape[1] * _LOST_SHARE
        for row in values:
            row[self._loss.integers(0, len(row), self._loss.poisson(mean))] = np.nan
        # An outage of yesterday may reach into today.
        for day in range(int(seconds[0] // DAY_SECONDS) - 1, int(seconds[-1] // DAY_SECONDS) + 1):
            for detector, begins, ends in self._outages_of(day):
                rows = (seconds >= begins) & (seconds < ends)
                for slots in self._slots.values():
                    if slots[detector] != UNKNOWN:
                        values[rows, slots[detector]] = np.nan

    def _outages_of(self, day: int) -> list[tuple[int, float, float]]:
        """Detector, begin and end of the outages that begin on a day."""
        if day not in self._outages:
            rng = np.random.default_rng([self._seed, 4, max(day, 0)])
            count = int(rng.poisson(len(self.dead) * _OUTAGES_PER_DAY)) if day >= 0 else 0
            begins = (day + rng.random(count)) * DAY_SECONDS
            ends = begins + rng.uniform(*_OUTAGE_SECONDS, count)
            detectors = rng.integers(0, len(self.dead), count)
            self._outages[day] = list(zip(detectors.tolist(), begins.tolist(), ends.tolist(), strict=True))
            self._outages.pop(day - 2, None)
        return self._outages[day]
