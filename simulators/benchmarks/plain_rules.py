"""Yardstick of the rules: the same limits judged reading by reading, as one would write it first.

It knows the rules that compare a reading with a limit, and no slopes, no late readings, no silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rules.catalogue import (
    CABLE_TEMP_ALARM,
    HEAT_FIXED_ALARM,
    HYDRANT_PRESSURE_ZERO,
    RESIDUAL_CURRENT_ALARM,
    SMOKE_LEVEL_ALARM,
    SPRINKLER_WATER_FLOW,
)
from rules.rule import Persistence, ReadingRule
from schemas.domain import Quantity

PlainReading = tuple[int, int, float]
"""Slot of the sensor, time of the sample in microseconds, value."""
PlainChange = tuple[str, int, int, str]
"""Rule, slot, time, raise or clear."""


@dataclass(frozen=True)
class PlainRule:
    """A limit, and the value beyond which its end is spoken for."""

    rule: ReadingRule
    clears: float
    above: bool = True

    def holds(self, value: float) -> bool:
        return value >= self.rule.limit if self.above else value <= self.rule.limit

    def ends(self, value: float) -> bool:
        return value < self.clears if self.above else value >= self.clears


PLAIN_RULES: dict[Quantity, PlainRule] = {
    plain.rule.quantity: plain
    for plain in (
        PlainRule(SMOKE_LEVEL_ALARM, 0.10),
        PlainRule(HEAT_FIXED_ALARM, 47.0),
        PlainRule(SPRINKLER_WATER_FLOW, 0.25),
        PlainRule(HYDRANT_PRESSURE_ZERO, 0.07, above=False),
        PlainRule(RESIDUAL_CURRENT_ALARM, 240.0),
        PlainRule(CABLE_TEMP_ALARM, 60.0),
    )
}


@dataclass
class PlainSensor:
    """What has to be remembered of one sensor."""

    plain: PlainRule | None
    interval_us: int
    newest: int | None = None
    since: int | None = None
    recent: tuple[bool, ...] = ()
    samples: int = 0
    active: bool = False
    off_since: int | None = None


class PlainEngine:
    """A loop over readings; every sensor's readings come in the order of their times."""

    def __init__(self, quantities: list[Quantity], interval_us: int) -> None:
        self._sensors = [PlainSensor(PLAIN_RULES.get(quantity), interval_us) for quantity in quantities]

    def evaluate(self, readings: Iterable[PlainReading]) -> list[PlainChange]:
        """Judge them one after the other."""
        changes = []
        for slot, observed_at, value in readings:
            sensor = self._sensors[slot]
            broken = sensor.newest is None or observed_at - sensor.newest > 3 * sensor.interval_us
            sensor.newest = observed_at
            if sensor.plain is not None:
                action = _step(sensor, sensor.plain, observed_at, value, broken)
                if action:
                    changes.append((sensor.plain.rule.id, slot, observed_at, action))
        return changes


def _step(sensor: PlainSensor, plain: PlainRule, at: int, value: float, broken: bool) -> str | None:
    if broken:
        sensor.samples, sensor.recent, sensor.off_since = 0, (), None
    if _is_complete(sensor, plain.rule.persistence, at, plain.holds(value)) and not sensor.active:
        sensor.active, sensor.off_since = True, None
        return "raise"
    return "clear" if _has_ended(sensor, plain, at, value) else None


def _is_complete(sensor: PlainSensor, wait: Persistence, at: int, holds: bool) -> bool:
    if holds or sensor.samples:
        if not sensor.samples:
            sensor.since = at
        sensor.samples += 1
        sensor.recent = (*sensor.recent, holds)[-wait.m_samples :]
        if sensor.recent.count(False) > wait.m_samples - wait.n_true:
            sensor.samples, sensor.recent = 0, ()
    enough = sensor.samples >= wait.min_samples and sensor.recent.count(True) >= wait.n_true
    return holds and enough and sensor.since is not None and at - sensor.since >= wait.on_delay_us


def _has_ended(sensor: PlainSensor, plain: PlainRule, at: int, value: float) -> bool:
    if not plain.ends(value):
        sensor.off_since = None
        return False
    if sensor.off_since is None:
        sensor.off_since = at
    if not sensor.active or at - sensor.off_since < plain.rule.persistence.off_delay_us:
        return False
    sensor.active, sensor.samples, sensor.recent = False, 0, ()
    return True
