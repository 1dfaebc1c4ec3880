"""Straight lines through noisy histories, and when they pass a limit: with an interval, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.slow.normal import MAD_TO_SIGMA, Z80
from rules.slow.slow_rule import Forecast

Floats = NDArray[np.float64]

# A median of slopes scatters by this much more than least squares where noise is normal (efficiency 0.91).
THEIL_SEN_WIDER = 1.05


@dataclass(frozen=True)
class Line:
    """Lines of (n,) histories; NaN where there are too few buckets.

    Attributes
    ----------
    level
        Where the line is at the end of the last bucket.
    slope
        In a bucket.
    level_error, slope_error
        Standard errors, larger where neighbouring buckets err alike.
    """

    level: Floats
    slope: Floats
    level_error: Floats
    slope_error: Floats


def fit_line(values: Floats, at_least: int) -> Line:
    """Theil and Sen's line through values (n, m), of those with `at_least` that are not NaN.

    The median of the slopes between all pairs is not moved by an odd day or two.

    References
    ----------
    P. K. Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 63 (1968) 1379-1389.
    """
    n, m = values.shape
    known = np.isfinite(values)
    enough = known.sum(axis=1) >= max(at_least, 3)
    line = Line(*(np.full(n, np.nan) for _ in range(4)))
    rows = np.flatnonzero(enough)
    if len(rows):
        fitted = _fit(values[rows], known[rows], np.arange(m, dtype=np.float64) + 0.5, float(m))
        for column, found in zip(
            (line.level, line.slope, line.level_error, line.slope_error), fitted, strict=True
        ):
            column[rows] = found
    return line


def _fit(values: Floats, known: NDArray[np.bool_], times: Floats, end: float) -> tuple[Floats, ...]:
    earlier, later = np.triu_indices(len(times), 1)
    slope = np.nanmedian((values[:, later] - values[:, earlier]) / (times[later] - times[earlier]), axis=1)
    offset = np.nanmedian(values - slope[:, None] * times, axis=1)
    rest = values - slope[:, None] * times - offset[:, None]
    sigma = MAD_TO_SIGMA * np.nanmedian(np.abs(rest), axis=1)
    count = known.sum(axis=1)
    center = np.where(known, times, 0.0).sum(axis=1) / count
    spread = np.where(known, (times - center[:, None]) ** 2, 0.0).sum(axis=1)
    sigma *= THEIL_SEN_WIDER * np.sqrt(_find_inflation(rest, known))
    slope_error = sigma / np.sqrt(spread)
    level_error = np.sqrt(sigma**2 / count + (slope_error * (end - center)) ** 2)
    return offset + slope * end, slope, level_error, slope_error


def _find_inflation(rest: Floats, known: NDArray[np.bool_]) -> Floats:
    """By how much the variance of a mean grows as neighbours err alike: (1 + r) / (1 - r), r their correlation."""
    errors = np.where(known, rest, 0.0)
    product = (errors[:, 1:] * errors[:, :-1]).sum(axis=1)
    square = (errors**2).sum(axis=1)
    alike = np.clip(np.divide(product, square, out=np.zeros_like(product), where=square > 0), 0.0, 0.8)
    inflation: Floats = (1 + alike) / (1 - alike)
    return inflation


def foretell(line: Line, limit: Floats, now: int, bucket_us: int) -> Forecast:
    """When rising lines (n,) pass `limit` (n,), with the 80 % interval; NaN where that has no end, or is past.

    The level and the slope err by what their standard errors say; the slope is also not believed to hold better than
    to a tenth, since what drives it changes.
    """
    room = limit - line.level
    slope_error = np.hypot(line.slope_error, 0.1 * line.slope)
    room_error = Z80 * line.level_error
    with np.errstate(divide="ignore", invalid="ignore"):
        likeliest = room / line.slope
        # Of level and slope together: both at their bounds would be too wide.
        relative = np.hypot(line.level_error / room, slope_error / line.slope)
        low, high = likeliest / (1 + Z80 * relative), likeliest / (1 - Z80 * relative)
        bounded = (room > room_error) & (line.slope > 0) & (Z80 * relative < 1)
    at, earliest, latest = (
        np.where(bounded, now + buckets * bucket_us, np.nan) for buckets in (likeliest, low, high)
    )
    return Forecast(at, earliest, latest)
