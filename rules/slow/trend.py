"""Where a daily figure stands and how fast it grows: a level and a slope that wander, followed by a Kalman filter."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rules.slow.normal import MAD_TO_SIGMA

Floats = NDArray[np.float64]

_WIDE = 1e6


@dataclass(frozen=True)
class Trend:
    """After the last day, of figures (n,): level and slope a day, their variances and covariance.

    `noise` is the standard deviation of a day's figure about its level; `days` counts those with a figure.
    """

    level: Floats
    slope: Floats
    level_variance: Floats
    slope_variance: Floats
    covariance: Floats
    noise: Floats
    days: NDArray[np.int64]

    def stretch(self, base: Floats, gain: Floats) -> Trend:
        """That of figures of which what exceeds `base` (n,) is `gain` (n,) times as much."""
        square = gain * gain
        return Trend(
            base + gain * (self.level - base),
            gain * self.slope,
            square * self.level_variance,
            square * self.slope_variance,
            square * self.covariance,
            gain * self.noise,
            self.days,
        )

    def doubt(self, slope_share: float, level: Floats) -> Trend:
        """The same, less sure of itself: by a share of its slope and by a level (n,)."""
        return replace(
            self,
            level_variance=self.level_variance + level**2,
            slope_variance=self.slope_variance + (slope_share * self.slope) ** 2,
        )

    def pick(self, rows: NDArray[np.intp]) -> Trend:
        """That of some of the figures (m,)."""
        return Trend(
            self.level[rows],
            self.slope[rows],
            self.level_variance[rows],
            self.slope_variance[rows],
            self.covariance[rows],
            self.noise[rows],
            self.days[rows],
        )


def follow(figures: Floats, least_noise: float, wander_share: float) -> Trend:
    """Follow daily figures (n, n_days), the oldest first; NaN where a day has none.

    Parameters
    ----------
    least_noise
        What a day's figure scatters by at least.
    wander_share
        By how much of its noise the slope changes in a day.

    Notes
    -----
    The local linear trend model of Harvey (1989), "Forecasting, structural time series models and the Kalman filter".
    """
    noise = _estimate_noise(figures, least_noise)
    wander = wander_share * noise
    level, slope = np.zeros(len(figures)), np.zeros(len(figures))
    of_level, of_slope, of_both = np.full(len(figures), _WIDE), np.square(noise), np.zeros(len(figures))
    for day in range(figures.shape[1]):
        figure = figures[:, day]
        # A day goes by.
        level = level + slope
        of_level = of_level + 2 * of_both + of_slope
        of_both, of_slope = of_both + of_slope, of_slope + wander**2
        # Its figure is seen.
        known = ~np.isnan(figure)
        total = of_level + noise**2
        gain, gain_slope = np.where(known, of_level / total, 0.0), np.where(known, of_both / total, 0.0)
        off = np.where(known, figure - level, 0.0)
        level, slope = level + gain * off, slope + gain_slope * off
        of_slope = of_slope - gain_slope * of_both
        of_both, of_level = of_both * (1 - gain), of_level * (1 - gain)
    days = (~np.isnan(figures)).sum(axis=1)
    return Trend(level, slope, of_level, of_slope, of_both, noise, days)


def _estimate_noise(figures: Floats, least: float) -> Floats:
    """From second differences of the days, which steady growth does not touch: their variance is six times as much."""
    bends = np.abs(np.diff(figures, n=2, axis=1))
    bends = np.sort(bends, axis=1)
    count = (~np.isnan(bends)).sum(axis=1)
    middle = bends[np.arange(len(bends)), np.maximum(count // 2, 0).clip(max=bends.shape[1] - 1)]
    sigma = MAD_TO_SIGMA * middle / np.sqrt(6.0)
    return np.asarray(np.fmax(sigma, least))
