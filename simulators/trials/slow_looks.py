"""A slow rule over months of hours: when it raises, when it ends, and what it foretells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.slow.slow_rule import Forecast, SlowRule, SlowView
from schemas.domain import Quantity
from simulators.optics import Floats
from simulators.water.hours import HOUR_US, Hours


@dataclass(frozen=True)
class Episode:
    """One alert of one building; hours since the beginning, and what was foretold when it was raised, or None."""

    building: int
    raised: int
    ended: int | None
    foretold: tuple[float, float, float] | None


def look_over(
    rule: SlowRule, hours: Hours, first_hour: int = 24, parameters: Mapping[str, Floats] | None = None
) -> list[Episode]:
    """Look at hours as the service does, every `every_seconds`; `parameters` (n,) are set otherwise than usual."""
    every, bucket = round(rule.every_seconds / 3600), round(rule.bucket_seconds / 3600)
    count, total = hours.mean.shape
    raised = np.full(count, -1)
    foretold: list[tuple[float, float, float] | None] = [None] * count
    done: list[Episode] = []
    for hour in range(first_hour - first_hour % every, total + 1, every):
        view = _make_view(rule, hours, hour, bucket, parameters or {})
        said = rule.judge(view)
        for building in np.flatnonzero(said.holds & (raised < 0)).tolist():
            raised[building] = hour
            foretold[building] = _read(said.forecast, building)
        for building in np.flatnonzero(said.clears & (raised >= 0) & (raised < hour)).tolist():
            done.append(Episode(building, int(raised[building]), hour, foretold[building]))
            raised[building] = -1
    left = np.flatnonzero(raised >= 0).tolist()
    return done + [Episode(building, int(raised[building]), None, foretold[building]) for building in left]


def _read(forecast: Forecast | None, building: int) -> tuple[float, float, float] | None:
    """The bounds and the likeliest time of what is foretold of a building [h]."""
    if forecast is None or not np.isfinite(forecast.at[building]):
        return None
    earliest, at, latest = (
        float(times[building]) / HOUR_US for times in (forecast.earliest, forecast.at, forecast.latest)
    )
    return earliest, at, latest


def _make_view(
    rule: SlowRule, hours: Hours, hour: int, bucket: int, parameters: Mapping[str, Floats]
) -> SlowView:
    count = len(hours.mean)
    defaults = {parameter.name: np.full(count, parameter.default) for parameter in rule.parameters}
    values: dict[str, NDArray[np.float64]] = {**defaults, **parameters}

    def companion(_: Quantity) -> Floats:
        return np.full((count, rule.n_buckets), np.nan)

    return SlowView(hours.look(hour, bucket, rule.n_buckets), hour * HOUR_US, companion, values.__getitem__)
