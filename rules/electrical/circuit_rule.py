"""What a rule over a circuit is, and what its judge sees at a tick."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rules.rule import Judgement, Lookup, Rule
from schemas.domain import Quantity

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CircuitView:
    """Sensors (n,) of one quantity on their circuits; what has not been heard for three intervals is NaN.

    Attributes
    ----------
    values
        The newest values (n,).
    phases
        Those of phases A, B and C of each one's circuit, itself included, (n, 3).
    unexplained
        Of cable temperatures by how much each is warmer than its load explains [K], (n,); NaN until that is learnt.
    parameter
        ``parameter(name)``: a parameter of the rule, (n,), as it is in force for each sensor.
    """

    values: Floats
    phases: Floats
    unexplained: Floats
    parameter: Lookup


@dataclass(frozen=True)
class CircuitRule(Rule):
    """It raises when its judge says so for `on_seconds` of ticks, and ends when that speaks for the end long enough.

    What is not heard says neither.
    """

    quantity: Quantity = Quantity.CABLE_TEMPERATURE
    unit: str = ""
    limit: str = "limit"
    judge: Callable[[CircuitView], Judgement] = field(kw_only=True)
