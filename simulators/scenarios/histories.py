"""Months of hours for the slow rules: what a sensor shows from day to day, and what grows in it."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from rules.catalogue import SLOW_RULES
from simulators.optics import Floats
from simulators.trials.slow_looks import Episode, look_over
from simulators.water.hours import Hours

SLOW = {rule.id: rule for rule in SLOW_RULES}


class Past(BaseModel):
    """One sensor hour by hour: a mean, a swing over the day, noise, and from some day on a growth.

    It grows by `per_day` in proportion to time, or doubles every `doubles_in` days from `begins_with` on; `mended_on`
    some day it is as before. A meter shows at most `peaks_at` while the pump runs. A tank saws between its levels: it
    falls by `saw` within `saw_hours` and is filled again, until it `empties_on` an hour and falls by `falls_per_hour`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sensor: str
    days: Annotated[int, Field(ge=1, le=180)]
    mean: float
    swing: float = 0.0
    noise: Annotated[float, Field(ge=0.0)] = 0.0
    grows_on: float | None = None
    per_day: float = 0.0
    begins_with: float = 0.0
    doubles_in: Annotated[float, Field(gt=0.0)] | None = None
    mended_on: float | None = None
    peaks_at: float | None = None
    saw: float = 0.0
    saw_hours: Annotated[float, Field(gt=0.0)] = 6.0
    empties_on: float | None = None
    falls_per_hour: float = 0.0

    @property
    def begins_at(self) -> float:
        """When what is wrong begins [s]."""
        begins = self.grows_on if self.grows_on is not None else self.empties_on
        return 86_400.0 * (begins or 0.0)

    def make_hours(self, seed: int) -> Hours:
        """The hours of the sensor, (1, m)."""
        rng = np.random.default_rng([seed, 31])
        hours = np.arange(self.days * 24, dtype=np.float64)
        mean = self.mean + self.swing * np.sin(2 * np.pi * (hours - 9.0) / 24.0)
        mean += self._saw(hours) + self._grow(hours / 24.0) + self.noise * rng.standard_normal(len(hours))
        spread = 2.0 * self.noise
        most = mean + spread if self.peaks_at is None else np.maximum(mean + spread, self.peaks_at)
        return Hours((mean - spread)[None], mean[None], most[None])

    def _grow(self, days: Floats) -> Floats:
        if self.grows_on is None:
            return np.zeros(len(days))
        since = days - self.grows_on
        if self.doubles_in is None:
            grown = self.per_day * np.maximum(since, 0.0)
        else:
            grown = np.where(
                since >= 0.0, self.begins_with * np.exp2(np.maximum(since, 0.0) / self.doubles_in), 0.0
            )
        over = np.inf if self.mended_on is None else self.mended_on
        return np.asarray(np.where(days < over, grown, 0.0))

    def _saw(self, hours: Floats) -> Floats:
        tooth = -self.saw * np.mod(hours, self.saw_hours) / self.saw_hours
        if self.empties_on is None:
            return tooth
        begins, mended = 24.0 * self.empties_on, 24.0 * (self.mended_on or np.inf)
        empties = (hours >= begins) & (hours < mended)
        return np.where(empties, -self.falls_per_hour * (hours - begins), tooth)


def look_back(past: Past, rule_id: str, seed: int, parameters: dict[str, float]) -> list[Episode]:
    """What a slow rule says over the months, looking as often as the service does."""
    columns = {name: np.array([value]) for name, value in parameters.items()}
    return look_over(SLOW[rule_id], past.make_hours(seed), parameters=columns)
