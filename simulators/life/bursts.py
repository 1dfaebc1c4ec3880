"""Bursts: whatever comes over a detector, stays for a while and goes again, be it steam, an insect or the sun."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulators.optics import Floats

BURST = np.dtype(
    [
        ("detector", np.int32),
        ("begins", np.float64),
        ("rise", np.float64),
        ("hold", np.float64),
        ("fall", np.float64),
        ("smoke", np.float64),
        ("heat", np.float64),
        ("co", np.float64),
        ("nuisance", np.int8),
    ]
)
"""Times in seconds (`begins` since the start of the stream), heights of smoke [dB/m], heat [K] and CO [ppm]."""

HEIGHTS = ("smoke", "heat", "co")


def ends_of(bursts: NDArray[np.void]) -> Floats:
    """When each is over."""
    ends: Floats = bursts["begins"] + bursts["rise"] + bursts["hold"] + bursts["fall"]
    return ends


def shape_of(bursts: NDArray[np.void], seconds: Floats) -> Floats:
    """Share of the full height (n,) that a burst (n,) has at a time (n,): up, level, down, with soft corners."""
    since = seconds - bursts["begins"]
    left = ends_of(bursts) - seconds
    up = np.clip(since / np.maximum(bursts["rise"], 1e-9), 0.0, 1.0)
    down = np.clip(left / np.maximum(bursts["fall"], 1e-9), 0.0, 1.0)
    shape: Floats = np.square(np.sin(0.5 * np.pi * np.minimum(up, down)))
    return shape


def render(
    bursts: NDArray[np.void], first_step: int, n_steps: int, step_seconds: float, n_detectors: int
) -> dict[str, Floats]:
    """Heights (n_steps, n_detectors) of everything that is under way in these steps, added up.

    A burst is felt by the samples from its beginning up to, not including, its end: one that lasts as long as a step
    is felt by exactly one.
    """
    start = np.maximum(np.ceil(bursts["begins"] / step_seconds).astype(np.int64) - first_step, 0)
    stop = np.minimum(np.ceil(ends_of(bursts) / step_seconds).astype(np.int64) - first_step, n_steps)
    lengths = np.maximum(stop - start, 0)
    which = np.repeat(np.arange(len(bursts)), lengths)
    steps = np.arange(len(which)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + start[which]
    felt = bursts[which]
    shape = shape_of(felt, (steps + first_step) * step_seconds)
    place = steps * n_detectors + felt["detector"]
    size = n_steps * n_detectors
    return {
        name: np.bincount(place, shape * felt[name], size).astype(np.float64).reshape(n_steps, n_detectors)
        for name in HEIGHTS
    }
