"""What a rule is: its words and standing, its parameters, and for rules on readings how it judges and waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.judges import Bound
from rules.view import View
from schemas.columns import MICROSECONDS
from schemas.domain import Quantity, Severity, SignalClass

Floats = NDArray[np.float64]
Lookup = Callable[[str], Floats]


@dataclass(frozen=True)
class Standard:
    """Where a limit is written: e.g. GB 50974, clause 5.2.2, edition 2014, in force from 2014-10-01."""

    name: str
    clause: str
    edition: str
    valid_from: str


@dataclass(frozen=True)
class Parameter:
    """A number of a rule that a place may set otherwise. Without a standard it is a design value.

    `low` and `high` bound what may be set, both included. `registered` names the column of the roster's sensors that
    gives it where it is nought: what the registry says of each sensor.
    """

    name: str
    default: float
    unit: str
    low: float
    high: float
    standard: Standard | None = None
    registered: str | None = None


@dataclass(frozen=True)
class Rule:
    """Identity and words of a rule; its source names standard and clause, or says that a value is a design value.

    `severity` is that of the lowest level: what the alert begins with. Rules that say the same of `shares` have one
    episode for each device (see `rules.shared_episodes`).
    """

    id: str
    signal_class: SignalClass
    severity: Severity
    latching: bool
    title_zh: str
    title_en: str
    advice_zh: str
    advice_en: str
    source_zh: str
    source_en: str
    parameters: tuple[Parameter, ...] = ()
    shares: str | None = None


@dataclass(frozen=True)
class Judgement:
    """For each reading of a view: does it speak for the condition, does it speak for its end, and by what figure."""

    holds: NDArray[np.bool_]
    clears: NDArray[np.bool_]
    measure: Floats


@dataclass(frozen=True)
class Level:
    """One colour of a rule: it holds when its judge says so for long enough.

    `on_seconds` and `off_seconds` name parameters of the rule. `n_true` of the last `m_samples` must hold (1 of 1: each
    sample), over the on-delay and at least `min_samples`; a gap longer than three sampling intervals begins anew. It
    clears once every sample over the off-delay speaks for the end.
    """

    severity: Severity
    judge: Bound | Callable[[View], Judgement]
    limit: str
    on_seconds: str = "on_seconds"
    off_seconds: str = "off_seconds"
    n_true: int = 1
    m_samples: int = 1
    min_samples: int = 2
    # A judge that looks into the windows cannot judge a reading older than they are.
    judges_late: bool = True


@dataclass(frozen=True)
class ReadingRule(Rule):
    """A rule on the readings of single sensors of one quantity. Levels go from the mildest to the gravest.

    `calm` gives, from the values (n,) of parameters, the bounds strictly between which no level can hold. They are
    bounds of what is judged: of the value less what its baseline has drifted above `background`. Where `above_usual`
    names a parameter, no level can hold either while the value exceeds its baseline by less than that.
    """

    quantity: Quantity = Quantity.SMOKE
    unit: str = ""
    levels: tuple[Level, ...] = ()
    calm: Callable[[Lookup], tuple[Floats, Floats]] = lambda _: (np.array(-np.inf), np.array(np.inf))
    background: float = np.inf
    above_usual: str | None = None


def less_drift(values: Floats, baseline: Floats, background: float) -> Floats:
    """Values (n,) less what their baselines exceed `background` by; a sensor without a baseline has not drifted."""
    if background == np.inf:
        return values
    return np.asarray(values - np.fmax(baseline - background, 0.0))


def calm_below(name: str) -> Callable[[Lookup], tuple[Floats, Floats]]:
    """Calm while the value is below the parameter `name`."""
    return lambda value: (np.array(-np.inf), value(name))


def calm_above(name: str) -> Callable[[Lookup], tuple[Floats, Floats]]:
    """Calm while the value is above the parameter `name`."""
    return lambda value: (value(name), np.array(np.inf))


def seconds(count: float) -> int:
    """Seconds as the integer microseconds that event time is counted in."""
    return round(count * MICROSECONDS)
