"""Detectors that see nothing while others beside them see a great deal, by the evidence that zones hold.

Smoke is compared with the smoke of other devices of the zone, or of two zones linked to it; heat with heat of the same
zone only, for smoke is often cold and heat stays where it is. Only one that shows something of its own is well again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.catalogue.detector_dead import DETECTOR_DEAD
from rules.findings import Finding, begins, ends
from rules.likelihood import Likelihood
from rules.metric_silence import MetricSilence
from rules.parameters import Resolved
from rules.rule import seconds
from rules.validity import Validity
from schemas.domain import QUANTITIES, Quantity, SubjectKind

LINKED_ENOUGH = 2
FEWEST_INTERVALS = 3
SHARE = 0.1
"""Of what the others see: less is next to nothing. The dead meters of NIST TN 1455 show up to 0.09 dB/m in 2 dB/m."""
LIMITS = {Quantity.SMOKE: "smoke", Quantity.TEMPERATURE: "heat"}


@dataclass(frozen=True)
class Seen:
    """What others see of smoke [dB/m] or heat [K], and where, in words."""

    excess: float
    note: str


class DeadDetectors:
    """Since when each sensor has shown nothing among others that do, by slot, and which are told."""

    def __init__(self, likelihood: Likelihood, metrics: MetricSilence, validity: Validity) -> None:
        self._likelihood, self._metrics, self._validity = likelihood, metrics, validity
        self.since: dict[int, int] = {}
        self.active: set[int] = set()

    def adopt(self, sensors: NDArray[np.void], devices: NDArray[np.void], parameters: Resolved) -> None:
        """Take over a newer roster; what other shares serve is told by those."""
        self._parameters = parameters
        self._device_of, self._intervals_us = sensors["device_slot"].copy(), sensors["interval_us"].copy()
        self._quantity = sensors["quantity"].copy()
        self._zone_of = devices["zone_slot"][self._device_of]
        served = devices["served"][self._device_of]
        self.active = {slot for slot in self.active if served[slot]}
        self.since = {slot: since for slot, since in self.since.items() if served[slot]}
        # The sensors of one quantity and zone stand side by side.
        self._ranges = {
            quantity: _sort_by_zone(self._zone_of, self._quantity == quantity.code) for quantity in LIMITS
        }

    def restore(self, slot: int, active: bool) -> None:
        """Take over what the tables say of a sensor."""
        self.since.pop(slot, None)
        (self.active.add if active else self.active.discard)(slot)

    def tick(self, now: int) -> Iterator[Finding]:
        """Those that have shown nothing for long enough, and those that show something again."""
        for slot in sorted(self.active):
            if self._excess_of(slot) >= self._least_of(slot):
                self.active.discard(slot)
                yield ends(DETECTOR_DEAD, SubjectKind.SENSOR, slot, now)
        blind = dict(self._find_blind())
        self.since = {slot: self.since.get(slot, now) for slot in sorted(blind)}
        for slot, since in self.since.items():
            if slot not in self.active and self._is_heard(slot, now) and now - since >= self._wait_of(slot):
                self.active.add(slot)
                yield begins(DETECTOR_DEAD, SubjectKind.SENSOR, slot, now, blind[slot])

    def _find_blind(self) -> Iterator[tuple[int, str]]:
        """Sensors that show next to nothing among others that see a great deal, with what the others see."""
        for quantity in LIMITS:
            witnesses = self._find_witnesses(quantity)
            near = set(witnesses)
            if quantity is Quantity.SMOKE:
                near.update(zone for seen in witnesses for zone in self._likelihood.linked(seen))
            for zone in near:
                for slot in self._sensors_of(quantity, zone):
                    seen = self._seen_beside(slot, quantity, witnesses)
                    if seen and self._excess_of(slot) < SHARE * seen.excess:
                        yield slot, seen.note

    def _find_witnesses(self, quantity: Quantity) -> dict[int, list[tuple[int, float]]]:
        """By zone the devices that see a great deal, and how much."""
        code, name = quantity.code, LIMITS[quantity]
        least = self._parameters.least_of_zones(DETECTOR_DEAD.id, name)
        witnesses: dict[int, list[tuple[int, float]]] = {}
        for zone, evidence in self._likelihood.showing():
            if (evidence.smoke if quantity is Quantity.SMOKE else evidence.heat) < least:
                continue
            limit = self._parameters.of_zone(DETECTOR_DEAD.id, name, zone)
            for sign in evidence.signs.values():
                if sign.kind == code and sign.excess >= limit:
                    witnesses.setdefault(zone, []).append((int(self._device_of[sign.slot]), sign.excess))
        return witnesses

    def _seen_beside(
        self, slot: int, quantity: Quantity, witnesses: dict[int, list[tuple[int, float]]]
    ) -> Seen | None:
        """What others see that this sensor should see too; None where that is too little."""
        zone, device = int(self._zone_of[slot]), int(self._device_of[slot])
        beside = max((excess for other, excess in witnesses.get(zone, ()) if other != device), default=None)
        if beside is not None:
            unit = "dB/m" if quantity is Quantity.SMOKE else "K"
            return Seen(beside, f"{beside:.1f} {unit} at another detector of the zone")
        if quantity is not Quantity.SMOKE:
            return None
        smoky = self._likelihood.linked(zone) & witnesses.keys()
        if len(smoky) < LINKED_ENOUGH:
            return None
        linked = sorted(max(excess for _, excess in witnesses[other]) for other in smoky)[-LINKED_ENOUGH]
        if linked < self._parameters.of_zone(DETECTOR_DEAD.id, "linked_smoke", zone):
            return None
        return Seen(linked, f"{linked:.1f} dB/m and more in {len(smoky)} linked zones")

    def _excess_of(self, slot: int) -> float:
        sign = self._likelihood.signs(int(self._zone_of[slot])).get(slot)
        return sign.excess if sign else 0.0

    def _sensors_of(self, quantity: Quantity, zone: int) -> list[int]:
        slots, zones = self._ranges[quantity]
        first, last = np.searchsorted(zones, [zone, zone + 1])
        return [int(slot) for slot in slots[first:last]]

    def _is_heard(self, slot: int, now: int) -> bool:
        """Whether it goes on reporting what can be believed; else it is another fault."""
        lately = self._metrics.heard_at[slot] >= now - max(seconds(30), 2 * self._intervals_us[slot])
        return bool(lately and not self._validity.active[slot])

    def _least_of(self, slot: int) -> float:
        """What it must show at least to be well again: as much as would have been enough among the others."""
        name = LIMITS[QUANTITIES[self._quantity[slot]]]
        limits = self._parameters.of_sensors(DETECTOR_DEAD.id, name, np.array([slot], np.int32))
        return SHARE * float(limits[0])

    def _wait_of(self, slot: int) -> int:
        wait = self._parameters.of_sensors(DETECTOR_DEAD.id, "on_seconds", np.array([slot], np.int32))[0]
        return max(seconds(float(wait)), FEWEST_INTERVALS * int(self._intervals_us[slot]))


def _sort_by_zone(
    zone_of: NDArray[np.int32], mine: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Slots (n,) of those that are `mine`, by zone, and their zones (n,)."""
    slots = np.flatnonzero(mine).astype(np.int32)
    slots = slots[np.argsort(zone_of[slots], kind="stable")]
    return slots, zone_of[slots]
