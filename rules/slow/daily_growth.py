"""A daily figure that grows by itself towards a limit: what creeping insulation and worsening joints have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.rule import Lookup
from rules.slow import breach
from rules.slow.bucket_times import DAY_US
from rules.slow.days import Days, middle
from rules.slow.history import History
from rules.slow.slow_rule import Forecast, SlowJudgement
from rules.slow.trend import Trend, follow

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

FIRST_DAYS = 7
"""What the first week that is known of a history came to is what growth is counted from."""
LEAST_DAYS = 14
RECENT_DAYS = 21
"""Peaks to come are taken to stand above their figure as those of so many days did."""
GAINS = (1.0, 2.0)
SURE = 1.28
"""Nine in ten of a normal distribution lie above its mean less so many standard deviations."""


@dataclass(frozen=True)
class Kind:
    """A kind of growth: what a daily figure scatters by at least, how much of its noise its slope wanders by in a day,
    the least and greatest power of time it goes with, and which share of its slope, and which part of what the peaks
    scatter by, a forecast may be off by for reasons the trend does not know."""

    least_noise: float
    wander_share: float
    powers: tuple[float, float]
    slope_doubt: float
    peak_doubt: float


def judge_growth(
    history: History,
    now: int,
    parameter: Lookup,
    adjusted: Floats,
    peaks: tuple[Floats, Floats],
    kind: Kind,
    weights: Floats | None = None,
) -> SlowJudgement:
    """Judge histories by what of them grows by itself.

    It holds where the figure has grown by `growth` since the first week, grows by `slope` a day with nine chances in
    ten, and its daily peak will pass `limit` within `within_days`, most likely. It ends where it grows no more.

    Parameters
    ----------
    adjusted
        The history's means (n, m) less what goes with load and weather; `weights` (n, m) are what each counts for.
    peaks
        What each day came to at most for as long as an alarm needs, and when in the day, (n, n_days) each.
    """
    figures = Days.of(history).mean(adjusted, weights)
    trend, base = follow(figures, kind.least_noise, kind.wander_share), middle(_begin(figures))
    known, grown = trend.days >= LEAST_DAYS, trend.level - base
    sure_slope = trend.slope - SURE * np.sqrt(trend.slope_variance)
    grows = known & (sure_slope >= parameter("slope")) & (grown >= parameter("growth"))
    forecast = _forecast(np.flatnonzero(grows), figures, peaks, trend, base, kind, parameter("limit"), now)
    holds = grows & (forecast.at - now <= parameter("within_days") * DAY_US)
    # A figure that is back near where it was has been mended, whatever its slope.
    rests = (trend.slope <= 0.5 * parameter("slope")) | (grown < 0.5 * parameter("growth"))
    return SlowJudgement(holds, known & rests & ~holds, peaks[0][:, -1], forecast)


def _forecast(
    some: Rows,
    figures: Floats,
    peaks: tuple[Floats, Floats],
    trend: Trend,
    base: Floats,
    kind: Kind,
    limit: Floats,
    now: int,
) -> Forecast:
    """That of some of the sensors; of the others nothing can be said."""
    peak, peak_at = (each[some] for each in peaks)
    figures, base_of, trend_of = figures[some], base[some], trend.pick(some)
    gain = _find_gain(figures, peak)
    above = peak - (base_of[:, None] + gain[:, None] * (figures - base_of[:, None]))
    above = above[:, -RECENT_DAYS:]
    doubted = trend_of.stretch(base_of, gain).doubt(kind.slope_doubt, kind.peak_doubt * _deviate(above))
    growth = breach.Growth(doubted, base_of, kind.powers)
    found = breach.forecast(growth, above, peak_at[:, -RECENT_DAYS:], limit[some], now)
    columns = np.full((3, len(limit)), np.nan)
    columns[:, some] = found.at, found.earliest, found.latest
    return Forecast(*columns)


def _begin(figures: Floats) -> Floats:
    """The first week of which figures (n, n_days) are known; NaN for the other days."""
    known = ~np.isnan(figures)
    return np.where(known & (np.cumsum(known, axis=1) <= FIRST_DAYS), figures, np.nan)


def _deviate(values: Floats) -> Floats:
    """The standard deviation (n,) of what is known of values (n, m)."""
    known = ~np.isnan(values)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    off = values - np.where(known, values, 0.0).sum(axis=1, keepdims=True) / count
    deviation: Floats = np.sqrt((np.where(known, off, 0.0) ** 2).sum(axis=1) / count[:, 0])
    return deviation


def _find_gain(figures: Floats, peak: Floats) -> Floats:
    """By how much the peak of a day grows with its figure (n,), from the days (n, n_days) there were: what is worse
    under load is worst at its peak."""
    known = ~np.isnan(figures) & ~np.isnan(peak)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    off, peak_off = (
        np.where(known, each - np.where(known, each, 0.0).sum(axis=1, keepdims=True) / count, 0.0)
        for each in (figures, peak)
    )
    variance = (off * off).sum(axis=1)
    gain = (off * peak_off).sum(axis=1) / np.where(variance > 0, variance, 1.0)
    return np.asarray(np.clip(gain, *GAINS))
