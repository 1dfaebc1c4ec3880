"""All sensors of the city in one step: true state, then what the sensors make of it."""

from __future__ import annotations

import numpy as np

from schemas.domain import ZoneUse
from simulators import fires
from simulators.disturbances import Disturbances
from simulators.electrical.leakage import with_load
from simulators.electrical.load import plain_day
from simulators.electrical.supply import terminal_voltage
from simulators.electrical.warmth import cable_rise
from simulators.influences import Influences
from simulators.layout import Circuits, Detectors, Layout, Water
from simulators.optics import Floats
from simulators.water import hydraulics as water

UTC_OFFSET_SECONDS = 8 * 3600
_DAY_SECONDS = 86_400

_RTI = 20.0  # of an electronic heat detector, 5 to 30 (m·s)^½
_CHAMBER_LENGTH_M = 1.8  # Heskestad's usual length
_SMOKE_CLEARS_SECONDS = 60.0
_JOCKEY_SPAN_MPA = 0.055
_RISER_EMPTIES_SECONDS = 2.0
_RISER_FILLS_SECONDS = 5.0
_HEAD_PRESSURE_MPA = 0.08
_DIP_OF_ONE_HEAD_MPA = 0.02
_TANK_AREA_M2 = 9.0
_TANK_FULL_M = 1.8
_TANK_REFILL_L_PER_S = 2.0
_JOINT_SECONDS = 60.0


class CityPhysics:
    """State of the whole city.

    Parameters
    ----------
    layout
        Where everything stands.
    rng
        Source of baselines and noise.
    """

    def __init__(self, layout: Layout, rng: np.random.Generator) -> None:
        self._sensors = layout.sensors
        self._parts = (
            _RoomAir(layout.detectors, rng),
            _Risers(layout.water, rng),
            _Wiring(layout.circuits, rng),
        )

    def step(self, now: float, step_seconds: float, influences: Influences) -> Floats:
        """Advance to `now` [s since the epoch] and read every sensor.

        Returns
        -------
        values
            (n_sensors,) in stored units, within the range of the sensor and rounded to its resolution.
        """
        values = np.empty(len(self._sensors.device))
        for part in self._parts:
            part.step(now, step_seconds, influences, values)
        clipped = np.clip(values, self._sensors.low, self._sensors.high)
        return np.round(clipped / self._sensors.step) * self._sensors.step


def second_of_day(now: float) -> float:
    """Local second of the day in the city (UTC+8)."""
    return (now + UTC_OFFSET_SECONDS) % _DAY_SECONDS


class _RoomAir:
    """Smoke, temperature and CO at the ceilings, seen through the lag of the detectors."""

    def __init__(self, detectors: Detectors, rng: np.random.Generator) -> None:
        self._detectors = detectors
        self._rng = rng
        count = len(detectors.device)
        self._disturbances = Disturbances(detectors, rng)
        self._mean = rng.uniform(22.0, 27.0, count)
        self._swing = rng.uniform(1.0, 2.5, count)
        self._haze = rng.uniform(0.02, 0.05, count)
        self._co_mean = rng.uniform(0.5, 3.0, count) + 8.0 * (detectors.use == ZoneUse.GARAGE.value)
        self._element_rise = np.zeros(count)
        self._lingering = np.zeros(count)
        self._chamber = np.zeros(count)

    def step(self, now: float, step_seconds: float, influences: Influences, values: Floats) -> None:
        smoke, heat = self._disturbances.step(step_seconds)
        # A room keeps its smoke for a while after the jet has ceased.
        self._lingering = np.maximum(
            influences.smoke, self._lingering * np.exp(-step_seconds / _SMOKE_CLEARS_SECONDS)
        )
        velocity = influences.jet_velocity
        self._chamber = fires.follow(
            self._chamber,
            self._lingering + smoke,
            step_seconds,
            fires.smoke_chamber_seconds(_CHAMBER_LENGTH_M, velocity),
        )
        self._element_rise = fires.follow(
            self._element_rise,
            influences.gas_rise + heat,
            step_seconds,
            fires.heat_element_seconds(_RTI, velocity),
        )
        self._read(now, influences, values)

    def _read(self, now: float, influences: Influences, values: Floats) -> None:
        d, noise = self._detectors, self._rng.standard_normal((3, len(self._mean)))
        # Warmest at three in the afternoon.
        day = np.cos(2 * np.pi * (second_of_day(now) - 15 * 3600) / _DAY_SECONDS)
        values[d.smoke] = self._haze + self._chamber + 0.006 * noise[0]
        values[d.temperature] = self._mean + self._swing * day + self._element_rise + 0.1 * noise[1]
        co = self._co_mean + influences.co + 0.5 * noise[2]
        values[d.co] = co[d.with_co]


