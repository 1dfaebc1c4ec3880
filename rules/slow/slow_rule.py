"""What a slow rule is: how far it looks back, how often, and how it judges histories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rules.rule import Lookup, Rule
from rules.slow.history import History
from schemas.domain import Quantity

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SlowView:
    """Histories of (n,) sensors of one quantity at a look.

    Attributes
    ----------
    now
        The end of the last bucket [µs].
    companion
        ``companion(quantity)``: the means (n, m) of the sensor of another quantity that belongs to each of these: of
        the same circuit or, for water, the same system; NaN where there is none.
    parameter
        ``parameter(name)``: a parameter of the rule, (n,), as it is in force for each sensor.
    """

    history: History
    now: int
    companion: Callable[[Quantity], Floats]
    parameter: Lookup


@dataclass(frozen=True)
class Forecast:
    """When a limit will be passed [µs since the epoch]: the likeliest time, and the bounds of the 80 % interval; (n,).

    NaN where nothing can be said. It is never shown without its interval.
    """

    at: Floats
    earliest: Floats
    latest: Floats


@dataclass(frozen=True)
class SlowJudgement:
    """For each sensor (n,): does it speak for the condition, does it speak for its end, and by what figure."""

    holds: NDArray[np.bool_]
    clears: NDArray[np.bool_]
    measure: Floats
    forecast: Forecast | None = None


@dataclass(frozen=True)
class SlowRule(Rule):
    """A rule on histories of single sensors of one quantity.

    It looks every `every_seconds` at `n_buckets` buckets of `bucket_seconds`; what it finds is an alert on the sensor
    and, where `hazard` names what is wrong and who must mend it, a line of the hazards ledger.
    """

    quantity: Quantity = Quantity.PRESSURE
    unit: str = ""
    bucket_seconds: float = 3600.0
    n_buckets: int = 168
    every_seconds: float = 3600.0
    limit: str = "limit"
    judge: Callable[[SlowView], SlowJudgement] = field(kw_only=True)
    hazard: str | None = None
