"""What goes wrong with fire-fighting water: one trouble a building at most, from its onset on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from simulators.optics import Floats
from simulators.water.gauges import DeadGauges, Death
from simulators.water.plant import N_TAPS, Plants

Flags = NDArray[np.bool_]


LONGEST_DAYS = 150
WANDERS = 0.15
"""Doublings by which a leak strays within a day."""


class Trouble(StrEnum):
    """Kinds of trouble; NONE is ordinary life."""

    NONE = "none"
    LEAK = "leak"
    QUICK_LEAK = "quick_leak"
    BURST = "burst"
    TANK_VALVE_CLOSED = "tank_valve_closed"
    RISER_VALVE_CLOSED = "riser_valve_closed"
    DEAD_SENSOR = "dead_sensor"
    EMPTY_TANK = "empty_tank"
    JOCKEY_FAULT = "jockey_fault"
    WATERLOGGED = "waterlogged_vessel"
    PUMP_FAULT = "pump_fault"
    PUMP_STOPS = "pump_stops"
    REDUCER_FAULT = "reducer_fault"
    FREEZING = "freezing"


LEAKS = (Trouble.LEAK, Trouble.QUICK_LEAK, Trouble.BURST, Trouble.EMPTY_TANK, Trouble.WATERLOGGED)
"""Those in which more water goes than usual."""


@dataclass(frozen=True)
class Troubles:
    """Of (n,) buildings: kind, onset [minute], and how bad it is.

    Attributes
    ----------
    doubling_days
        How fast a leak grows, by the law q = q₀ 2^(t / doubling).
    wander
        By how many doublings it has strayed from that law after each day, (LONGEST_DAYS, n).
    leak_k
        A leak's K-factor at its onset, or a burst's; of an empty tank what is drawn by mistake [L/min at 0.1 MPa].
    most_leak_k
        A leak grows no further than this.
    """

    kind: NDArray[np.str_]
    onset: NDArray[np.int64]
    doubling_days: Floats
    wander: Floats
    leak_k: Floats
    most_leak_k: Floats
    dead: DeadGauges

    def leak_at(self, minute: float) -> Floats:
        """K-factor of leaks (n,) at a minute."""
        if minute < self.onset.min():
            return np.zeros(len(self.onset))
        days = (minute - self.onset) / 1440.0
        strayed = self._stray(np.clip(days, 0.0, LONGEST_DAYS - 1.001))
        grown = self.leak_k * np.exp2(np.clip(days / self.doubling_days, 0.0, 60.0) + strayed)
        grown = grown * self.use_of_day(minute)
        leaks = np.isin(self.kind, LEAKS) & (days >= 0.0)
        return np.where(leaks, np.minimum(grown, self.most_leak_k), 0.0)

    def _stray(self, days: Floats) -> Floats:
        day, columns = days.astype(np.intp), np.arange(len(days))
        before, after = self.wander[day, columns], self.wander[day + 1, columns]
        return np.asarray(before + (after - before) * (days - day))

    def use_of_day(self, minute: float) -> Floats:
        """By day more is drawn from a tank by mistake than by night: what to multiply it with (n,)."""
        swing = 0.6 * np.sin(2 * np.pi * (minute / 1440.0 - 9 / 24))
        return np.where(self.kind == Trouble.EMPTY_TANK, 1.0 + swing, 1.0)

    def has(self, minute: float, *kinds: Trouble) -> Flags:
        """Which buildings have one of these troubles at a minute."""
        begun: Flags = minute >= self.onset
        # Mostly there is none anywhere, and this is asked ten times a minute.
        return np.isin(self.kind, kinds) & begun if begun.any() else begun


def make_troubles(
    kind: Trouble, plants: Plants, onset: NDArray[np.int64], rng: np.random.Generator
) -> Troubles:
    """The same kind in every building, each with its own onset and measure."""
    count = len(plants)
    seepage = plants.seepage_k
    doubling, wander = np.full(count, np.inf), np.zeros((LONGEST_DAYS, count))
    leak, most = np.zeros(count), np.zeros(count)
    dead = DeadGauges.none()
    if kind is Trouble.LEAK:
        doubling = rng.uniform(1.0, 4.0, count)
        leak, most = seepage * rng.uniform(0.1, 0.3, count), np.full(count, 300.0)
        wander[1:] = np.cumsum(rng.normal(0.0, WANDERS, (LONGEST_DAYS - 1, count)), axis=0)
    elif kind is Trouble.QUICK_LEAK:
        doubling = rng.uniform(1.0, 4.0, count) / 24.0
        leak, most = seepage * 0.3, np.full(count, 150.0)
    elif kind is Trouble.BURST:
        leak = rng.uniform(80.0, 250.0, count)
        most = leak
    elif kind is Trouble.WATERLOGGED:
        leak = 2.0 * seepage
        most = leak
    elif kind is Trouble.EMPTY_TANK:
        # The filling valve is shut, and the tank pays for seepage, or somebody draws from it.
        leak = seepage * rng.uniform(0.0, 2.0, count)
        most = 2.0 * leak
    elif kind is Trouble.DEAD_SENSOR:
        dead = _kill_gauges(onset, rng)
    return Troubles(np.full(count, kind.value), onset, doubling, wander, leak, most, dead)


def _kill_gauges(onset: NDArray[np.int64], rng: np.random.Generator) -> DeadGauges:
    count = len(onset)
    sign = rng.choice((-1.0, 1.0), count)
    return DeadGauges(
        np.arange(count),
        rng.integers(0, N_TAPS, count).astype(np.intp),
        onset,
        rng.choice([death.value for death in Death], count),
        sign * rng.uniform(0.02, 0.08, count),
    )
