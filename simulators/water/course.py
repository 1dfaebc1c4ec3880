"""Days of fire-fighting water in many buildings at once: what happens, and what gauges show of it, minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.optics import Floats
from simulators.water.gauges import Gauges
from simulators.water.network import STEP_SECONDS, Hands, Network, Shown
from simulators.water.plant import N_TAPS, TOP_TAP, Plants
from simulators.water.troubles import Trouble, Troubles

Flags = NDArray[np.bool_]

MINUTES_A_DAY = 1440
STEPS_A_MINUTE = round(60.0 / STEP_SECONDS)
_TEST_EVERY_DAYS = 30


@dataclass(frozen=True)
class Day:
    """A day of (n,) buildings in (m,) minutes, the first of which is `first_minute`.

    Attributes
    ----------
    pressure
        As the gauges show it, (m, n, N_TAPS) [MPa].
    flow, drawn, level, celsius
        As the meters at the tank and the hydrants, the float and the thermometer of the pump room show it, (m, n).
    worst
        The true pressure at the worst hydrant, (m, n) [MPa].
    true_level
        (m, n) [m].
    jockey_starts
        In each minute, (m, n).
    tests
        Whether somebody tests hydrants or pumps, (m, n).
    """

    first_minute: int
    pressure: Floats
    flow: Floats
    drawn: Floats
    level: Floats
    celsius: Floats
    worst: Floats
    true_level: Floats
    jockey_starts: NDArray[np.int8]
    jockey_runs: Flags
    pump_runs: Flags
    pump_demanded: Flags
    tests: Flags


@dataclass(frozen=True)
class Customs:
    """What is usual: minutes of the month at which each building tests its hydrants and its pumps (n,)."""

    hydrant_test: NDArray[np.int64]
    pump_test: NDArray[np.int64]

    @staticmethod
    def draw(count: int, rng: np.random.Generator) -> Customs:
        """On some day of the month, in office hours."""
        days = rng.integers(0, _TEST_EVERY_DAYS, (2, count))
        minutes = rng.integers(9 * 60, 17 * 60, (2, count))
        hydrant, pump = days * MINUTES_A_DAY + minutes
        return Customs(hydrant, pump)

    def tests_hydrant(self, minute: int) -> Flags:
        """For two minutes a month."""
        return _within(minute, self.hydrant_test, 2)

    def tests_pump(self, minute: int) -> Flags:
        """For five minutes a month."""
        return _within(minute, self.pump_test, 5)


def _within(minute: int, since: NDArray[np.int64], lasts: int) -> Flags:
    passed = np.mod(minute - since, _TEST_EVERY_DAYS * MINUTES_A_DAY)
    return np.asarray(passed < lasts)


class Course:
    """Lets days go by."""

    def __init__(self, plants: Plants, troubles: Troubles, rng: np.random.Generator) -> None:
        count = len(plants)
        self.plants, self._troubles, self._rng = plants, troubles, rng
        self._network = Network(plants, rng)
        self._customs = Customs.draw(count, rng)
        # Half a per cent of a gauge's span, and taps that are not quite where the register says.
        self._gauges = Gauges(troubles.dead, rng.normal(0.0, 0.006, (count, N_TAPS)), rng)
        self._weather = np.zeros(count)

    def live(self, days: int, first_day: int = 0) -> Iterator[Day]:
        """One day after the other."""
        for day in range(first_day, first_day + days):
            yield self._live_day(day * MINUTES_A_DAY)

    def _live_day(self, first_minute: int) -> Day:
        count = len(self.plants)
        shape = MINUTES_A_DAY, count
        taps, worst = np.empty((*shape, N_TAPS)), np.empty(shape)
        flow, drawn, level = np.empty(shape), np.empty(shape), np.empty(shape)
        starts, pump = np.zeros(shape, np.int8), np.zeros(shape, np.bool_)
        jockey = np.zeros(shape, np.bool_)
        demanded, tests = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
        ran = np.ones(count, np.bool_)
        for place in range(MINUTES_A_DAY):
            hands = self._lay_hands(first_minute + place)
            for _ in range(STEPS_A_MINUTE):
                shown = self._network.step(hands)
                starts[place] += shown.jockey_runs & ~ran
                ran = shown.jockey_runs
            taps[place], worst[place] = shown.taps, shown.worst
            flow[place], drawn[place], level[place] = shown.outflow, shown.drawn, shown.level
            jockey[place] = shown.jockey_runs
            pump[place], demanded[place] = shown.pump_runs, shown.pump_demanded
            tests[place] = (hands.hydrants > 0) | hands.pump_called
        return Day(
            first_minute,
            self._gauges.read_pressures(taps, first_minute),
            self._gauges.read_flows(flow),
            self._gauges.read_flows(drawn),
            self._gauges.read_levels(level),
            self._warm(first_minute),
            worst,
            level,
            starts,
            jockey,
            pump,
            demanded,
            tests,
        )

    def _lay_hands(self, minute: int) -> Hands:
        has, customs = self._troubles.has, self._customs
        hydrant = customs.tests_hydrant(minute)
        stops = has(minute, Trouble.PUMP_STOPS) & ~has(minute - 10, Trouble.PUMP_STOPS)
        fights = has(minute, Trouble.PUMP_STOPS, Trouble.PUMP_FAULT)
        pump_fails = has(minute, Trouble.PUMP_FAULT) | (has(minute, Trouble.PUMP_STOPS) & ~stops)
        return Hands(
            leak_k=self._troubles.leak_at(minute) + self._seep_more(minute),
            hydrants=np.where(fights, 1.0, hydrant.astype(np.float64)),
            pump_called=customs.tests_pump(minute) | fights,
            tank_valve=~has(minute, Trouble.TANK_VALVE_CLOSED),
            riser_valve=~has(minute, Trouble.RISER_VALVE_CLOSED),
            jockey_works=~has(minute, Trouble.JOCKEY_FAULT),
            refill_works=~has(minute, Trouble.EMPTY_TANK),
            pump_works=~pump_fails,
            vessel_share=np.where(has(minute, Trouble.WATERLOGGED), 0.08, 1.0),
            reducer_mpa=np.where(has(minute, Trouble.REDUCER_FAULT), 0.8, 0.0),
        )

    def _seep_more(self, minute: int) -> Floats:
        """Joints breathe with the warmth of the day (n,), a tenth of what seeps."""
        return np.asarray(0.1 * self.plants.seepage_k * np.sin(2 * np.pi * (minute / MINUTES_A_DAY - 9 / 24)))

    def _warm(self, first_minute: int) -> Floats:
        """Temperature in the pump room (m, n): day and night, weather of some days, and a heater that fails."""
        minutes = first_minute + np.arange(MINUTES_A_DAY)
        self._weather = 0.8 * self._weather + self._rng.normal(0.0, 0.6, len(self._weather))
        swing = 1.5 * np.cos(2 * np.pi * (minutes / MINUTES_A_DAY - 15 / 24))
        celsius = self.plants.mean_celsius + self._weather + swing[:, None]
        hours = (minutes[:, None] - self._troubles.onset) / 60.0
        cold = np.isin(self._troubles.kind, (Trouble.FREEZING,)) & (hours > 0)
        falls = (self.plants.mean_celsius + 5.0) * -np.expm1(-np.maximum(hours, 0.0) / 12.0)
        noise = 0.1 * self._rng.standard_normal(celsius.shape)
        return np.asarray(np.round(celsius - np.where(cold, falls, 0.0) + noise, 1))


def find_breach(worst: Floats, limit_mpa: Floats, lasts: int = 5) -> NDArray[np.int64]:
    """The first minute (n,) from which on the worst hydrant has had too little for `lasts` minutes; -1 for never."""
    low = worst < limit_mpa
    held = low.copy()
    for back in range(1, lasts):
        held[back:] &= low[:-back]
        held[:back] = False
    return np.where(held.any(axis=0), held.argmax(axis=0) - (lasts - 1), -1)


__all__ = ["MINUTES_A_DAY", "TOP_TAP", "Course", "Customs", "Day", "Shown", "find_breach"]
