"""When a daily peak will pass its limit: trajectories of a trend, each with the peaks that past days had above it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from rules.slow.bucket_times import DAY_US
from rules.slow.slow_rule import Forecast
from rules.slow.trend import Trend

Floats = NDArray[np.float64]

HORIZON_DAYS = 120
PATHS = 128
LOW, HIGH = 0.1, 0.9
"""Bounds of the 80 % interval."""


def _spread_evenly() -> Floats:
    """Numbers (PATHS, 3) between 0 and 1 that fill their space evenly: a Kronecker sequence, always the same."""
    # Powers of the plastic number of three dimensions (Roberts 2018): no two coordinates fall into step.
    ratio = 1.2207440846057596
    steps = ratio ** -np.arange(1.0, 4.0)
    return np.asarray((0.5 + np.outer(np.arange(1, PATHS + 1), steps)) % 1.0)


_UNIFORM = _spread_evenly()
_NORMAL = np.array([[NormalDist().inv_cdf(float(u)) for u in row] for row in _UNIFORM[:, :2]])


@dataclass(frozen=True)
class Growth:
    """What is known of (n,) figures that grow: the trend they follow, and where they stood before they grew.

    `powers` are the least and the greatest power of time that growth of this kind goes with: 1 is steady.
    """

    trend: Trend
    base: Floats
    powers: tuple[float, float]


def forecast(growth: Growth, peaks: Floats, peak_at: Floats, limit: Floats, now: int) -> Forecast:
    """When the daily peaks of (n,) sensors pass their limits (n,).

    What has grown by G since its onset, as time to the power p, and now grows by S a day, began pG/S days ago and comes
    to G(1 + Sh / pG)^p after h days more. Of G and S the trend says how sure they are; p may be any of `powers`.

    Parameters
    ----------
    peaks
        By how much the peak of each past day exceeded the trend's figure of that day, (n, n_days); NaN where unknown.
    peak_at
        When in its day it came, as a share of the day, (n, n_days).
    now
        The end of the last day [µs].

    Returns
    -------
    Forecast
        NaN where more than a tenth of the trajectories stay below the limit for `HORIZON_DAYS`.
    """
    days = np.sort(_first_passages(growth, peaks, peak_at, limit), axis=1)
    earliest, at, latest = (days[:, round(share * (PATHS - 1))] for share in (LOW, 0.5, HIGH))
    said = np.isfinite(latest)
    when = (now + np.where(said, each, np.nan) * DAY_US for each in (at, earliest, latest))
    return Forecast(*when)


def _first_passages(growth: Growth, peaks: Floats, peak_at: Floats, limit: Floats) -> Floats:
    """Days until each of the trajectories passes the limit, (n, PATHS); infinite where it does not."""
    n, n_days = peaks.shape
    ahead, rows = np.arange(1.0, HORIZON_DAYS + 1), np.arange(n)
    filled = np.where(np.isnan(peaks), _mean(peaks)[:, None], peaks)
    passages = np.full((n, PATHS), np.inf)
    trend, (least, greatest) = growth.trend, growth.powers
    correlated, own = _split(trend)
    for path, ((z_level, z_slope), u) in enumerate(
        zip(_NORMAL.tolist(), _UNIFORM[:, 2].tolist(), strict=True)
    ):
        grown = trend.level + np.sqrt(trend.level_variance) * z_level - growth.base
        grown = np.maximum(grown, trend.noise)
        slope = np.maximum(trend.slope + correlated * z_level + own * z_slope, 0.0)
        power = least + (greatest - least) * u
        relative = (slope / (power * grown))[:, None] * ahead
        figure = growth.base[:, None] + grown[:, None] * (1.0 + relative) ** power
        like = (path + np.arange(HORIZON_DAYS)) % n_days
        beyond = figure + filled[:, like] >= limit[:, None]
        day = beyond.argmax(axis=1)
        passages[:, path] = np.where(beyond.any(axis=1), day + peak_at[rows, like[day]], np.inf)
    return passages


def _split(trend: Trend) -> tuple[Floats, Floats]:
    """The slope's standard deviation in two: what goes with that of the level, and its own."""
    level_sigma = np.sqrt(trend.level_variance)
    correlated = trend.covariance / np.where(level_sigma > 0, level_sigma, np.inf)
    return correlated, np.sqrt(np.maximum(trend.slope_variance - correlated**2, 0.0))


def _mean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    mean: Floats = np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return mean
