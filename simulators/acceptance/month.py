"""A month of ordinary life in many buildings: what the rules raise though nothing burns, beside a plain detector.

The month is cut into stretches of some days that are lived side by side before one engine, each after two hours in
which the rules learn what is usual: an engine looks at a hundred buildings in hardly more time than at forty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from rules.engine import Engine
from schemas.columns import MICROSECONDS
from simulators.buildings import build_city
from simulators.life.habits import DAY_SECONDS
from simulators.life.living import BEGINS_US, OrdinaryLife
from simulators.premises import BUILDING_ID_BASE, ZONE_ID_BASE, Premises, place_of_building
from simulators.samples import Samples
from simulators.trials.alerts import Alert
from simulators.trials.ordinary_life import SENSORS_PER_BUILDING
from simulators.trials.watching import Watchers

WARM_UP_SECONDS = 7200.0
BATCH_SECONDS = 60.0
FALSE_FIRES_AT_MOST, FALSE_WARNINGS_AT_MOST = 0.20, 0.33
"""As parts of what a plain detector's fixed limits raise on the same readings."""


@dataclass(frozen=True)
class Stretches:
    """So many days each of the month of a town, from some days on; played by one process."""

    buildings: int
    seed: int
    first_days: tuple[int, ...]
    days: int
    step_seconds: float = 20.0
    """Between two samples of every sensor; slower ones are no fire detectors any more."""


@dataclass
class Cries:
    """What was raised though nothing burns: ours by (kind, rule, building), the plain detector's by kind.

    Kinds are fire, warning, red (whatever turned red) and note (blue).
    """

    buildings: int = 0
    days: float = 0.0
    readings: int = 0
    ours: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    plain: Counter[str] = field(default_factory=Counter)

    def join(self, other: Cries) -> None:
        """Take in the rest of the month."""
        self.buildings = max(self.buildings, other.buildings)
        self.days += other.days
        self.readings += other.readings
        self.ours += other.ours
        self.plain += other.plain

    def total(self, kind: str, rule_id: str | None = None, building: int | None = None) -> int:
        """How many there are of a kind, of one rule or building or of all."""
        return sum(
            count
            for (of_kind, of_rule, of_building), count in self.ours.items()
            if of_kind == kind and rule_id in (None, of_rule) and building in (None, of_building)
        )

    def ratio(self, kind: str) -> float | None:
        """Ours as a part of the plain detector's; None where that has none."""
        return self.total(kind) / self.plain[kind] if self.plain[kind] else None

    @property
    def keeps_limits(self) -> bool:
        """Nothing red, and no more fires and warnings than is allowed."""
        return (
            not self.total("red")
            and self.total("fire") <= FALSE_FIRES_AT_MOST * self.plain["fire"]
            and self.total("warning") <= FALSE_WARNINGS_AT_MOST * self.plain["warning"]
        )


def cut_month(
    buildings: int, days: int, seed: int, processes: int, step_seconds: float = 20.0, most_days: int = 3
) -> list[Stretches]:
    """The month in one piece for each process, of stretches of `most_days` days at most."""
    pieces = max(processes * -(-days // (processes * most_days)), 1)
    while days % pieces:
        pieces += 1
    length = days // pieces
    # The evening before the month is for learning.
    firsts = [1 + piece * length for piece in range(pieces)]
    return [
        Stretches(buildings, seed, tuple(firsts[process::processes]), length, step_seconds)
        for process in range(min(processes, pieces))
    ]


def live(stretches: Stretches, tell: Callable[[float], None] = lambda _: None) -> Cries:
    """Let the stretches go by side by side; `tell` hears which share of them is over."""
    city = build_city(stretches.buildings, stretches.buildings * SENSORS_PER_BUILDING, stretches.seed)
    lives = [
        OrdinaryLife(city, stretches.seed, stretches.step_seconds, strand=first)
        for first in stretches.first_days
    ]
    watchers = Watchers(_put_side_by_side([life.premises for life in lives]), Engine())
    cries = Cries(stretches.buildings, float(stretches.days * len(lives)))
    counts_from = BEGINS_US + round(stretches.first_days[0] * DAY_SECONDS * MICROSECONDS)
    steps_per_batch = round(BATCH_SECONDS / stretches.step_seconds)
    length = stretches.days * DAY_SECONDS * MICROSECONDS
    for samples in _mix(lives, stretches):
        for alert in watchers.ask_rules(samples, steps_per_batch):
            if alert.at >= counts_from:
                building = place_of_building(alert.building_id) % stretches.buildings
                cries.ours.update((kind, alert.rule_id, building) for kind in _kinds_of(alert))
        for alert in watchers.ask_plain(samples):
            if alert.at >= counts_from:
                cries.plain.update(_kinds_of(alert))
        tell(max((int(samples.at[-1]) - counts_from) / length, 0.0))
    cries.readings = watchers.readings
    return cries


def _kinds_of(alert: Alert) -> Iterator[str]:
    for kind, counts in (
        ("red", alert.turns_red),
        ("fire", alert.is_fire),
        ("warning", alert.is_warning),
        ("note", alert.is_note),
    ):
        if counts:
            yield kind


def _mix(lives: Sequence[OrdinaryLife], stretches: Stretches) -> Iterator[Samples]:
    """The stretches' samples beside each other, under the time of the first."""
    streams = [
        life.live(first + stretches.days, starts=first * DAY_SECONDS - WARM_UP_SECONDS)
        for life, first in zip(lives, stretches.first_days, strict=True)
    ]
    for chunks in zip(*streams, strict=True):
        yield Samples(chunks[0].samples.at, np.hstack([chunk.samples.values for chunk in chunks]))


def _put_side_by_side(parts: Sequence[Premises]) -> Premises:
    """The premises of several lives as one, each with buildings and zones of its own."""
    sites = np.concatenate([part.sites for part in parts])
    sites["building_id"] = np.arange(len(sites)) + BUILDING_ID_BASE
    zones, detector_zone = [], []
    n_sites = n_zones = 0
    for part in parts:
        shifted = part.zones.copy()
        shifted["building_slot"] += n_sites
        zones.append(shifted)
        detector_zone.append(part.detector_zone + n_zones)
        n_sites, n_zones = n_sites + len(part.sites), n_zones + len(part.zones)
    all_zones = np.concatenate(zones)
    all_zones["zone_id"] = np.arange(len(all_zones)) + ZONE_ID_BASE
    return replace(
        parts[0],
        sites=sites,
        site_codes=[f"{code}-{turn}" for turn, part in enumerate(parts) for code in part.site_codes],
        zones=all_zones,
        zone_codes=[code for part in parts for code in part.zone_codes],
        detector_zone=np.concatenate(detector_zone),
        channels=np.concatenate([part.channels for part in parts]),
    )
