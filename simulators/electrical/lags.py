"""What follows something else with a time constant, over many steps at once."""

from __future__ import annotations

import numpy as np

from simulators.optics import Floats


def follow(targets: Floats, start: Floats, step_seconds: float, seconds: Floats) -> Floats:
    """First-order lags (m, ...) behind targets (m, ...), each constant over its step, from `start` (...) on.

    Exact for such targets: after one time constant 1 - 1/e of a step is reached.
    """
    gain = -np.expm1(-step_seconds / seconds)
    state, followed = np.array(start, np.float64), np.empty_like(targets)
    for place, target in enumerate(targets):
        state = state + (target - state) * gain
        followed[place] = state
    return followed


def wander(normals: Floats, start: Floats, step_seconds: float, seconds: float) -> Floats:
    """Ornstein-Uhlenbeck paths (m, ...) of unit variance out of standard normals (m, ...), from `start` (...) on."""
    kept = np.exp(-step_seconds / seconds)
    fresh = np.sqrt(-np.expm1(-2.0 * step_seconds / seconds))
    state, path = np.array(start, np.float64), np.empty_like(normals)
    for place, normal in enumerate(normals):
        state = kept * state + fresh * normal
        path[place] = state
    return path
