"""What the sensors of a building show over the time of a scenario, before anything happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from schemas.columns import MICROSECONDS
from schemas.domain import QUANTITIES, DeviceEventKind, Quality, Quantity
from simulators.optics import Floats
from simulators.scenarios.enrolment import Site

MPA_PER_METRE = 0.00981
HEAD_MPA = 0.25
"""Standing pressure at the worst hydrant when all is well."""
USUAL: Mapping[Quantity, tuple[float, float]] = {
    Quantity.SMOKE: (0.03, 0.002),
    Quantity.TEMPERATURE: (22.0, 0.1),
    Quantity.CO: (2.0, 0.3),
    Quantity.GAS: (0.0, 0.05),
    Quantity.PRESSURE: (HEAD_MPA, 0.0006),
    Quantity.FLOW: (0.0, 0.0),
    Quantity.LEVEL: (1.8, 0.001),
    Quantity.RESIDUAL_CURRENT: (120.0, 2.0),
    Quantity.CABLE_TEMPERATURE: (35.0, 0.1),
    Quantity.CURRENT: (40.0, 0.4),
    Quantity.VOLTAGE: (221.0, 0.3),
    Quantity.BATTERY: (85.0, 0.0),
    Quantity.ARC: (0.0, 0.0),
    Quantity.HUMIDITY: (55.0, 0.5),
}
"""What a channel shows and by how much it scatters (σ): design values well within ordinary life."""


@dataclass(frozen=True)
class Declared:
    """What a device says of itself at a second."""

    second: float
    device: int
    event: DeviceEventKind
    active: bool


@dataclass
class Stage:
    """A building at work for a while; incidents change its columns.

    Attributes
    ----------
    seconds
        (n_steps,) since the beginning of the scenario.
    values, quality
        (n_steps, n_sensors) in stored units; NaN where a sensor has nothing to say.
    level, scatter
        (n_sensors,) what each shows when all is well, and its noise (σ).
    declared
        In no order.
    """

    site: Site
    begins_us: int
    step_seconds: float
    seconds: Floats
    values: Floats
    quality: NDArray[np.int16]
    level: Floats
    scatter: Floats
    rng: np.random.Generator
    declared: list[Declared] = field(default_factory=list)

    def during(self, begin: float, lasts: float | None) -> NDArray[np.bool_]:
        """Which steps (n_steps,) lie within a span; without an end, all from its beginning on."""
        end = np.inf if lasts is None else begin + lasts
        return np.asarray((self.seconds >= begin) & (self.seconds < end))

    def ramp(self, begin: float, lasts: float | None, up: float, down: float) -> Floats:
        """Shares (n_steps,) of the full height: up within `up` seconds, level, and down within `down` after the end."""
        end = np.inf if lasts is None else begin + lasts
        rising = (
            np.clip((self.seconds - begin) / up, 0.0, 1.0) if up else (self.seconds >= begin).astype(float)
        )
        falling = np.clip(1.0 - (self.seconds - end) / down, 0.0, 1.0) if down else self.seconds < end
        return np.asarray(np.where(self.seconds < end, rising, rising * falling))

    def stamp(self, seconds: Floats) -> NDArray[np.int64]:
        """Seconds since the beginning as microseconds since the epoch."""
        return self.begins_us + np.round(seconds * MICROSECONDS).astype(np.int64)


def set_stage(
    site: Site,
    begins_us: int,
    lasts_seconds: float,
    step_seconds: float,
    usual: Mapping[str, float],
    seed: int,
) -> Stage:
    """An undisturbed building; `usual` sets what sensors show otherwise than by `USUAL`."""
    rng = np.random.default_rng([seed, 21])
    seconds = np.arange(0.0, lasts_seconds, step_seconds)
    level, scatter = _find_usual(site, usual)
    values = level + scatter * rng.standard_normal((len(seconds), len(level)))
    interval = np.maximum(site.roster.sensors["interval_us"] / MICROSECONDS, step_seconds)
    off_beat = np.mod(seconds[:, None], interval) >= step_seconds - 1e-6
    values[off_beat] = np.nan
    quality = np.full(values.shape, Quality.GOOD, np.int16)
    return Stage(site, begins_us, step_seconds, seconds, values, quality, level, scatter, rng)


def _find_usual(site: Site, usual: Mapping[str, float]) -> tuple[Floats, Floats]:
    sensors = site.roster.sensors
    quantities = [QUANTITIES[code] for code in sensors["quantity"].tolist()]
    level = np.array([USUAL[quantity][0] for quantity in quantities])
    scatter = np.array([USUAL[quantity][1] for quantity in quantities])
    level += np.nan_to_num(lift_of(site))
    for pattern, value in usual.items():
        level[site.find_sensors([pattern])] = value
    return level, scatter


def lift_of(site: Site) -> Floats:
    """How much more each gauge (n_sensors,) shows than the worst hydrant has [MPa]; NaN of what is no gauge."""
    sensors = site.roster.sensors
    height = np.where(sensors["quantity"] == Quantity.PRESSURE.code, sensors["elevation_m"], np.nan)
    highest = np.nanmax(height) if np.isfinite(height).any() else np.nan
    return np.asarray(MPA_PER_METRE * (highest - height))
