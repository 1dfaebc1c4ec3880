"""Histories cut into days that end at the look, and what each day comes to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.slow.bucket_times import DAY_US
from rules.slow.history import History

Floats = NDArray[np.float64]

LEAST_SHARE = 0.5
"""A day of which fewer buckets are known says nothing."""


@dataclass(frozen=True)
class Days:
    """Cuts histories (n, m) into whole days (n, n_days, buckets a day); what is over at the beginning is dropped."""

    per_day: int
    n_days: int

    @staticmethod
    def of(history: History) -> Days:
        per_day = int(DAY_US // history.bucket_us)
        return Days(per_day, len(history.starts) // per_day)

    def cut(self, values: Floats) -> Floats:
        """Values (n, m) as (n, n_days, per_day)."""
        return values[:, values.shape[1] - self.n_days * self.per_day :].reshape(
            len(values), self.n_days, self.per_day
        )

    def mean(self, values: Floats, weights: Floats | None = None) -> Floats:
        """The mean of each day (n, n_days), weighted by (n, m) if given; NaN where too little is known."""
        cut = self.cut(values)
        known = ~np.isnan(cut)
        weight = known * (1.0 if weights is None else np.nan_to_num(self.cut(weights)))
        total = weight.sum(axis=2)
        enough = (known.sum(axis=2) >= LEAST_SHARE * self.per_day) & (total > 0)
        mean: Floats = (weight * np.nan_to_num(cut)).sum(axis=2) / np.where(enough, total, np.nan)
        return mean

    def most(self, values: Floats) -> tuple[Floats, Floats]:
        """The greatest value of each day and where in the day its bucket ends, as a share of it; both (n, n_days)."""
        cut = self.cut(values)
        known = ~np.isnan(cut)
        enough = known.sum(axis=2) >= LEAST_SHARE * self.per_day
        filled = np.where(known, cut, -np.inf)
        return np.where(enough, filled.max(axis=2), np.nan), (filled.argmax(axis=2) + 1) / self.per_day

    def middle(self, values: Floats) -> Floats:
        """The median of each day (n, n_days); NaN of a day of which nothing is known."""
        cut = self.cut(values)
        return middle(cut.reshape(-1, self.per_day)).reshape(cut.shape[:2])


def middle(values: Floats) -> Floats:
    """The lower median (n,) of what is known of values (n, m); NaN where that is nothing."""
    ordered = np.sort(values, axis=1)
    count = (~np.isnan(ordered)).sum(axis=1)
    found: Floats = ordered[np.arange(len(ordered)), np.maximum(count - 1, 0) // 2]
    return found
