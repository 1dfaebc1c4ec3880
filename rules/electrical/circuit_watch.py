"""The watch over circuits: at each tick all of them at once, from the newest value of each sensor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from rules.baselines import MINUTE_US
from rules.changes import Change, ChangeKind
from rules.electrical import cable_warmth
from rules.electrical.circuit_rule import CircuitRule, CircuitView
from rules.electrical.wiring import Wiring, pick
from rules.few_rows import FewRows
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
    """For each rule and sensor of a circuit since when it holds and since when it speaks for its end (NEVER: not), and
    whether it is active.

    `warmth` is what is known of each sensor that measures a cable (see `rules.electrical.cable_warmth`), `unexplained`
    by how much it was warmer than that [K].
    """

    COLUMNS = ("circuits_since", "circuits_low_since", "warmth")

    def __init__(self, rules: tuple[CircuitRule, ...]) -> None:
        self.rules = {rule.id: rule for rule in rules}
        never = np.array([(NEVER,) * len(rules)], [(rule.id, np.int64) for rule in rules])
        self.since, self.low_since = FewRows(never), FewRows(never)
        self.active = FewRows(np.zeros(1, [(rule.id, np.bool_) for rule in rules]))
        self.warmth = FewRows(cable_warmth.lay_out(1))
        self._unexplained = FewRows(np.array([(np.nan,)], [("kelvin", np.float64)]))
        self._warmed_in = NEVER

    def adopt(self, sensors: NDArray[np.void], places: Places, parameters: Resolved) -> None:
        """Take over the sensors of a newer roster, or other parameters."""
        self._places, self._parameters = places, parameters
        wiring = Wiring(sensors)
        self._slots = {rule.id: wiring.sensors_of(rule.quantity) for rule in self.rules.values()}
        self._phases = {rule.id: wiring.phases_beside(rule.quantity) for rule in self.rules.values()}
        self._cables = wiring.sensors_of(CABLE)
        self._loads = wiring.partners(self._cables, Quantity.CURRENT)
        self._boards = wiring.partners(self._cables, Quantity.TEMPERATURE)
        self._fresh_us = find_fresh_us(sensors["interval_us"])
        self._of_circuits = np.flatnonzero(sensors["circuit_slot"] >= 0)
        for slots in self._slots.values():
            self._cover(slots)
        self.warmth.cover(self._cables)
        self._unexplained.cover(self._cables)

    def _cover(self, slots: Rows) -> None:
        for table in (self.since, self.low_since, self.active):
            table.cover(slots)

    def restore(self, rule_id: str, slot: int, active: bool) -> bool:
        """Take over what the tables say of a sensor; False for a rule that is none of these."""
        if rule_id not in self.rules:
            return False
        slots = np.array([slot])
        self._cover(slots)
        row = self.active.find(slots)
        self.active.rows[rule_id][row] = active
        self.since.rows[rule_id][row] = self.low_since.rows[rule_id][row] = NEVER
        return True

    def take_snapshot(self, slots: Rows) -> dict[str, NDArray[np.generic]]:
        """All that is known of sensors (n,) but what is active, as columns (n,)."""
        tables = self.since, self.low_since, self.warmth
        return {name: table.read(slots) for name, table in zip(self.COLUMNS, tables, strict=True)}

    def restore_snapshot(self, slots: Rows, columns: Mapping[str, NDArray[np.generic]]) -> None:
        """Bring sensors (n,) to what `take_snapshot` knew."""
        for name, table in zip(self.COLUMNS, (self.since, self.low_since, self.warmth), strict=True):
            table.write(slots, columns[name].view(table.rows.dtype))

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
        states = self.warmth.read(cables)
        self._unexplained.rows["kelvin"][self._unexplained.find(cables)] = cable_warmth.advance(
            states, self._warmed_in, known[cables] - board, pick(known, self._loads[loaded])
        )
        self.warmth.write(cables, states)

    def _judge(self, rule: CircuitRule, now: int, known: Floats) -> Iterator[Change]:
        slots = self._slots[rule.id]
        rows = self.active.find(slots)
        held_since, low_since, active = (
            table.rows[rule.id] for table in (self.since, self.low_since, self.active)
        )
        view = CircuitView(
            known[slots],
            pick(known, self._phases[rule.id]),
            self._unexplained.read(slots)["kelvin"],
            lambda name: self._parameters.of_sensors(rule.id, name, slots),
        )
        judged = rule.judge(view)
        held_since[rows] = keep_since(held_since[rows], judged.holds, now)
        low_since[rows] = keep_since(low_since[rows], judged.clears, now)
        was_active = active[rows]
        on_us, off_us = (
            (view.parameter(name) * MICROSECONDS).astype(np.int64) for name in ("on_seconds", "off_seconds")
        )
        raised = ~was_active & have_lasted(held_since[rows], now, on_us)
        cleared = was_active & have_lasted(low_since[rows], now, off_us)
        active[rows] = (was_active | raised) & ~cleared
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
