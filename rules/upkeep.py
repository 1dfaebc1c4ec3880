"""Sensors that call for somebody's hands: stuck, noisy, or dusty.

These come slowly. They are looked for once a minute of the time of receipt, in what `rules.judging` keeps of each
sensor, and cost nothing for each reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rules.baselines import MINUTE_US
from rules.changes import ChangeKind
from rules.findings import Finding
from rules.parameters import Resolved
from rules.rule import Judgement, Lookup, Rule
from schemas.columns import MICROSECONDS, NEVER
from schemas.domain import QUANTITIES, Quantity, SubjectKind
from schemas.units import UNIT_OF

Slots = NDArray[np.int32]


@dataclass(frozen=True)
class UpkeepView:
    """Sensors (n,) as they are at a look.

    Attributes
    ----------
    slow
        Of `SLOW`: newest reading, since when it is the same, baseline and spread.
    samples
        At least how many readings came since the value last was another.
    parameter
        ``parameter(name)``: a parameter of the rule, (n,), as it is in force for each sensor.
    """

    slow: NDArray[np.void]
    samples: NDArray[np.int32]
    quantity: NDArray[np.int8]
    parameter: Lookup


@dataclass(frozen=True)
class UpkeepRule(Rule):
    """It raises when its judge says so for `on_seconds` of looks, and ends when the judge speaks for the end."""

    quantities: tuple[Quantity, ...] = ()
    judge: Callable[[UpkeepView], Judgement] = field(kw_only=True)
    unit: str | None = None


class Upkeep:
    """For each rule and sensor (n_rules, n_sensors) since when it holds (NEVER: it does not), and if it is active."""

    def __init__(self, rules: tuple[UpkeepRule, ...]) -> None:
        self.rules = {rule.id: rule for rule in rules}
        self._places = {rule.id: place for place, rule in enumerate(rules)}
        self.since = np.empty((len(rules), 0), np.int64)
        self.active = np.empty((len(rules), 0), np.bool_)
        self.changed_at = np.empty(0, np.int64)
        self.minutes_then = np.empty(0, np.int32)
        self.looked_in = NEVER

    def adopt(self, sensors: NDArray[np.void], parameters: Resolved) -> None:
        """Take over the sensors of a newer roster, or other parameters."""
        n_fresh = len(sensors) - len(self.changed_at)
        fresh = len(self.rules), n_fresh
        self.since = np.concatenate([self.since, np.full(fresh, NEVER, np.int64)], axis=1)
        self.active = np.concatenate([self.active, np.zeros(fresh, np.bool_)], axis=1)
        self.changed_at = np.concatenate([self.changed_at, np.full(n_fresh, NEVER, np.int64)])
        self.minutes_then = np.concatenate([self.minutes_then, np.zeros(n_fresh, np.int32)])
        self._quantity = sensors["quantity"].copy()
        self._parameters = parameters
        self._slots = [
            np.flatnonzero(np.isin(self._quantity, [quantity.code for quantity in rule.quantities])).astype(
                np.int32
            )
            for rule in self.rules.values()
        ]

    def restore(self, rule_id: str, slot: int, active: bool) -> None:
        """Take over what the tables say of a sensor."""
        place = self._places[rule_id]
        self.active[place, slot], self.since[place, slot] = active, NEVER

    def look(self, now: int, slow: NDArray[np.void]) -> Iterator[Finding]:
        """Once a minute: sensors (n_sensors,) as `rules.judging` knows them."""
        if self.looked_in != NEVER and now // MINUTE_US <= self.looked_in:
            return
        self.looked_in = now // MINUTE_US
        # A minute in which a reading came is a reading at least.
        moved = slow["changed_at"] != self.changed_at
        self.changed_at[moved] = slow["changed_at"][moved]
        self.minutes_then[moved] = slow["minutes"][moved]
        for place, rule in enumerate(self.rules.values()):
            if len(self._slots[place]):
                yield from self._judge(place, rule, now, slow)

    def _judge(self, place: int, rule: UpkeepRule, now: int, slow: NDArray[np.void]) -> Iterator[Finding]:
        slots = self._slots[place]
        view = UpkeepView(
            slow[slots],
            slow["minutes"][slots] - self.minutes_then[slots],
            self._quantity[slots],
            lambda name: self._parameters.of_sensors(rule.id, name, slots),
        )
        judged = rule.judge(view)
        since = np.where(
            judged.holds, np.where(self.since[place, slots] == NEVER, now, self.since[place, slots]), NEVER
        )
        wait_us = (view.parameter("on_seconds") * MICROSECONDS).astype(np.int64)
        was_active = self.active[place, slots]
        raised = ~was_active & judged.holds & (now - np.maximum(since, 0) >= wait_us)
        cleared = was_active & judged.clears
        self.since[place, slots], self.active[place, slots] = since, (was_active | raised) & ~cleared
        for i in np.flatnonzero(raised | cleared).tolist():
            kind = ChangeKind.RAISE if raised[i] else ChangeKind.CLEAR
            unit = rule.unit or UNIT_OF[QUANTITIES[view.quantity[i]]]
            value = float(judged.measure[i])
            yield Finding(kind, rule, SubjectKind.SENSOR, int(slots[i]), now, value=value, unit=unit)
