"""What a history owes to load and weather, taken off by least squares; what grows by itself stays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KNOTS = 5
RIDGE = 1e-5
AT_ONCE = 500
"""Of so many sensors the columns are in memory at a time."""


def take_off(values: Floats, covariates: Sequence[Floats]) -> Floats:
    """Values (n, m) less what goes with the covariates (n, m), each about its own mean.

    A broken line with `KNOTS` knots is fitted beside them, so that no covariate is credited with a growth that merely
    fell into the same weeks. Where a covariate is NaN it is taken for its mean; one of which nothing is known takes
    nothing off.
    """
    parts = range(0, len(values), AT_ONCE)
    return np.concatenate(
        [
            _take_off(values[a : a + AT_ONCE], [covariate[a : a + AT_ONCE] for covariate in covariates])
            for a in parts
        ]
        or [values]
    )


def _take_off(values: Floats, covariates: Sequence[Floats]) -> Floats:
    n, m = values.shape
    about = [_about_mean(covariate) for covariate in covariates]
    line = np.broadcast_to(_broken_line(m), (n, m, KNOTS))
    columns = np.concatenate([np.stack(about, axis=2), line], axis=2) if about else line
    known = ~np.isnan(values)
    weighed = columns * known[:, :, None]
    turned = weighed.transpose(0, 2, 1)
    gram, right = turned @ columns, turned @ np.nan_to_num(values)[:, :, None]
    gram += RIDGE * m * np.eye(columns.shape[2])
    shares = np.linalg.solve(gram, right)[:, : len(about), 0]
    owed = (np.stack(about, axis=2) @ shares[:, :, None])[:, :, 0] if about else np.zeros_like(values)
    return values - owed


def _about_mean(covariate: Floats) -> Floats:
    """A covariate about its mean in units of its own spread; nought where it is unknown."""
    known = ~np.isnan(covariate)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    filled = np.where(known, covariate, 0.0)
    off = np.where(known, covariate - filled.sum(axis=1, keepdims=True) / count, 0.0)
    spread = np.sqrt((off * off).sum(axis=1, keepdims=True) / count)
    return off / np.where(spread > 0, spread, 1.0)


def _broken_line(m: int) -> Floats:
    """Hats (m, KNOTS) whose sums are the broken lines over equally spaced knots."""
    at = np.linspace(0.0, KNOTS - 1.0, m)[:, None]
    hats: Floats = np.maximum(0.0, 1.0 - np.abs(at - np.arange(KNOTS)))
    return hats
