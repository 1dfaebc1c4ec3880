"""The watch over water systems: at each tick all of them at once, from the newest value of each sensor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rules.changes import Change, ChangeKind, Part
from rules.few_rows import FewRows
from rules.parameters import Resolved
from rules.places import Places
from rules.rule import Lookup
from rules.ticking import have_lasted, keep_since
from rules.water.diagnosis import describe, diagnose
from rules.water.gauging import Gauging
from rules.water.pumps import Pumps
from rules.water.sights import Sights
from rules.water.signs import find_signs
from rules.water.systems import WaterSystems, find_systems
from rules.water.water_memory import Wait
from rules.water.water_rule import About, WaterJudgement, WaterRule, WaterView
from schemas.columns import MICROSECONDS, NEVER, DeviceEvent
from schemas.domain import Severity
from schemas.roster import UNKNOWN, Roster

Slots = NDArray[np.int32]
Rows = NDArray[np.signedinteger]
Flags = NDArray[np.bool_]

STATE = np.dtype([("since", np.int64), ("low_since", np.int64), ("began", np.int64), ("severity", np.int8)])
"""Since when a rule holds, speaks for its end and is active (NEVER: it is not so), and the colour it has."""
BLANK = np.array([(NEVER, NEVER, NEVER, 0)], STATE)


class Subjects:
    """What the alerts of systems (n,) are about: `slots` (m,), each once, though it may stand in several systems."""

    def __init__(self, of_system: Slots) -> None:
        self._known = np.flatnonzero(of_system != UNKNOWN)
        self.slots, self._first, self._of = np.unique(
            of_system[self._known], return_index=True, return_inverse=True
        )

    def sum_up(self, judged: WaterJudgement) -> tuple[Flags, Flags, NDArray[np.intp]]:
        """It holds in any of its systems, and clears in all; beside that (m,) a system (m,) that speaks for it."""
        known = self._known
        holds, clears = np.zeros(len(self.slots), np.bool_), np.ones(len(self.slots), np.bool_)
        np.logical_or.at(holds, self._of, judged.holds[known])
        np.logical_and.at(clears, self._of, judged.clears[known])
        lead = known[self._first]
        speaks = np.flatnonzero(judged.holds[known])
        lead[self._of[speaks]] = known[speaks]
        return holds, clears, lead


class WaterWatch:
    """For each rule the state of what its alerts are about, by slot of the sensor or device."""

    def __init__(self, rules: tuple[WaterRule, ...]) -> None:
        self.rules = {rule.id: rule for rule in rules}
        self.pumps = Pumps()
        self.gauging = Gauging(np.empty(0, np.int32))
        self._states = {rule.id: FewRows(BLANK) for rule in rules}

    def adopt(self, roster: Roster, places: Places, parameters: Resolved) -> None:
        """Take over a newer roster, or other parameters."""
        self._places, self._parameters = places, parameters
        self.systems: WaterSystems = find_systems(roster)
        self.pumps.adopt(len(roster.devices))
        former, self.gauging = self.gauging, Gauging(self.systems.gauges.slots)
        self.gauging.carry_over(former)
        self._sights = Sights(self.systems, roster.sensors["interval_us"])
        self._device_of = roster.sensors["device_slot"]
        systems, meters = self.systems, self.systems.tank_meters
        self._subjects = {
            About.GAUGE: Subjects(systems.anchor),
            About.PUMP: Subjects(systems.pump),
            About.TANK_METER: Subjects(_first_of_each(len(systems), meters.slots, meters.system)),
        }
        for rule in self.rules.values():
            self._states[rule.id].cover(self._subjects[rule.about].slots)

    def restore(self, rule_id: str, slot: int, active: bool, at: int, severity: int) -> bool:
        """Take over what the tables say of a sensor or device; False for a rule that is none of these."""
        if rule_id not in self.rules:
            return False
        states, slots = self._states[rule_id], np.array([slot])
        states.cover(slots)
        states.write(slots, np.array([(NEVER, NEVER, at if active else NEVER, severity)], STATE))
        return True

    def list_waits(self, sensors: Rows, devices: Rows, roster: Roster) -> Iterator[Wait]:
        """What is waited for of some sensors and devices."""
        for rule in self.rules.values():
            of_device = rule.about is About.PUMP
            slots, ids = (
                (devices, roster.devices["device_id"])
                if of_device
                else (sensors, roster.sensors["sensor_id"])
            )
            state = self._states[rule.id].read(slots)
            for row in np.flatnonzero((state["since"] != NEVER) | (state["low_since"] != NEVER)).tolist():
                since, low_since = int(state["since"][row]), int(state["low_since"][row])
                yield Wait(rule.id, of_device, int(ids[slots[row]]), since, low_since)

    def restore_wait(self, wait: Wait, slot: int) -> None:
        """Go on waiting; after `restore`, for what the tables say of a condition is not forgotten."""
        if wait.rule in self.rules:
            states, slots = self._states[wait.rule], np.array([slot])
            state = states.read(slots)
            state["since"], state["low_since"] = wait.since, wait.low_since
            states.write(slots, state)

    def follow(self, now: int, slow: NDArray[np.void]) -> None:
        """Let gauges learn from what sensors (n_sensors,) showed at a tick that was judged before."""
        if len(self.systems):
            self._sights.follow(now, slow, self.gauging)

    def take(self, event: DeviceEvent) -> None:
        """What a pump declares."""
        self.pumps.take(event)

    def tick(self, now: int, slow: NDArray[np.void]) -> Iterator[Change]:
        """Judge every system by what sensors (n_sensors,) of `rules.judging` showed last."""
        if not len(self.systems):
            return
        seen = self._sights.look(now, slow, self.gauging, self.pumps)
        for rule in self.rules.values():
            yield from self._judge(rule, replace(seen, parameter=self._lookup(rule)), now, slow)

    def _lookup(self, rule: WaterRule) -> Lookup:
        return lambda name: self._parameters.of_sensors(rule.id, name, self.systems.anchor)

    def _judge(self, rule: WaterRule, view: WaterView, now: int, slow: NDArray[np.void]) -> Iterator[Change]:
        judged, subjects = rule.judge(view), self._subjects[rule.about]
        states = self._states[rule.id]
        state = states.read(subjects.slots)
        if not (judged.holds.any() or (state["began"] != NEVER).any() or (state["since"] != NEVER).any()):
            return
        holds, clears, lead = subjects.sum_up(judged)
        value = view.parameter
        on_us, off_us = (
            (value(name)[lead] * MICROSECONDS).astype(np.int64) for name in ("on_seconds", "off_seconds")
        )
        active = state["began"] != NEVER
        state["since"] = keep_since(state["since"], holds & ~active, now)
        state["low_since"] = keep_since(state["low_since"], clears & ~holds & active, now)
        raised = ~active & holds & have_lasted(state["since"], now, on_us)
        cleared = active & have_lasted(state["low_since"], now, off_us)
        state["began"] = np.where(raised, now, np.where(cleared, NEVER, state["began"]))
        colour = self._colour(rule, judged, view, lead, state["began"], now)
        # What has been grave stays so until its end.
        graver = active & ~cleared & (colour < state["severity"])
        state["severity"] = np.where(raised | graver, colour, state["severity"])
        states.write(subjects.slots, state)
        for kind, which in (
            (ChangeKind.CLEAR, cleared),
            (ChangeKind.RAISE, raised),
            (ChangeKind.SEVERITY, graver),
        ):
            for row in np.flatnonzero(which).tolist():
                yield self._tell(
                    kind,
                    rule,
                    judged,
                    (int(subjects.slots[row]), int(lead[row])),
                    int(state["severity"][row]),
                    now,
                    slow,
                )

    def _colour(
        self,
        rule: WaterRule,
        judged: WaterJudgement,
        view: WaterView,
        lead: NDArray[np.intp],
        began: NDArray[np.int64],
        now: int,
    ) -> NDArray[np.int8]:
        if rule.gravest is None:
            return np.full(len(lead), rule.severity, np.int8)
        grave = np.zeros(len(lead), np.bool_) if judged.grave is None else judged.grave[lead]
        lasts_us = (view.parameter("grave_seconds")[lead] * MICROSECONDS).astype(np.int64)
        # Of what cannot be judged just now, as while the pump runs, nobody says that it has become worse.
        grave |= judged.holds[lead] & have_lasted(began, now, lasts_us)
        return np.where(grave, rule.gravest, rule.severity).astype(np.int8)

    def _tell(
        self,
        kind: ChangeKind,
        rule: WaterRule,
        judged: WaterJudgement,
        about: tuple[int, int],
        severity: int,
        now: int,
        slow: NDArray[np.void],
    ) -> Change:
        slot, system = about
        of_pump = rule.about is About.PUMP
        device = slot if of_pump else int(self._device_of[slot])
        places = self._places
        zone = places.zone_of_device(device)
        explains = rule.explains and kind is not ChangeKind.CLEAR
        return Change(
            kind,
            rule,
            places.device(slot) if of_pump else places.sensor(slot),
            now,
            Severity(severity),
            value=_known(judged.measure[system]),
            limit=_known(judged.limit[system]),
            unit=rule.unit,
            parts=self.explain(system, slow, now) if explains else (),
            scope_id=places.find_scope(now, places.building_of_device(device), zone, device),
        )

    def explain(self, system: int, slow: NDArray[np.void], now: int) -> tuple[Part, ...]:
        """The likely causes of too little water in a system, in words."""
        flowed = self._sights.flowed_lately(system, now)
        signs = find_signs(self.systems, system, slow, self.gauging, self.pumps, now, flowed=flowed)
        return describe(diagnose(signs))


def _known(figure: float) -> float | None:
    return float(figure) if np.isfinite(figure) else None


def _first_of_each(count: int, slots: Slots, systems: NDArray[np.intp]) -> Slots:
    """The first of the slots that belong to each system (count,), `UNKNOWN` where none does."""
    first = np.full(count, UNKNOWN, np.int32)
    first[systems[::-1]] = slots[::-1]
    return first
