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


class Trouble(StrEnum):
    """Kinds of trouble; NONE is ordinary life."""

    NONE = "none"
    LEAK = "leak"
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


@dataclass(frozen=True)
class Troubles:
    """Of (n,) buildings: kind, onset [minute], and how bad it is.

    Attributes
    ----------
    doubling_days
        How fast a leak grows, by the law q = q₀ 2^(t / doubling).
    leak_k
        A leak's K-factor at its onset, or a burst's; of an empty tank what is drawn by mistake [L/min at 0.1 MPa].
    most_leak_k
        A leak grows no further than this.
    """

    kind: NDArray[np.str_]
    onset: NDArray[np.int64]
    doubling_days: Floats
    leak_k: Floats
    most_leak_k: Floats
    dead: DeadGauges

    def leak_at(self, minute: float) -> Floats:
        """K-factor of leaks (n,) at a minute."""
        days = (minute - self.onset) / 1440.0
        grown = self.leak_k * np.exp2(np.clip(days / self.doubling_days, 0.0, 60.0))
        leaks = np.isin(self.kind, (Trouble.LEAK, Trouble.BURST, Trouble.EMPTY_TANK)) & (days >= 0.0)
        return np.where(leaks, np.minimum(grown, self.most_leak_k), 0.0)

    def has(self, minute: float, *kinds: Trouble) -> Flags:
        """Which buildings have one of these troubles at a minute."""
        return np.asarray(np.isin(self.kind, kinds) & (minute >= self.onset))


def make_troubles(
    kind: Trouble, plants: Plants, onset: NDArray[np.int64], rng: np.random.Generator
) -> Troubles:
    """The same kind in every building, each with its own onset and measure."""
    count = len(plants)
    seepage = plants.seepage_k
    doubling = np.full(count, np.inf)
    leak, most = np.zeros(count), np.zeros(count)
    dead = DeadGauges.none()
    if kind is Trouble.LEAK:
        doubling = rng.uniform(1.0, 4.0, count)
        leak, most = seepage * rng.uniform(0.1, 0.3, count), np.full(count, 300.0)
    elif kind is Trouble.BURST:
        leak = rng.uniform(80.0, 250.0, count)
        most = leak
    elif kind is Trouble.EMPTY_TANK:
        # The filling valve is shut, and the tank pays for seepage, or somebody draws from it.
        leak = seepage * rng.uniform(0.0, 2.0, count)
        most = leak
    elif kind is Trouble.DEAD_SENSOR:
        dead = _kill_gauges(onset, rng)
    return Troubles(np.full(count, kind.value), onset, doubling, leak, most, dead)


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
