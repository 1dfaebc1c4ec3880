"""What stands in a building: tank, jockey pump, pressure vessel, riser and gauges, as columns over buildings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.optics import Floats
from simulators.water.hydraulics import MPA_PER_METRE

Flags = NDArray[np.bool_]

N_TAPS = 4
TOP_TAP, FOOT_TAP = N_TAPS - 1, 0
SPAN_MPA = 0.055
"""From cut-in to cut-out of the jockey pump, 0.05 to 0.06 MPa (design basis)."""
LIMITS_MPA = (0.07, 0.10, 0.15)
"""Least static pressure at the worst hydrant, GB 50974-2014 5.2.2."""


@dataclass(frozen=True)
class Plants:
    """Of (n,) buildings; taps are (n, N_TAPS), from the pump room to the highest hydrant.

    Attributes
    ----------
    limit_mpa
        What the highest hydrant must have.
    start_mpa, stop_mpa
        Of the jockey pump, at the highest hydrant.
    jockey_l_s
        What it delivers; nought where the tank alone keeps the pressure.
    vessel_l
        What the pressure vessel gives between `stop_mpa` and `start_mpa`.
    seepage_k
        K-factor of all that seeps away in ordinary times [L/min at 0.1 MPa].
    tank_head_mpa
        What the empty tank's floor gives at the highest hydrant.
    beyond
        Which taps lie beyond the valve in the riser, seen from the tank.
    """

    limit_mpa: Floats
    top_m: Floats
    tap_m: Floats
    beyond: Flags
    start_mpa: Floats
    stop_mpa: Floats
    jockey_l_s: Floats
    vessel_l: Floats
    seepage_k: Floats
    tank_head_mpa: Floats
    tank_area_m2: Floats
    full_m: Floats
    refill_l_s: Floats
    pump_start_mpa: Floats
    pump_head_mpa: Floats
    pump_delay_s: Floats
    mean_celsius: Floats

    def __len__(self) -> int:
        return len(self.top_m)

    @property
    def has_jockey(self) -> Flags:
        return np.asarray(self.jockey_l_s > 0.0)

    def static_at_taps(self) -> Floats:
        """What the height adds at each tap to the pressure of the highest hydrant (n, N_TAPS) [MPa]: hydrostatics."""
        return MPA_PER_METRE * (self.top_m[:, None] - self.tap_m)


def build_plants(count: int, rng: np.random.Generator, jockey_share: float = 0.75) -> Plants:
    """Risers of 18 to 75 m: the lower hydrants of a higher one would stand under more than 1.0 MPa.

    A jockey pump is there where the tank alone gives too little (GB 50974-2014 5.2.2).
    """
    limit = rng.choice(LIMITS_MPA, count, p=(0.5, 0.35, 0.15))
    top = rng.uniform(18.0, 75.0, count)
    jockey = rng.random(count) < jockey_share
    start = np.maximum(limit + rng.uniform(0.06, 0.10, count), 0.15)
    vessel = rng.uniform(150.0, 300.0, count)
    between = rng.uniform(20.0, 60.0, count) * 60.0
    standing = np.where(jockey, start + SPAN_MPA / 2, limit + 0.05)
    seepage = vessel / between * 60.0 / np.sqrt(10.0 * (standing + MPA_PER_METRE * top / 2))
    tank_head = np.where(jockey, rng.uniform(0.02, 0.04, count), limit + rng.uniform(0.02, 0.06, count))
    return Plants(
        limit_mpa=limit,
        top_m=top,
        tap_m=np.column_stack([np.full(count, -4.0), 0.15 * top, 0.6 * top, top]),
        beyond=np.tile(np.array([True, True, False, False]), (count, 1)),
        start_mpa=start,
        stop_mpa=start + SPAN_MPA,
        jockey_l_s=np.where(jockey, rng.uniform(1.0, 1.5, count), 0.0),
        vessel_l=vessel,
        seepage_k=seepage,
        tank_head_mpa=tank_head,
        tank_area_m2=rng.uniform(6.0, 18.0, count),
        full_m=rng.uniform(1.75, 1.95, count),
        refill_l_s=rng.uniform(1.0, 3.0, count),
        pump_start_mpa=limit - 0.02,
        pump_head_mpa=np.maximum(start, 0.35) + rng.uniform(0.05, 0.2, count),
        pump_delay_s=rng.uniform(20.0, 60.0, count),
        mean_celsius=rng.uniform(10.0, 22.0, count),
    )
