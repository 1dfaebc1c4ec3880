"""What doubles in equal times, on top of what was always there: fitted to a history, and when it will pass a limit.

``x(t) = a + b · 2^(t / τ)``. Of each doubling time τ of a grid, a and b follow by weighted least squares; how well each
τ explains what was seen makes it likelier than others. What grows does so by fits and starts: the wider the further
ahead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.slow.normal import find_probability

Floats = NDArray[np.float64]

DOUBLING_DAYS = np.geomspace(0.6, 10.0, 18)
WANDERS = 0.15
"""Doublings by which growth strays from its law within a day; over several by the square root of their number."""
ALIKE = 4.0
"""Neighbouring values err alike: so many count as one."""
FURTHEST_DAYS = 60.0
_AHEAD_DAYS = np.geomspace(0.02, 3.0 * FURTHEST_DAYS, 400)
QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Growth:
    """Of (n,) histories and (k,) doubling times: base, grown part now, its relative error, and likelihood (n, k)."""

    base: Floats
    grown: Floats
    error: Floats
    likelihood: Floats


def fit_growth(days: Floats, values: Floats, sigma: Floats) -> Growth:
    """Values (n, m) at `days` (m,) before now, which is nought, each known to `sigma` (n, m); NaN where none is."""
    known = np.isfinite(values) & np.isfinite(sigma)
    weights = np.where(known, 1.0 / np.where(known, sigma, 1.0) ** 2, 0.0)
    filled = np.where(known, values, 0.0)
    columns = [_fit_one(np.exp2(days / doubling), filled, weights) for doubling in DOUBLING_DAYS]
    base, grown, error, misfit = (np.stack(column, axis=1) for column in zip(*columns, strict=True))
    likelihood = np.where(
        grown > 0.0, np.exp(-(misfit - misfit.min(axis=1, keepdims=True)) / (2.0 * ALIKE)), 0.0
    )
    total = likelihood.sum(axis=1, keepdims=True)
    return Growth(base, grown, error, np.divide(likelihood, total, out=likelihood, where=total > 0.0))


def _fit_one(shape: Floats, values: Floats, weights: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    total = np.maximum(weights.sum(axis=1), 1e-300)
    middle, mean = (weights @ shape) / total, (weights * values).sum(axis=1) / total
    apart = shape - middle[:, None]
    spread = np.maximum((weights * apart**2).sum(axis=1), 1e-300)
    grown = (weights * apart * values).sum(axis=1) / spread
    # What was always there is no less than nothing.
    base = mean - grown * middle
    through_origin = (weights * shape * values).sum(axis=1) / np.maximum(
        (weights * shape**2).sum(axis=1), 1e-300
    )
    grown = np.where(base < 0.0, through_origin, grown)
    base = np.maximum(base, 0.0)
    misfit = (weights * (values - base[:, None] - grown[:, None] * shape) ** 2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(grown > 0.0, 1.0 / np.sqrt(spread) / grown, np.inf)
    return base, grown, error, misfit


def foretell_days(growth: Growth, limit: Floats) -> Floats:
    """Days (n, 3) until `limit` (n,) is passed: of each tenth, half and nine tenths of the likelihood; NaN if far."""
    room = np.maximum(limit[:, None] - growth.base, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        doublings = np.log2(room / growth.grown)
    likely = growth.likelihood * np.isfinite(doublings)
    total = likely.sum(axis=1)
    days = np.maximum(np.where(likely > 0.0, doublings, 0.0), 0.0) * DOUBLING_DAYS
    error = np.where(likely > 0.0, np.minimum(growth.error, 3.0), 0.0) / np.log(2.0) * DOUBLING_DAYS
    # What strays ahead, and what the growth seen in some two doublings has strayed already.
    ahead, behind = np.sqrt(days), days / np.sqrt(2.0 * DOUBLING_DAYS)
    spread = np.hypot(error, WANDERS * DOUBLING_DAYS * np.hypot(ahead, behind)) + 0.02
    passed = find_probability((_AHEAD_DAYS - days[..., None]) / spread[..., None])
    chance = (likely[..., None] * passed).sum(axis=1) / np.maximum(total, 1e-300)[:, None]
    found = np.stack([_AHEAD_DAYS[(chance >= share).argmax(axis=1)] for share in QUANTILES], axis=1)
    sure = (total > 0.0) & (chance[:, -1] >= QUANTILES[-1]) & (found[:, 1] <= FURTHEST_DAYS)
    return np.where(sure[:, None], found, np.nan)
