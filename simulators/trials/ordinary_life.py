"""How often the rules cry in ordinary life, and how often a plain detector does on the same stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from schemas.columns import MICROSECONDS, Batch
from schemas.domain import ZONE_USES, Quantity, Severity, SignalClass
from simulators.buildings import build_city
from simulators.life.living import BEGINS_US, Chunk, OrdinaryLife
from simulators.premises import (
    BUILDING_ID_BASE,
    DEVICE_ID_BASE,
    Premises,
    enrol,
    place_of_device,
    place_of_zone,
)
from simulators.trials.alerts import Alert, Colours, RuleEngine
from simulators.trials.culprits import Culprits
from simulators.trials.plain_detector import PlainDetectors

SENSORS_PER_BUILDING = 170
"""Of all quantities, as the demonstration city counts them: some fifty of its devices are then smoke detectors."""
STEPS_PER_BATCH = 6


@dataclass(frozen=True)
class Town:
    """What lives, and how long."""

    buildings: int = 20
    days: float = 30.0
    seed: int = 1


@dataclass(frozen=True)
class Cry:
    """One alert with what set it off and the use of its zone, `building` for one of a whole building."""

    alert: Alert
    culprit: str
    use: str

    @property
    def kinds(self) -> Iterator[str]:
        """What it counts as; one that is red at once counts twice."""
        for kind, counts in (
            ("red", self.alert.turns_red),
            ("fire", self.alert.is_fire),
            ("warning", self.alert.is_warning),
            ("note", self.alert.is_note),
        ):
            if counts:
                yield kind


@dataclass
class Tally:
    """Counts of one watcher by (kind, culprit, use)."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, cry: Cry) -> None:
        for kind in cry.kinds:
            self.counts[kind, cry.culprit, cry.use] += 1
            self.by_rule[kind, cry.alert.rule_id] += 1

    def total(self, kind: str, culprit: str | None = None, use: str | None = None) -> int:
        """How many of a kind there are, of one culprit and one use or of all."""
        return sum(
            count
            for (of_kind, of_culprit, of_use), count in self.counts.items()
            if of_kind == kind and culprit in (None, of_culprit) and use in (None, of_use)
        )


@dataclass(frozen=True)
class LifeScore:
    """What both cried; `cries` are the rules' own, notes left out."""

    town: Town
    detectors: int
    readings: int
    ours: Tally
    plain: Tally
    cries: Sequence[Cry]


def score_life(
    town: Town, make_engine: Callable[[], RuleEngine], tell_day: Callable[[int], None] | None = None
) -> LifeScore:
    """Let life go by before an engine and plain detectors. `tell_day` hears of each day that is over."""
    city = build_city(town.buildings, town.buildings * SENSORS_PER_BUILDING, town.seed)
    life = OrdinaryLife(city, town.seed)
    watch = _Watch(life.premises, make_engine())
    for chunk in life.live(town.days):
        watch.take(chunk)
        days, rest = divmod(int(chunk.samples.at[-1]) - BEGINS_US + 10 * MICROSECONDS, 86_400 * MICROSECONDS)
        if tell_day is not None and rest == 0:
            tell_day(days)
    return LifeScore(
        town, len(life.premises.detector_zone), watch.readings, watch.ours, watch.plain, watch.cries
    )


class _Watch:
    """Both watchers over one stream."""

    def __init__(self, premises: Premises, engine: RuleEngine) -> None:
        self._premises = premises
        self._engine = engine
        self._engine.adopt(enrol(premises))
        self._colours = Colours()
        self._culprits = Culprits(premises)
        self._smoke_slots = premises.slots(Quantity.SMOKE)
        self._plain_detectors = PlainDetectors(len(self._smoke_slots))
        self.ours, self.plain = Tally(), Tally()
        self.cries: list[Cry] = []
        self.readings = 0

    def take(self, chunk: Chunk) -> None:
        self._culprits.remember(chunk, (int(chunk.samples.at[0]) - BEGINS_US) / MICROSECONDS)
        for alert in self._ask_rules(chunk):
            cry = self._describe(alert)
            self.ours.add(cry)
            if any(kind != "note" for kind in cry.kinds):
                self.cries.append(cry)
        for alert in self._ask_plain(chunk):
            self.plain.add(self._describe(alert))

    def _ask_rules(self, chunk: Chunk) -> Iterator[Alert]:
        for part in chunk.samples.cut(STEPS_PER_BATCH):
            readings, now = part.readings(), int(part.at[-1])
            self.readings += len(readings)
            yield from self._colours.follow(self._engine.evaluate(Batch(readings), now), now)

    def _ask_plain(self, chunk: Chunk) -> Iterator[Alert]:
        smoke = chunk.samples.values[:, self._smoke_slots]
        for at, row in zip(chunk.samples.at.tolist(), smoke, strict=True):
            raised = self._plain_detectors.step(at, row)
            if raised.fire.any():
                yield from self._plain_alerts(at, np.flatnonzero(raised.fire).tolist(), SignalClass.FIRE)
            if raised.warning.any():
                yield from self._plain_alerts(
                    at, np.flatnonzero(raised.warning).tolist(), SignalClass.WARNING
                )

    def _plain_alerts(self, at: int, detectors: list[int], signal_class: SignalClass) -> Iterator[Alert]:
        severity = Severity.ORANGE if signal_class is SignalClass.FIRE else Severity.YELLOW
        for detector in detectors:
            zone = self._premises.zones[self._premises.detector_zone[detector]]
            building_id = int(zone["building_slot"]) + BUILDING_ID_BASE
            zone_id, device_id = int(zone["zone_id"]), detector + DEVICE_ID_BASE
            yield Alert(at, "fixed_limit", signal_class, severity, None, building_id, zone_id, device_id)

    def _describe(self, alert: Alert) -> Cry:
        if not any((alert.warns, alert.turns_red, alert.is_note)):
            return Cry(alert, "", "")
        culprit = self._culprits.find(alert, (alert.at - BEGINS_US) / MICROSECONDS)
        return Cry(alert, culprit, self._use_of(alert))

    def _use_of(self, alert: Alert) -> str:
        if alert.zone_id is not None:
            place = place_of_zone(alert.zone_id)
        elif alert.device_id is not None:
            place = int(self._premises.detector_zone[place_of_device(alert.device_id)])
        else:
            return "building"
        return ZONE_USES[int(self._premises.zones["use"][place])].value
