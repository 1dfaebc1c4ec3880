"""What has to be remembered of one sensor, and what is usual for it."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from rules.baselines import LEARNING_SAMPLES, MINUTE_US
from schemas.domain import Quantity

SAMPLES_KEPT = 64
"""A sensor's window holds so many of its newest readings."""
SLOPE_SAMPLES = 4
"""A slope takes so many."""
_LEARNING_MINUTES, _SPREAD_MINUTES = 5.0, 60.0


@dataclass(frozen=True)
class Habit:
    """How a baseline follows one quantity: minutes up and down, and how much it takes for usual at most."""

    up: float = 60.0
    down: float = 60.0
    most: float = math.inf
    first_most: float = math.inf
    step: float = math.inf


HABITS = {
    Quantity.SMOKE: Habit(1440.0, 60.0, 0.10, 0.05, 0.05),
    Quantity.TEMPERATURE: Habit(30.0, 5.0, math.inf, 45.0, 2.0),
    Quantity.CO: Habit(240.0, 30.0, 15.0, 10.0, 10.0),
}
_OTHER = Habit()


@dataclass(slots=True)
class Usual:
    """A sensor's baseline and its spread, as they were learnt from the first reading of each minute."""

    habit: Habit
    baseline: float = math.nan
    spread: float = 0.0
    sampled: float = math.nan
    minute: int = 0
    minutes: int = 0

    def learn(self, at: int, value: float) -> None:
        """Take a reading; only the first of a minute teaches something."""
        minute = at // MINUTE_US
        if self.minutes == 0:
            self.baseline = min(value, self.habit.first_most)
        elif minute > self.minute:
            self._follow(minute, value)
        else:
            return
        self.sampled, self.minute = value, minute
        self.minutes += 1

    def _follow(self, minute: int, value: float) -> None:
        habit, learning = self.habit, self.minutes < LEARNING_SAMPLES
        offset = min(max(value - self.baseline, -habit.step), habit.step)
        constant = _LEARNING_MINUTES if learning else habit.up if offset > 0 else habit.down
        passed = min(minute - self.minute, constant)
        self.baseline = min(self.baseline - offset * math.expm1(-passed / constant), habit.most)
        unlike = min(abs(value - self.sampled), habit.step)
        self.spread += (unlike - self.spread) * _share(_LEARNING_MINUTES if learning else _SPREAD_MINUTES)


def _share(minutes: float) -> float:
    return -math.expm1(-1.0 / minutes)


@dataclass(slots=True)
class PlainSensor:
    """One sensor; `baseline` and `spread` are what was usual before its newest reading, the last of `window`."""

    slot: int
    quantity: Quantity
    interval_us: int
    usual: Usual
    window: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=SAMPLES_KEPT))
    newest: int | None = None
    value: float = math.nan
    previous: float = math.nan
    baseline: float = math.nan
    spread: float = 0.0
    late_newest: int | None = None
    points: int = 0

    def take(self, at: int, value: float) -> None:
        """A reading newer than all before."""
        first = self.newest is None
        self.baseline, self.spread = self.usual.baseline, self.usual.spread
        self.usual.learn(at, value)
        if first:
            self.baseline = self.usual.baseline
        self.newest, self.previous, self.value = at, self.value, value
        self.window.append((at, value))

    def is_gap(self, at: int, before: int | None) -> bool:
        """Whether more than three intervals lie between two readings, or there was none before."""
        return before is None or at - before > 3 * self.interval_us

    def holds_sample_of(self, at: int) -> bool:
        return any(time == at for time, _ in self.window)

    def smallest(self, at: int, window_us: int) -> float:
        """The smallest value since, `at` included."""
        return min(value for time, value in self.window if at - window_us < time <= at)

    def slope_per_minute(self, at: int, window_us: int) -> float:
        """Least squares over the window; NaN for fewer than `SLOPE_SAMPLES`."""
        samples = [(time, value) for time, value in self.window if at - window_us < time <= at]
        if len(samples) < SLOPE_SAMPLES:
            return math.nan
        minutes = [(time - at) / MINUTE_US for time, _ in samples]
        middle = sum(minutes) / len(minutes)
        upper = sum((minute - middle) * value for minute, (_, value) in zip(minutes, samples, strict=True))
        lower = sum((minute - middle) ** 2 for minute in minutes)
        return upper / lower


def make_sensor(slot: int, quantity: Quantity, interval_us: int) -> PlainSensor:
    return PlainSensor(slot, quantity, interval_us, Usual(HABITS.get(quantity, _OTHER)))
