"""Circuits of many boards, minute by minute: what their sensors show, in ordinary operation and while they fail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.domain import Phase, Quantity
from simulators.electrical import leakage, supply, warmth
from simulators.electrical.failures import Failure, Failures
from simulators.electrical.lags import follow, wander
from simulators.electrical.load import CONSUMERS, Consumers, usual_share, weather_factor
from simulators.electrical.weather import Air, Weather
from simulators.optics import Floats

STEP_SECONDS = 60.0

CHANNELS: tuple[tuple[Quantity, Phase | None], ...] = (
    (Quantity.RESIDUAL_CURRENT, None),
    (Quantity.CABLE_TEMPERATURE, Phase.A),
    (Quantity.CABLE_TEMPERATURE, Phase.B),
    (Quantity.CABLE_TEMPERATURE, Phase.C),
    (Quantity.CURRENT, None),
    (Quantity.VOLTAGE, Phase.A),
    (Quantity.VOLTAGE, Phase.B),
    (Quantity.VOLTAGE, Phase.C),
    (Quantity.ARC, None),
    (Quantity.TEMPERATURE, None),
    (Quantity.HUMIDITY, None),
)
RESIDUAL, CABLES, CURRENT, VOLTAGES, ARC, BOARD, DAMP = 0, slice(1, 4), 4, slice(5, 8), 8, 9, 10
"""Places of the channels; a circuit has all of them."""

_HABIT_SECONDS, _HABIT_SHARE = 1800.0, 0.07
_START_SECONDS, _START_SHARE = 5.0, 0.6
_SPIKE_SECONDS = 1.0
_GRID_SECONDS = 3600.0


@dataclass(frozen=True)
class Circuits:
    """What does not change about (n,) circuits.

    Attributes
    ----------
    consumers
        Places in `CONSUMERS`.
    rated_ampere, peak_share
        Rated current, and how much of it the usual peak takes.
    imbalance
        How much each phase carries beside the mean (n, 3).
    rated_rise, seconds
        Of the cable [K] at its rated current, and its time constant.
    is_xlpe
        Whether it bears 90 °C instead of 70.
    phases, n_appliances
        What leaks on each phase at half load [mA] (n, 3), and from how many appliances.
    damp_ma
        What damp air lets through for each step of `leakage.damp_factor`.
    starts_per_hour
        Of motors.
    """

    consumers: NDArray[np.intp]
    rated_ampere: Floats
    peak_share: Floats
    imbalance: Floats
    rated_rise: Floats
    seconds: Floats
    is_xlpe: NDArray[np.bool_]
    phases: leakage.Phasors
    n_appliances: Floats
    damp_ma: Floats
    starts_per_hour: Floats

    def __len__(self) -> int:
        return len(self.consumers)


def draw_circuits(rng: np.random.Generator, count: int, consumers: Consumers | None = None) -> Circuits:
    """Circuits (count,) by chance, of one kind of consumers or of all in turn."""
    kinds = np.arange(count) % len(CONSUMERS) if consumers is None else CONSUMERS.index(consumers)
    imbalance = rng.uniform(0.85, 1.15, (count, 3))
    return Circuits(
        np.broadcast_to(kinds, count).astype(np.intp),
        rng.choice([63.0, 100.0, 160.0, 250.0, 400.0], count),
        rng.uniform(0.45, 0.7, count),
        imbalance / imbalance.mean(axis=1, keepdims=True),
        rng.uniform(12.0, 28.0, count),
        rng.uniform(300.0, 1200.0, count),
        rng.random(count) < 0.3,
        leakage.draw_phases(rng, rng.uniform(60.0, 140.0, count)),
        rng.uniform(50.0, 300.0, count),
        rng.uniform(3.0, 8.0, count),
        rng.uniform(0.0, 6.0, count),
    )


class Boards:
    """Circuits that go on minute after minute, under one weather."""

    def __init__(self, circuits: Circuits, failures: Failures, rng: np.random.Generator) -> None:
        self._circuits, self._failures, self._rng = circuits, failures, rng
        self._weather = Weather(np.random.default_rng(rng.integers(2**63)))
        count = len(circuits)
        self._habit, self._grid = rng.standard_normal(count), rng.standard_normal(count)
        self._rise: Floats | None = None
        self._joint = np.zeros((count, 3))
        self._fortune = rng.normal(0.0, 0.05, count)

    def run(self, begin: float, steps: int) -> Floats:
        """What the sensors show at minutes from `begin` on [s since a Monday's midnight]: (steps, n, n_channels)."""
        seconds = begin + STEP_SECONDS * np.arange(steps, dtype=np.float64)
        air = self._weather.pass_time(seconds, STEP_SECONDS)
        share = self._carry(seconds, air)
        shown = np.empty((steps, len(self._circuits), len(CHANNELS)))
        shown[:, :, RESIDUAL] = self._leak(seconds, share, air)
        shown[:, :, CABLES] = self._warm_up(seconds, share, air)
        shown[:, :, CURRENT] = self._show_current(share)
        shown[:, :, VOLTAGES] = self._show_voltages(seconds, share)
        shown[:, :, ARC] = self._count_arcs(seconds, share)
        noise = self._rng.standard_normal((2, steps, len(self._circuits)))
        shown[:, :, BOARD] = np.round(air.board_celsius[:, None] + 0.2 * noise[0], 1)
        shown[:, :, DAMP] = np.round(np.clip(air.board_percent[:, None] + 1.5 * noise[1], 0, 100), 1)
        return shown

    def _carry(self, seconds: Floats, air: Air) -> Floats:
        """Load (m, n) as a share of the rated current."""
        c, normals = self._circuits, self._rng.standard_normal((len(seconds), len(self._circuits)))
        habit = wander(normals, self._habit, STEP_SECONDS, _HABIT_SECONDS)
        self._habit = habit[-1]
        usual = usual_share(c.consumers, seconds) * weather_factor(air.outdoors_celsius)[:, None]
        share = c.peak_share * usual * np.exp(self._fortune + _HABIT_SHARE * habit)
        added = np.where(self._failures.lasts(seconds, Failure.OVERLOAD), self._failures.size, 0.0)
        return np.minimum(share + added, 3.0)

    def _leak(self, seconds: Floats, share: Floats, air: Air) -> Floats:
        c, rng = self._circuits, self._rng
        normals = rng.standard_normal((*share.shape, 3))
        on = leakage.appliance_noise(np.clip(share, 0, 1)[:, :, None], c.n_appliances[:, None], normals)
        damp = 0.5 * leakage.damp_factor(air.board_percent) + 0.5 * leakage.damp_factor(
            40.0 + 55.0 * air.wetness
        )
        fault = self._failures.grown(seconds, Failure.CREEP)
        fault += np.where(self._failures.lasts(seconds, Failure.EARTH_FAULT), self._failures.size, 0.0)
        # What is damaged leaks more when it is damp.
        fault *= 1.0 + 0.05 * damp[:, None]
        leaked = leakage.add_up(c.phases, on, damp[:, None] * c.damp_ma, fault, self._failures.phase)
        spikes = rng.random(share.shape) < c.starts_per_hour * _SPIKE_SECONDS / 3600.0
        leaked += np.where(spikes, rng.uniform(50.0, 150.0, share.shape), 0.0)
        shown = leaked + 5.0 * rng.standard_normal(share.shape)
        return np.asarray(np.round(np.maximum(shown, 0.0)), np.float64)

    def _warm_up(self, seconds: Floats, share: Floats, air: Air) -> Floats:
        c = self._circuits
        of_phases = share[:, :, None] * c.imbalance
        targets = warmth.cable_rise(of_phases, c.rated_rise[:, None])
        start = targets[0] if self._rise is None else self._rise
        rise = follow(targets, start, STEP_SECONDS, c.seconds[:, None])
        self._rise = rise[-1]
        here = np.arange(3) == self._failures.phase[:, None]
        loose = np.where(here, self._failures.grown(seconds, Failure.JOINT)[:, :, None], 0.0)
        hot = np.where(here, self._failures.grown(seconds, Failure.RUNAWAY)[:, :, None], 0.0)
        joint = follow(
            warmth.joint_rise(of_phases, loose) + np.minimum(hot, 400.0),
            self._joint,
            STEP_SECONDS,
            np.array(120.0),
        )
        self._joint = joint[-1]
        noise = 0.3 * self._rng.standard_normal(rise.shape)
        return np.round(air.board_celsius[:, None, None] + rise + joint + noise, 1)

    def _show_current(self, share: Floats) -> Floats:
        c, rng = self._circuits, self._rng
        starts = rng.random(share.shape) < c.starts_per_hour * _START_SECONDS / 3600.0
        shown = share * (1.0 + 0.01 * rng.standard_normal(share.shape)) + _START_SHARE * starts
        return np.round(c.rated_ampere * shown, 1)

    def _show_voltages(self, seconds: Floats, share: Floats) -> Floats:
        f, rng = self._failures, self._rng
        grid = wander(rng.standard_normal(share.shape), self._grid, STEP_SECONDS, _GRID_SECONDS)
        self._grid = grid[-1]
        volts = np.repeat((supply.terminal_voltage(share, 0.05) + 1.5 * grid)[:, :, None], 3, axis=2)
        here = np.arange(3) == f.phase[:, None]
        lost = f.lasts(seconds, Failure.LOST_PHASE)[:, :, None] & here
        # Motors that run on feed some of it back.
        volts = np.where(lost, volts * rng.uniform(0.05, 0.5, (1, len(f.phase), 1)), volts)
        floating = supply.neutral_shift(np.where(here, f.size[:, None], 1.0))
        volts = np.where(f.lasts(seconds, Failure.LOST_NEUTRAL)[:, :, None], floating, volts)
        return np.round(volts + 0.4 * rng.standard_normal(volts.shape), 1)

    def _count_arcs(self, seconds: Floats, share: Floats) -> Floats:
        """The most half-cycles with an arc in any second of the minute: switches make up to six."""
        f, rng = self._failures, self._rng
        switched = rng.random(share.shape) < 0.02 * share
        usual = np.where(switched, rng.integers(1, 7, share.shape), 0)
        burst = rng.random(share.shape) < 0.5
        arcs = np.where(burst, rng.poisson(np.maximum(f.size, 0.0), share.shape), 0)
        shown = np.maximum(usual, np.where(f.lasts(seconds, Failure.ARCS), arcs, 0))
        return np.minimum(shown, 100).astype(np.float64)