class _Risers:
    """Water standing under pressure, and running where a head is open."""

    def __init__(self, columns: Water, rng: np.random.Generator) -> None:
        self._water = columns
        self._rng = rng
        risers, buildings = len(columns.riser_building), len(columns.tank_level)
        self._top = rng.uniform(0.185, 0.195, risers)
        self._period = rng.uniform(900.0, 3600.0, risers)
        self._phase = rng.random(risers)
        self._supply = np.ones(risers)
        self._missing_m3 = rng.uniform(0.0, 0.3, buildings)

    def step(self, now: float, step_seconds: float, influences: Influences, values: Floats) -> None:
        w = self._water
        supplied = ~influences.riser_dry
        seconds = np.where(supplied, _RISER_FILLS_SECONDS, _RISER_EMPTIES_SECONDS)
        self._supply = fires.follow(self._supply, supplied.astype(np.float64), step_seconds, seconds)
        flow = influences.open_heads * water.sprinkler_flow(_HEAD_PRESSURE_MPA * self._supply[w.meter_riser])
        values[w.gauge] = self._pressures(now, influences)
        values[w.meter] = self._flows(flow)
        values[w.tank_level] = self._levels(flow, step_seconds)

    def _pressures(self, now: float, influences: Influences) -> Floats:
        w = self._water
        heads = np.bincount(w.meter_riser, weights=influences.open_heads, minlength=len(self._top))
        top = self._top + water.jockey_pressure(now, self._period, self._phase, _JOCKEY_SPAN_MPA)
        top = top - np.minimum(_DIP_OF_ONE_HEAD_MPA * heads, 0.06)
        r = w.gauge_riser
        standing = water.pressure_at_height(top[r], w.riser_top_m[r], w.gauge_height_m)
        noise = 0.0015 * self._rng.standard_normal(len(standing))
        return np.maximum(standing * self._supply[r] + noise, 0.0)

    def _flows(self, flow: Floats) -> Floats:
        """What the meters show: the one at the tank sees all branches of its building."""
        w = self._water
        through_tank = np.bincount(w.meter_building, weights=flow, minlength=len(w.tank_level))
        shown = np.where(w.meter_is_tank, through_tank[w.meter_building], flow)
        return shown + np.abs(0.02 * self._rng.standard_normal(len(shown)))

    def _levels(self, flow: Floats, step_seconds: float) -> Floats:
        w = self._water
        outflow = np.bincount(w.meter_building, weights=flow, minlength=len(w.tank_level))
        net_l_per_s = outflow - _TANK_REFILL_L_PER_S * (self._missing_m3 > 1.0)
        self._missing_m3 = np.maximum(self._missing_m3 + net_l_per_s * step_seconds / 1000.0, 0.0)
        noise = 0.001 * self._rng.standard_normal(len(self._missing_m3))
        return _TANK_FULL_M - self._missing_m3 / _TANK_AREA_M2 + noise


class _Wiring:
    """Circuits that warm up with their load; phases are not loaded alike."""

    def __init__(self, circuits: Circuits, rng: np.random.Generator) -> None:
        self._circuits = circuits
        self._rng = rng
        count = len(circuits.device)
        self._peak_hour = rng.uniform(10.0, 20.0, count)
        self._rated_ampere = rng.uniform(100.0, 400.0, count)
        self._rated_rise = rng.uniform(10.0, 30.0, count)
        self._imbalance = rng.uniform(0.85, 1.10, (count, 3))
        self._seconds = rng.uniform(300.0, 1200.0, (count, 1))
        self._ambient = rng.uniform(22.0, 28.0, (count, 1))
        self._natural_ma = rng.uniform(60.0, 150.0, count)
        self._rise: Floats | None = None
        self._joint = np.zeros((count, 3))

    def step(self, now: float, step_seconds: float, influences: Influences, values: Floats) -> None:
        load = plain_day(second_of_day(now), self._peak_hour)
        target = cable_rise(load[:, None] * self._imbalance, self._rated_rise[:, None])
        # A city that is switched on has been running for long: it starts in its steady state.
        before = target if self._rise is None else self._rise
        self._rise = fires.follow(before, target, step_seconds, self._seconds)
        self._joint = fires.follow(self._joint, influences.joint_rise, step_seconds, _JOINT_SECONDS)
        self._read(load, self._rise, influences, values)

    def _read(self, load: Floats, rise: Floats, influences: Influences, values: Floats) -> None:
        c, noise = self._circuits, self._rng.standard_normal((6, len(load)))
        natural = with_load(self._natural_ma, load)
        values[c.residual] = natural + influences.residual_fault + 5.0 * noise[0]
        values[c.cable] = self._ambient + rise + self._joint + 0.2 * noise[1:4].T
        values[c.current] = self._rated_ampere * load * (1.0 + 0.01 * noise[4])
        values[c.voltage] = terminal_voltage(load) + 0.5 * noise[5]
