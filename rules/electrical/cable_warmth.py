"""How warm each cable ought to be at its load: Joule heat I²R behind a thermal time constant, learnt from its readings.

A cable's rise above its surroundings nears R·I² like a first-order lag (IEC 60287 and 60853 in their simplest form). Of
three time constants, each with its own filtered I², the one that has explained the temperature best is believed. R and
the temperature without load follow from exponentially weighted means and covariances: recursive least squares that
forgets over two weeks. What the model does not explain hardly teaches it anything, so that a joint that grows hot does
not become usual.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rules import rows as whole_rows

Floats = NDArray[np.float64]

TIME_CONSTANTS_MINUTES = np.array([5.0, 10.0, 20.0])
FORGETS_MINUTES = 14 * 1440.0
LEARNT_MINUTES = 1440.0
STRANGE_KELVIN = 5.0
STRANGE_SHARE = 0.02
"""What is more than `STRANGE_KELVIN` off what is explained teaches this share of what it otherwise would."""
LONGEST_STEP_MINUTES = 60.0
LEAST_SPREAD = 1e-3
"""A load that hardly changes says little of R: so much of its mean square is added to the variance of I²."""

_K = len(TIME_CONSTANTS_MINUTES)
WARMTH = np.dtype(
    [
        ("minute", np.int64),
        ("minutes", np.float64),
        ("rise", np.float64),
        ("rise_variance", np.float64),
        ("heat", np.float64, _K),
        ("heat_mean", np.float64, _K),
        ("heat_variance", np.float64, _K),
        ("covariance", np.float64, _K),
    ]
)
"""State of one cable, 128 bytes: `heat` is I² behind each time constant [A²], `rise` the mean temperature above the
board's, or the mean temperature itself where no board is measured [°C]; `minutes` is for how long it has learnt."""


def lay_out(count: int) -> NDArray[np.void]:
    """States (count,) of cables of which nothing is known."""
    return np.zeros(count, WARMTH)


def advance(states: NDArray[np.void], minute: int, rise: Floats, amperes: Floats) -> Floats:
    """Let cables (n,) take a minute's temperature and load, in place; where either is NaN nothing is taken.

    Returns
    -------
    numpy.ndarray
        By how much each is warmer than explained [K], (n,); NaN where nothing was taken or not enough is learnt.
    """
    unexplained = np.full(len(states), np.nan)
    rows = np.flatnonzero(~np.isnan(rise) & ~np.isnan(amperes))
    if len(rows):
        some = states.take(rows)
        _warm_up(some, minute, amperes[rows])
        known = _explain(some, rise[rows])
        learnt = some["minutes"] >= LEARNT_MINUTES
        unexplained[rows] = np.where(learnt, known, np.nan)
        strange = learnt & (np.abs(known) > STRANGE_KELVIN)
        _learn(some, rise[rows], np.where(strange, STRANGE_SHARE, 1.0))
        whole_rows.put(states, rows, some)
    return unexplained


def _warm_up(states: NDArray[np.void], minute: int, amperes: Floats) -> None:
    """Filter I² as the cables do."""
    heat, fresh = np.square(amperes)[:, None], (states["minutes"] == 0)[:, None]
    passed = np.minimum(minute - states["minute"], LONGEST_STEP_MINUTES)[:, None]
    kept = np.where(fresh, 0.0, np.exp(-passed / TIME_CONSTANTS_MINUTES))
    states["heat"] = heat + (states["heat"] - heat) * kept
    states["minute"] = minute


def _explain(states: NDArray[np.void], rise: Floats) -> Floats:
    """By how much each rise (n,) exceeds what the best of the models expects."""
    spread = states["heat_variance"] + LEAST_SPREAD * np.square(states["heat_mean"])
    spread = np.where(spread > 0, spread, 1.0)
    resistance = np.maximum(states["covariance"] / spread, 0.0)
    left = states["rise_variance"][:, None] - resistance * states["covariance"]
    best = np.argmin(left, axis=1)[:, None]
    expected = states["rise"][:, None] + resistance * (states["heat"] - states["heat_mean"])
    explained: Floats = rise - np.take_along_axis(expected, best, axis=1)[:, 0]
    return explained


def _learn(states: NDArray[np.void], rise: Floats, weight: Floats) -> None:
    """Move the means, variances and covariances by one minute of a weight (n,)."""
    states["minutes"] += 1
    share = weight / np.minimum(states["minutes"], FORGETS_MINUTES)
    off, heat_off = rise - states["rise"], states["heat"] - states["heat_mean"]
    of_each = share[:, None]
    states["rise"] += share * off
    states["heat_mean"] += of_each * heat_off
    states["rise_variance"] = (1 - share) * (states["rise_variance"] + share * off * off)
    states["heat_variance"] = (1 - of_each) * (states["heat_variance"] + of_each * heat_off * heat_off)
    states["covariance"] = (1 - of_each) * (states["covariance"] + of_each * heat_off * off[:, None])
