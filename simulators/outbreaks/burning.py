"""The course of all fires at all detectors they reach, through ceiling jet, spread and the detectors' own lag."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulators import fires
from simulators.fires import CONVECTIVE_SHARE
from simulators.life.sensing import Air
from simulators.optics import Floats, extinction_to_db
from simulators.outbreaks.outbreak import COURSES, GROWTHS, Course

_FINE_SECONDS = 2.0
_RTI = 20.0  # of an electronic heat detector, 5 to 30 (m·s)^½
_CHAMBER_LENGTH_M = 1.8  # Heskestad's usual length
_DB_PER_DENSITY = 10.0
_SMOULDER_EXTINCTION = 0.2
_SMOULDER_CEILING_M = 3.0
_SMOULDER_SPREADS_SLOWER = 3.0
_ALPHAS = np.array([GROWTHS[course].value if course in GROWTHS else 0.0 for course in COURSES])


class Blaze:
    """All fires together, computed beforehand for so many steps from the start of the stream.

    `reached` is (n,) of `REACH`; no detector is reached by two fires.
    """

    def __init__(
        self, outbreaks: NDArray[np.void], reached: NDArray[np.void], step_seconds: float, n_steps: int
    ) -> None:
        self._fire = outbreaks[reached["outbreak"]]
        self._reached = reached
        self._smoulders = self._fire["course"] == COURSES.index(Course.SMOULDERING)
        self._first_step = max(int(outbreaks["ignites"].min() // step_seconds), 0)
        self._step_seconds = step_seconds
        self._smoke, self._heat, self._co = self._burn(n_steps - self._first_step)

    def add(self, first_step: int, air: Air) -> None:
        """Add what is in the air from `first_step` on to the columns of all detectors."""
        start = max(first_step, self._first_step)
        stop = min(first_step + len(air.smoke), self._first_step + len(self._smoke))
        if start >= stop:
            return
        into, out_of = (
            slice(start - first_step, stop - first_step),
            slice(start - self._first_step, stop - self._first_step),
        )
        for column, course in ((air.smoke, self._smoke), (air.heat, self._heat), (air.co, self._co)):
            column[into, self._reached["detector"]] += course[out_of]

    def _burn(self, n_steps: int) -> tuple[Floats, Floats, Floats]:
        """Smoke, heat and CO (n_steps, n) as chamber, element and cell have them, at each step of the stream."""
        n = len(self._reached)
        smoke, heat, co = (np.zeros((max(n_steps, 0), n)) for _ in range(3))
        chamber, element, cell = (np.zeros(n) for _ in range(3))
        fine = round(self._step_seconds / _FINE_SECONDS)
        for step in range(max(n_steps, 0)):
            smoke[step], heat[step], co[step] = chamber, element, cell
            for part in range(1, fine + 1):
                seconds = (self._first_step + step) * self._step_seconds + part * _FINE_SECONDS
                there_smoke, there_heat, there_co, velocity = self._reach(seconds)
                chamber_lag = fires.smoke_chamber_seconds(_CHAMBER_LENGTH_M, velocity)
                element_lag = fires.heat_element_seconds(_RTI, velocity)
                chamber = fires.follow(chamber, there_smoke, _FINE_SECONDS, chamber_lag)
                element = fires.follow(element, there_heat, _FINE_SECONDS, element_lag)
                cell = fires.follow(cell, there_co, _FINE_SECONDS, chamber_lag)
        return smoke, heat, co

    def _reach(self, seconds: float) -> tuple[Floats, Floats, Floats, Floats]:
        """Smoke [dB/m], heat [K], CO [ppm] and velocity [m/s] of the gas at each detector at a time."""
        fire, reached = self._fire, self._reached
        slower = np.where(self._smoulders, _SMOULDER_SPREADS_SLOWER, 1.0)
        since = seconds - fire["ignites"] - reached["delay"] * slower
        jet, velocity = self._jet(since)
        share = np.clip(since / fire["smoulders_seconds"], 0.0, 1.0) * self._smoulders
        thin = np.minimum(1.0, _SMOULDER_CEILING_M / fire["ceiling_m"])
        smoulder = extinction_to_db(_SMOULDER_EXTINCTION * share * thin)
        smoke = (_DB_PER_DENSITY * fire["density_per_kelvin"] * jet + smoulder) * reached["smoke_share"]
        heat = (jet + share * fire["smoulder_kelvin"]) * reached["heat_share"]
        co_per_kelvin = 1036.0 * fire["co_yield"] / (CONVECTIVE_SHARE * fire["heat_kj_per_g"])
        co = (jet * co_per_kelvin + share * thin * fire["smoulder_ppm"]) * reached["smoke_share"]
        return smoke, heat, co, velocity

    def _jet(self, since: Floats) -> tuple[Floats, Floats]:
        """Rise [K] and velocity [m/s] of the ceiling jet, which lags the fire by the time of its way."""
        fire, distance = self._fire, self._reached["distance_m"]
        alpha = _ALPHAS[fire["course"]]
        ceiling = fire["ceiling_m"]
        now = np.minimum(alpha * np.square(np.maximum(since, 0.0)), fire["peak_kw"])
        lag = fires.transport_seconds(now, ceiling, distance)
        heat_kw = np.minimum(alpha * np.square(np.maximum(since - lag, 0.0)), fire["peak_kw"])
        rise = fires.ceiling_jet_rise(heat_kw, ceiling, distance)
        return rise, fires.ceiling_jet_velocity(heat_kw, ceiling, distance)
