"""One riser with four gauges, tank and pumps, and a shorthand for what it reports as time passes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from rules.changes import Change
from rules.engine import Engine
from rules.water.systems import MPA_PER_METRE
from schemas.columns import MICROSECONDS, READING, Batch, DeviceEvent
from schemas.domain import (
    BUILDING_CLASSES,
    BUILDING_USES,
    BuildingClass,
    BuildingUse,
    DeviceEventKind,
    Quality,
)
from schemas.roster import Roster
from simulators.water.estate import CELSIUS, FIRE_PUMP, FLOW, LEVEL, SENSORS_EACH, TOP_GAUGE, make_roster
from simulators.water.plant import N_TAPS, build_plants

START = 1_795_420_800 * MICROSECONDS
STEP_SECONDS = 10


def make_building(
    kind: BuildingClass = BuildingClass.HIGH_RISE_2,
    use: BuildingUse = BuildingUse.RESIDENTIAL,
    height_m: float = 50.0,
    resolution_mpa: float = 0.001,
) -> Roster:
    """A building of four gauges, the highest at its worst hydrant; samples come every ten seconds."""
    plants = build_plants(1, np.random.default_rng(1), jockey_share=1.0)
    plants = replace(
        plants,
        limit_mpa=np.array([0.07]),
        top_m=np.array([height_m]),
        tap_m=np.array([[-4.0, 2.0, height_m / 2, height_m]]),
    )
    roster = make_roster(plants, resolution_mpa)
    roster.sites["building_class"] = BUILDING_CLASSES.index(kind)
    roster.sites["use"], roster.sites["height_m"] = BUILDING_USES.index(use), height_m
    roster.sensors["interval_us"] = roster.devices["interval_us"] = STEP_SECONDS * MICROSECONDS
    return roster


@dataclass
class Riser:
    """What it reports: `head` is the pressure at the worst hydrant, `dev` what each gauge shows beside it [MPa]."""

    roster: Roster = field(default_factory=make_building)
    engine: Engine = field(default_factory=Engine)
    second: int = 0

    def __post_init__(self) -> None:
        self.engine.adopt(self.roster)
        elevation = self.roster.sensors["elevation_m"][:N_TAPS]
        self._lift = MPA_PER_METRE * (elevation[TOP_GAUGE] - elevation)

    def report(
        self,
        seconds: int,
        head: float = 0.2,
        *,
        flow: float = 0.0,
        level: float = 1.8,
        dev: Iterable[float] = (0.0,) * N_TAPS,
        without: Iterable[int] = (),
        quality: Quality = Quality.GOOD,
    ) -> list[Change]:
        """The same samples for so long; says what changed."""
        changes: list[Change] = []
        values = np.zeros(SENSORS_EACH)
        values[:N_TAPS] = np.maximum(head + self._lift + np.array(list(dev)), 0.0)
        values[FLOW], values[LEVEL], values[CELSIUS] = flow, level, 18.0
        sent = np.array([slot for slot in range(SENSORS_EACH) if slot not in set(without)], np.int32)
        for _ in range(0, seconds, STEP_SECONDS):
            self.second += STEP_SECONDS
            readings = np.zeros(len(sent), READING)
            readings["slot"], readings["value"], readings["quality"] = sent, values[sent], quality
            readings["observed_at"] = readings["received_at"] = self.now
            changes += self.engine.evaluate(Batch(readings), self.now)
        return changes

    def show(self, head: float) -> NDArray[np.float64]:
        """What the sensors (SENSORS_EACH,) show, with nothing drawn and a full tank."""
        values = np.zeros(SENSORS_EACH)
        values[:N_TAPS] = np.maximum(head + self._lift, 0.0)
        values[LEVEL], values[CELSIUS] = 1.8, 18.0
        return values

    def declare(self, kind: DeviceEventKind, device: int = FIRE_PUMP, *, active: bool = True) -> list[Change]:
        event = DeviceEvent(device, None, self.now, self.now, kind, active, None, None, 0)
        return self.engine.evaluate(Batch(np.empty(0, READING), (event,)), self.now)

    @property
    def now(self) -> int:
        return START + self.second * MICROSECONDS


def told(changes: Iterable[Change]) -> list[str]:
    return [f"{change.kind} {change.rule.id}" for change in changes]


def raised(changes: Iterable[Change], rule_id: str) -> list[int]:
    """Seconds at which a rule was raised."""
    return [
        (change.at - START) // MICROSECONDS
        for change in changes
        if change.rule.id == rule_id and change.kind == "raise"
    ]
