"""How often the rules cry in ordinary life, and how often a plain detector does on the same stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from schemas.columns import MICROSECONDS
from schemas.domain import ZONE_USES
from simulators.buildings import build_city
from simulators.life.living import BEGINS_US, Chunk, OrdinaryLife
from simulators.premises import (
    Premises,
    place_of_device,
    place_of_zone,
)
from simulators.trials.alerts import Alert, RuleEngine
from simulators.trials.culprits import Culprits
from simulators.trials.watching import Watchers

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
    """Both watchers over one stream, with an eye on what sets them off."""

    def __init__(self, premises: Premises, engine: RuleEngine) -> None:
        self._premises = premises
        self._watchers = Watchers(premises, engine)
        self._culprits = Culprits(premises)
        self.ours, self.plain = Tally(), Tally()
        self.cries: list[Cry] = []

    @property
    def readings(self) -> int:
        return self._watchers.readings

    def take(self, chunk: Chunk) -> None:
        self._culprits.remember(chunk, (int(chunk.samples.at[0]) - BEGINS_US) / MICROSECONDS)
        for alert in self._watchers.ask_rules(chunk.samples):
            cry = self._describe(alert)
            self.ours.add(cry)
            if any(kind != "note" for kind in cry.kinds):
                self.cries.append(cry)
        for alert in self._watchers.ask_plain(chunk.samples):
            self.plain.add(self._describe(alert))

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
