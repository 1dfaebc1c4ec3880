"""The kinds of incident, what each does to the city, and where it can happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

from simulators.buildings import City
from simulators.burning import BURNS, ignite
from simulators.influences import Influences
from simulators.layout import Indexes, Layout


class IncidentKind(StrEnum):
    """What can happen."""

    FIRE = "fire"
    DRY_HYDRANT = "dry_hydrant"
    HOT_CABLE = "hot_cable"
    OPEN_SPRINKLER = "open_sprinkler"
    EARTH_FAULT = "earth_fault"
    SILENT_DEVICE = "silent_device"


class Effect(Protocol):
    """What an incident does at a time after its start."""

    @property
    def fades_seconds(self) -> float:
        """How long after its end it is still felt."""

    def apply(self, elapsed: float, influences: Influences) -> None:
        """Add what it does `elapsed` seconds after its start."""


@dataclass(frozen=True)
class Incident:
    """One incident with its place and time [s since the epoch]."""

    kind: IncidentKind
    building: int
    place: str
    started_at: float
    lasts_seconds: float
    effect: Effect


@dataclass(frozen=True)
class DryRiser:
    """A valve is closed or a main breaks: one riser runs empty."""

    riser: int
    fades_seconds: float = 0.0

    def apply(self, elapsed: float, influences: Influences) -> None:
        influences.riser_dry[self.riser] = True


@dataclass(frozen=True)
class OpenHead:
    """A sprinkler head bursts."""

    meter: int
    fades_seconds: float = 0.0

    def apply(self, elapsed: float, influences: Influences) -> None:
        influences.open_heads[self.meter] += 1.0


@dataclass(frozen=True)
class LooseJoint:
    """A joint loosens and heats one phase."""

    circuit: int
    phase: int
    final_rise: float
    fades_seconds: float = 0.0

    def apply(self, elapsed: float, influences: Influences) -> None:
        influences.joint_rise[self.circuit, self.phase] += self.final_rise


@dataclass(frozen=True)
class EarthFault:
    """Insulation gives way: current finds its way to earth."""

    circuit: int
    fault_ma: float
    fades_seconds: float = 0.0

    def apply(self, elapsed: float, influences: Influences) -> None:
        influences.residual_fault[self.circuit] += self.fault_ma


@dataclass(frozen=True)
class Silence:
    """A device says nothing any more, not even that it goes."""

    device: int
    fades_seconds: float = 0.0

    def apply(self, elapsed: float, influences: Influences) -> None:
        influences.silent[self.device] = True


class Incidents:
    """Makes incidents somewhere in a given building, with places chosen by `rng`."""

    def __init__(self, city: City, layout: Layout, rng: np.random.Generator) -> None:
        self._city = city
        self._layout = layout
        self._rng = rng
        self._makers: dict[IncidentKind, Callable[[int, float], Incident]] = {
            IncidentKind.FIRE: self._fire,
            IncidentKind.DRY_HYDRANT: self._dry_hydrant,
            IncidentKind.HOT_CABLE: self._hot_cable,
            IncidentKind.OPEN_SPRINKLER: self._open_sprinkler,
            IncidentKind.EARTH_FAULT: self._earth_fault,
            IncidentKind.SILENT_DEVICE: self._silent_device,
        }

    def make(self, kind: IncidentKind, building: int, now: float) -> Incident:
        """An incident of this kind that starts now."""
        return self._makers[kind](building, now)

    def _fire(self, building: int, now: float) -> Incident:
        d = self._layout.detectors
        burns = np.isin(d.use, [use.value for use in BURNS])
        detector = self._choose(burns & (self._layout.device_building[d.device] == building))
        zone, lasts = int(d.zone[detector]), self._rng.uniform(100.0, 160.0)
        effect = ignite(self._city, d, zone, lasts, self._rng)
        return Incident(IncidentKind.FIRE, building, self._city.zones[zone].name, now, lasts, effect)

    def _dry_hydrant(self, building: int, now: float) -> Incident:
        w = self._layout.water
        # Only a riser with a gauge on it can be seen to be dry.
        riser = int(w.gauge_riser[self._choose(self._layout.device_building[w.gauge_device] == building)])
        place = f"消火栓立管{w.riser_number[riser] + 1}区"
        lasts = self._rng.uniform(120.0, 240.0)
        return Incident(IncidentKind.DRY_HYDRANT, building, place, now, lasts, DryRiser(riser))

    def _open_sprinkler(self, building: int, now: float) -> Incident:
        w = self._layout.water
        meter = self._choose((w.meter_building == building) & ~w.meter_is_tank)
        lasts = self._rng.uniform(120.0, 180.0)
        place = self._place_of(int(w.meter_device[meter]))
        return Incident(IncidentKind.OPEN_SPRINKLER, building, place, now, lasts, OpenHead(meter))

    def _hot_cable(self, building: int, now: float) -> Incident:
        circuit, place = self._choose_circuit(building)
        phase, lasts = int(self._rng.integers(3)), self._rng.uniform(180.0, 240.0)
        effect = LooseJoint(circuit, phase, self._rng.uniform(90.0, 120.0))
        return Incident(IncidentKind.HOT_CABLE, building, f"{place} {'ABC'[phase]}相", now, lasts, effect)

    def _earth_fault(self, building: int, now: float) -> Incident:
        circuit, place = self._choose_circuit(building)
        lasts = self._rng.uniform(90.0, 180.0)
        effect = EarthFault(circuit, self._rng.uniform(280.0, 450.0))
        return Incident(IncidentKind.EARTH_FAULT, building, place, now, lasts, effect)

    def _silent_device(self, building: int, now: float) -> Incident:
        device = self._choose(self._layout.device_building == building)
        lasts = self._rng.uniform(180.0, 300.0)
        place = self._place_of(device)
        return Incident(IncidentKind.SILENT_DEVICE, building, place, now, lasts, Silence(device))

    def _choose_circuit(self, building: int) -> tuple[int, str]:
        devices = self._layout.circuits.device
        circuit = self._choose(self._layout.device_building[devices] == building)
        return circuit, self._place_of(int(devices[circuit]))

    def _place_of(self, device: int) -> str:
        return f"{self._city.devices[device].name} {self._city.devices[device].code}"

    def _choose(self, possible: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
        where: Indexes = np.flatnonzero(possible)
        return int(self._rng.choice(where))
