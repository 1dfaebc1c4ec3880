"""What a rule is: its words and standing, and for rules on readings how it judges and how long it waits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.windows import Windows
from schemas.columns import MICROSECONDS
from schemas.domain import Quantity, Severity, SignalClass


@dataclass(frozen=True)
class Rule:
    """Identity and words of a rule; `source` names standard and clause, or says that a value is a design value."""

    id: str
    signal_class: SignalClass
    severity: Severity
    latching: bool
    title_zh: str
    title_en: str
    advice_zh: str
    advice_en: str
    source: str


@dataclass(frozen=True)
class View:
    """What a judge sees: one newest reading of each of (n,) different sensors, and everybody's windows."""

    slots: NDArray[np.int32]
    observed_at: NDArray[np.int64]
    values: NDArray[np.float64]
    windows: Windows


@dataclass(frozen=True)
class Judgement:
    """For each reading of a view: does it speak for the condition, does it speak for its end, and by what figure."""

    holds: NDArray[np.bool_]
    clears: NDArray[np.bool_]
    measure: NDArray[np.float64]


@dataclass(frozen=True)
class Judge:
    """How a rule judges. Strictly between `calm_above` and `calm_below` no value speaks for the condition."""

    judge: Callable[[View], Judgement]
    calm_above: float = -math.inf
    calm_below: float = math.inf

    def __call__(self, view: View) -> Judgement:
        return self.judge(view)


@dataclass(frozen=True)
class Persistence:
    """How long a condition has to hold, in event time, before it raises or clears.

    `n_true` of the last `m_samples` must hold (1 of 1: every sample), over at least `on_delay_us` and
    `min_samples`; a gap longer than three sampling intervals begins anew. It clears once every sample over
    `off_delay_us` speaks for the end.
    """

    on_delay_us: int
    off_delay_us: int
    n_true: int = 1
    m_samples: int = 1
    min_samples: int = 2


@dataclass(frozen=True)
class ReadingRule(Rule):
    """A rule on the readings of single sensors of one quantity."""

    quantity: Quantity
    judge: Judge
    limit: float
    unit: str
    persistence: Persistence
    # A judge that looks into the windows cannot judge a reading older than they are.
    judges_late: bool = True


def seconds(count: float) -> int:
    """Seconds as the integer microseconds that event time is counted in."""
    return round(count * MICROSECONDS)


def at_least(limit: float, clears_below: float) -> Judge:
    """Holds from `limit` up; speaks for the end below `clears_below`."""

    def judge(view: View) -> Judgement:
        return Judgement(view.values >= limit, view.values < clears_below, view.values)

    return Judge(judge, calm_below=limit)


def at_most(limit: float, clears_from: float) -> Judge:
    """Holds from `limit` down; speaks for the end from `clears_from` up."""

    def judge(view: View) -> Judgement:
        return Judgement(view.values <= limit, view.values >= clears_from, view.values)

    return Judge(judge, calm_above=limit)


def rising(per_minute: float, floor: float, clears_per_minute: float, window_us: int) -> Judge:
    """Holds while the slope over the window is at least `per_minute` and the value at least `floor`.

    The slope is that of least squares; with fewer than four samples it is NaN and nothing is said.
    """

    def judge(view: View) -> Judgement:
        slopes = view.windows.slopes_per_minute(view.slots, view.observed_at, window_us)
        holds = (slopes >= per_minute) & (view.values >= floor)
        return Judgement(holds, (slopes < clears_per_minute) & (view.values < floor), slopes)

    return Judge(judge, calm_below=floor)
