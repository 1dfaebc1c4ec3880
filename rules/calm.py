"""Whether a reading is calm: so far from every limit, and so close to what is usual, that no rule has a word on it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rules.evidence import LEAST_MARGIN, MOST_MARGIN
from rules.parameters import Resolved
from rules.rule import ReadingRule
from schemas.domain import QUANTITIES

Slots = NDArray[np.intp]
Floats = NDArray[np.float64]

BOUNDS = np.dtype([(name, np.float64) for name in ("above", "below", "least", "most")])


class Calm:
    """For each sensor (n_sensors,) the bounds strictly between which no rule's condition can hold.

    They are kept side by side with the margins of its quantity, so that a sensor is looked up once.
    """

    def __init__(
        self, rules: Mapping[int, tuple[ReadingRule, ...]], quantity: NDArray[np.intp], parameters: Resolved
    ) -> None:
        self._quantity = quantity
        self._background = np.full(len(QUANTITIES), np.inf)
        self._bounds = np.empty(len(quantity), BOUNDS)
        self._bounds["above"], self._bounds["below"] = -np.inf, np.inf
        self._bounds["least"], self._bounds["most"] = LEAST_MARGIN[quantity], MOST_MARGIN[quantity]
        # What is asked only of values beyond the bounds: the bound of the rules that hold whatever is usual, and by how
        # much a value must exceed what is usual for the others.
        self._below_ever, self._above_usual = (np.full(len(quantity), np.inf) for _ in range(2))
        for code, of_quantity in rules.items():
            mine = np.flatnonzero(quantity == code)
            # The least that any rule takes for drift.
            self._background[code] = max((rule.background for rule in of_quantity), default=np.inf)
            for rule in of_quantity if len(mine) else ():
                self._narrow(rule, mine, parameters)

    def _narrow(self, rule: ReadingRule, mine: Slots, parameters: Resolved) -> None:
        def value(name: str) -> Floats:
            return parameters.of_sensors(rule.id, name, mine)

        above, below = rule.calm(value)
        self._bounds["above"][mine] = np.maximum(self._bounds["above"][mine], above)
        self._bounds["below"][mine] = np.minimum(self._bounds["below"][mine], below)
        if rule.above_usual is None:
            self._below_ever[mine] = np.minimum(self._below_ever[mine], below)
        else:
            self._above_usual[mine] = np.minimum(self._above_usual[mine], value(rule.above_usual))

    def holds(self, slots: Slots, values: Floats, baseline: Floats, spread: Floats) -> NDArray[np.bool_]:
        """Whether values (n,) are calm for sensors (n,) of this baseline and spread before them."""
        bounds = self._bounds.take(slots)
        margin = 3.0 * spread
        np.maximum(margin, bounds["least"], out=margin)
        np.minimum(margin, bounds["most"], out=margin)
        excess = values - baseline
        calm: NDArray[np.bool_] = excess < margin
        within: NDArray[np.bool_] = values > bounds["above"]
        within &= values < bounds["below"]
        beyond = np.flatnonzero(~within)
        if len(beyond):
            # Old detectors are dusty: of what is beyond the bounds, most is drift.
            drift = np.fmax(baseline[beyond] - self._background[self._quantity[slots[beyond]]], 0.0)
            some, slots, values = bounds.take(beyond), slots[beyond], values[beyond] - drift
            usual = (excess[beyond] < self._above_usual[slots]) & (values < self._below_ever[slots])
            within[beyond] = (values > some["above"]) & ((values < some["below"]) | usual)
        calm &= within
        return calm
