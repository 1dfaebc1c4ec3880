"""Sensors that call for somebody's hands: stuck or noisy. Dust is seen over weeks: `rules.slow.detector_drifting`.

These come slowly. Every minute of the time of receipt a tenth of the sensors is looked at, by what `rules.judging`
keeps of each; so that it costs next to nothing for a reading, and no batch waits for it.
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
from rules.ticking import have_lasted, keep_since
from schemas.columns import MICROSECONDS, NEVER
from schemas.domain import QUANTITIES, Quantity, SubjectKind
from schemas.units import UNIT_OF

Slots = NDArray[np.int32]
Floats = NDArray[np.float64]

PARTS = 10
"""Of how many minutes each sensor is looked at in one."""


@dataclass(frozen=True)
class UpkeepView:
    """Sensors (n,) as they are at a look.

    Attributes
    ----------
    samples
        At least how many readings came since the value last was another.
    parameter
        ``parameter(name)``: a parameter of the rule, (n,), as it is in force for each sensor.
    """

    slots: Slots
    slow: NDArray[np.void]
    samples: NDArray[np.int32]
    quantity: NDArray[np.int8]
    parameter: Lookup

    # A field at a time: numpy is slow to pick whole rows.

    @property
    def value(self) -> Floats:
        """The newest value; NaN of a sensor that was never heard."""
        return self._pick("value")

    @property
    def baseline(self) -> Floats:
        """What is usual for it (see `rules.baselines`)."""
        return self._pick("baseline")

    @property
    def spread(self) -> Floats:
        """Its usual step from one minute to the next."""
        return self._pick("spread")

    def hours_unchanged(self) -> Floats:
        """For how long its value has been the same; nought of a sensor that was never heard."""
        newest, changed_at = self.slow["newest"][self.slots], self.slow["changed_at"][self.slots]
        unchanged_us = newest - np.where(newest == NEVER, newest, changed_at)
        return unchanged_us / (3600.0 * MICROSECONDS)

    def _pick(self, name: str) -> Floats:
        picked: Floats = self.slow[name][self.slots]
        return picked


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
        """Once a minute: a part of the sensors (n_sensors,) as `rules.judging` knows them."""
        if self.looked_in != NEVER and now // MINUTE_US <= self.looked_in:
            return
        self.looked_in = now // MINUTE_US
        # A minute in which a reading came is a reading at least.
        moved = slow["changed_at"] != self.changed_at
        self.changed_at[moved] = slow["changed_at"][moved]
        self.minutes_then[moved] = slow["minutes"][moved]
        for place, rule in enumerate(self.rules.values()):
            part = self._slots[place][self.looked_in % PARTS :: PARTS]
            if len(part):
                yield from self._judge(place, rule, part, now, slow)

    def _judge(
        self, place: int, rule: UpkeepRule, slots: Slots, now: int, slow: NDArray[np.void]
    ) -> Iterator[Finding]:
        view = UpkeepView(
            slots,
            slow,
            slow["minutes"][slots] - self.minutes_then[slots],
            self._quantity[slots],
            lambda name: self._parameters.of_sensors(rule.id, name, slots),
        )
        judged = rule.judge(view)
        since = keep_since(self.since[place, slots], judged.holds, now)
        wait_us = (view.parameter("on_seconds") * MICROSECONDS).astype(np.int64)
        was_active = self.active[place, slots]
        raised = ~was_active & have_lasted(since, now, wait_us)
        cleared = was_active & judged.clears
        self.since[place, slots], self.active[place, slots] = since, (was_active | raised) & ~cleared
        for i in np.flatnonzero(raised | cleared).tolist():
            kind = ChangeKind.RAISE if raised[i] else ChangeKind.CLEAR
            unit = rule.unit or UNIT_OF[QUANTITIES[view.quantity[i]]]
            value = float(judged.measure[i])
            yield Finding(kind, rule, SubjectKind.SENSOR, int(slots[i]), now, value=value, unit=unit)
