"""The normal distribution, without a library for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Z80 = 1.2816
"""Eight in ten of a normal distribution lie within so many standard deviations of its mean."""
MAD_TO_SIGMA = 1.4826
"""So many times the median distance from the median is its standard deviation."""


def find_probability(z: Floats) -> Floats:
    """Chance that a standard normal variable is below `z`, to 1e-7.

    References
    ----------
    M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), 26.2.17.
    """
    t = 1.0 / (1.0 + 0.2316419 * np.abs(z))
    series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = np.exp(-np.square(z) / 2.0) / np.sqrt(2.0 * np.pi) * series
    return np.asarray(np.where(z >= 0.0, 1.0 - tail, tail))
