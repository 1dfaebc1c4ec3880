"""Smoke as light sees it: the measures of obscuration and how they convert (Beer-Lambert).

Extinction k [1/m] is the hub: ``I/I0 = exp(-k L)``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DB_PER_EXTINCTION = 10.0 / math.log(10.0)
"""dB/m for one 1/m of extinction: 4.3429."""

SOOT_EXTINCTION_M2_PER_G = 8.7
"""Specific extinction of flaming soot at 633 nm, 8.7 ± 1.1 m²/g (FDS Technical Reference Guide)."""

_METRES_PER_FOOT = 0.3048


def extinction_to_db(extinction_per_m: Floats) -> Floats:
    """Optical density in dB/m of an extinction coefficient in 1/m."""
    return DB_PER_EXTINCTION * extinction_per_m


def db_to_extinction(density_db_per_m: Floats) -> Floats:
    """Extinction coefficient in 1/m of an optical density in dB/m."""
    return density_db_per_m / DB_PER_EXTINCTION


def extinction_to_percent_per_metre(extinction_per_m: Floats) -> Floats:
    """Obscuration over one metre, in percent."""
    return -100.0 * np.expm1(-extinction_per_m)


def extinction_to_percent_per_foot(extinction_per_m: Floats) -> Floats:
    """Obscuration over one foot, in percent; it does not scale linearly to that of a metre."""
    return -100.0 * np.expm1(-_METRES_PER_FOOT * extinction_per_m)


def extinction_to_soot(extinction_per_m: Floats) -> Floats:
    """Soot in mg/m³ that gives this extinction."""
    return 1000.0 * extinction_per_m / SOOT_EXTINCTION_M2_PER_G
