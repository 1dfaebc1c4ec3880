"""The watch over circuits: at each tick all of them at once, from the newest value of each sensor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from rules import rows as whole_rows
from rules.baselines import MINUTE_US
from rules.changes import Change, ChangeKind
from rules.electrical import cable_warmth
from rules.electrical.circuit_rule import CircuitRule, CircuitView
from rules.electrical.wiring import Wiring, pick
from rules.parameters import Resolved
from rules.places import Places
from rules.ticking import find_fresh_us, have_lasted, keep_since
from schemas.columns import MICROSECONDS, NEVER
from schemas.domain import Quantity

Slots = NDArray[np.int32]
Rows = NDArray[np.signedinteger]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CABLE = Quantity.CABLE_TEMPERATURE


class CircuitWatch:
    """For each rule and sensor since when it holds and since when it speaks for its end (NEVER: not), if it is active.

    `warmth` is what is known of each sensor that measures a cable (see `rules.electrical.cable_warmth`).
    """

    COLUMNS = ("circuits_since", "circuits_low_since", "warmth")

    def __init__(self, rules: tuple[CircuitRule, ...]) -> None:
        self.rules = {rule.id: rule for rule in rules}
        self._times = np.dtype([(rule.id, np.int64) for rule in rules])
        self.since, self.low_since = np.empty(0, self._times), np.empty(0, self._times)
        self.active = np.empty(0, np.dtype([(rule.id, np.bool_) for rule in rules]))
        self.warmth = cable_warmth.lay_out(0)
        self._unexplained = np.empty(0)
        self._warmed_in = NEVER

    def adopt(self, sensors: NDArray[np.void], places: Places, parameters: Resolved) -> None:
        """Take over the sensors of a newer roster, or other parameters."""
        fresh = len(sensors) - len(self.since)
        never = np.array([(NEVER,) * len(self.rules)], self._times).repeat(fresh)
        self.since, self.low_since = np.append(self.since, never), np.append(self.low_since, never)
        self.active = np.append(self.active, np.zeros(fresh, self.active.dtype))
        self.warmth = np.append(self.warmth, cable_warmth.lay_out(fresh))
        self._unexplained = np.append(self._unexplained, np.full(fresh, np.nan))
        self._places, self._parameters = places, parameters
        wiring = Wiring(sensors)
        self._slots = {rule.id: wiring.sensors_of(rule.quantity) for rule in self.rules.values()}
        self._phases = {rule.id: wiring.phases_beside(rule.quantity) for rule in self.rules.values()}
        self._cables = wiring.sensors_of(CABLE)
        self._loads = wiring.partners(self._cables, Quantity.CURRENT)
        self._boards = wiring.partners(self._cables, Quantity.TEMPERATURE)
        self._fresh_us = find_fresh_us(sensors["interval_us"])
        self._of_circuits = np.flatnonzero(sensors["circuit_slot"] >= 0)

    def restore(self, rule_id: str, slot: int, active: bool) -> bool:
        """Take over what the tables say of a sensor; False for a rule that is none of these."""
        if rule_id not in self.rules:
            return False
        self.active[rule_id][slot] = active
        self.since[rule_id][slot] = self.low_since[rule_id][slot] = NEVER
        return True

    def take_snapshot(self, slots: Rows) -> dict[str, NDArray[np.generic]]:
        """All that is known of sensors (n,) but what is active, as columns (n,)."""
        columns = self.since[slots], self.low_since[slots], self.warmth[slots]
        return dict(zip(self.COLUMNS, columns, strict=True))

    def restore_snapshot(self, slots: Rows, columns: Mapping[str, NDArray[np.generic]]) -> None:
        """Bring sensors (n,) to what `take_snapshot` knew."""
        self.since[slots], self.low_since[slots], self.warmth[slots] = (
            columns[name] for name in self.COLUMNS
        )

    def tick(self, now: int, slow: NDArray[np.void]) -> Iterator[Change]:
        """What has begun or ended by `now`, from the sensors (n_sensors,) as `rules.judging` knows them."""
        if not len(self._of_circuits):
            return
        known = np.full(len(slow), np.nan)
        here = self._of_circuits
        is_fresh = slow["newest"][here] >= now - self._fresh_us[here]
        known[here] = np.where(is_fresh, slow["value"][here], np.nan)
        if self._warmed_in == NEVER or now // MINUTE_US > self._warmed_in:
            self._warmed_in = now // MINUTE_US
            self._warm_up(known)
        for rule in self.rules.values():
            if len(self._slots[rule.id]):
                yield from self._judge(rule, now, known)

    def _warm_up(self, known: Floats) -> None:
        loaded = self._loads >= 0
        cables, boards = self._cables[loaded], self._boards[loaded]
        board = np.where(boards >= 0, pick(known, boards), 0.0)
        states = self.warmth.take(cables)
        self._unexplained[cables] = cable_warmth.advance(
            states, self._warmed_in, known[cables] - board, pick(known, self._loads[loaded])
        )
        whole_rows.put(self.warmth, cables, states)

    def _judge(self, rule: CircuitRule, now: int, known: Floats) -> Iterator[Change]:
        slots = self._slots[rule.id]
        view = CircuitView(
            known[slots],
            pick(known, self._phases[rule.id]),
            self._unexplained[slots],
            lambda name: self._parameters.of_sensors(rule.id, name, slots),
        )
        judged = rule.judge(view)
        since = keep_since(self.since[rule.id][slots], judged.holds, now)
        low_since = keep_since(self.low_since[rule.id][slots], judged.clears, now)
        was_active = self.active[rule.id][slots]
        on_us, off_us = (
            (view.parameter(name) * MICROSECONDS).astype(np.int64) for name in ("on_seconds", "off_seconds")
        )
        raised = ~was_active & have_lasted(since, now, on_us)
        cleared = was_active & have_lasted(low_since, now, off_us)
        self.since[rule.id][slots], self.low_since[rule.id][slots] = since, low_since
        self.active[rule.id][slots] = (was_active | raised) & ~cleared
        for i in np.flatnonzero(raised | cleared).tolist():
            kind = ChangeKind.RAISE if raised[i] else ChangeKind.CLEAR
            limit = float(view.parameter(rule.limit)[i])
            yield self._tell(kind, rule, int(slots[i]), now, float(judged.measure[i]), limit)

    def _tell(
        self, kind: ChangeKind, rule: CircuitRule, slot: int, at: int, measure: float, limit: float
    ) -> Change:
        places = self._places
        device = places.device_of_sensor(slot)
        scope = places.find_scope(
            at, places.building_of_device(device), places.zone_of_device(device), device
        )
        return Change(
            kind,
            rule,
            places.sensor(slot),
            at,
            rule.severity,
            value=measure,
            limit=limit,
            unit=rule.unit,
            scope_id=scope,
        )
