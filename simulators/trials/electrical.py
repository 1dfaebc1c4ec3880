"""The rules on circuits on trial: incidents of each kind, and ordinary operation, in one make-believe town each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rules.engine import Engine
from simulators.electrical.circuits import CABLES, CHANNELS, RESIDUAL, Boards, Circuits, draw_circuits
from simulators.electrical.enrolment import enrol
from simulators.electrical.failures import FAILURES, SLOW, Failure, Failures, draw_failures, no_failures
from simulators.electrical.load import Consumers
from simulators.optics import Floats
from simulators.trials.alerts import RuleEngine
from simulators.trials.electrical_score import KindScore, compare, count_false, cover, match
from simulators.trials.electrical_stream import Seen, watch

CIRCUITS_PER_BUILDING = 2
FAST_DAYS = 6
RESIDUAL_ALARM_MA, PVC_CELSIUS, XLPE_CELSIUS = 300.0, 70.0, 90.0
PREDICTS = {
    Failure.CREEP: "residual_current_creep",
    Failure.JOINT: "cable_joint_trend",
}


@dataclass(frozen=True)
class Town:
    """How much is tried: incidents of each kind, days and buildings of ordinary operation."""

    seeds: int = 50
    days: int = 90
    buildings: int = 50
    seed: int = 1


@dataclass(frozen=True)
class ElectricalScore:
    """Scores by kind, and what was raised in ordinary operation, by rule."""

    town: Town
    kinds: tuple[KindScore, ...]
    false: Counter[str]
    readings: int

    @property
    def building_years(self) -> float:
        return self.town.buildings * self.town.days / 365.25


def score_electrical(town: Town, tell: Callable[[str], None]) -> ElectricalScore:
    """Slow failures beside ordinary operation for all the days, fast ones for a few."""
    slow = Trial(town, SLOW, town.buildings * CIRCUITS_PER_BUILDING, town.days)
    slow.run(tell)
    fast = Trial(
        replace(town, seed=town.seed + 1_000_003),
        tuple(kind for kind in FAILURES if kind not in (Failure.NONE, *SLOW)),
        0,
        FAST_DAYS,
    )
    fast.run(tell)
    false = count_false(slow.seen.raises, slow.ordinary)
    kinds = [slow.score(kind, false) for kind in SLOW]
    kinds += [fast.score(kind, false) for kind in fast.kinds]
    return ElectricalScore(town, tuple(kinds), false, slow.seen.readings + fast.seen.readings)


class Trial:
    """Circuits that fail in some ways, `town.seeds` of each, and ordinary ones behind them."""

    def __init__(self, town: Town, kinds: tuple[Failure, ...], n_ordinary: int, days: int) -> None:
        self.kinds, self._days, self._seeds = kinds, days, town.seeds
        self._groups: list[tuple[Circuits, Failures]] = []
        rng = np.random.default_rng([town.seed, 22])
        for kind in kinds:
            consumers = Consumers.CHARGERS if kind is Failure.RUNAWAY else None
            self._groups.append(
                (draw_circuits(rng, town.seeds, consumers), draw_failures(rng, kind, town.seeds, days))
            )
        if n_ordinary:
            self._groups.append((draw_circuits(rng, n_ordinary), no_failures(n_ordinary)))
        self._circuits = join_circuits([circuits for circuits, _ in self._groups])
        failing = town.seeds * len(kinds)
        self.ordinary = np.arange(failing, failing + n_ordinary)
        self._building = np.concatenate(
            [np.arange(failing), failing + np.arange(n_ordinary) // CIRCUITS_PER_BUILDING]
        ).astype(np.intp)
        self._rngs = rng.spawn(len(self._groups))
        self.seen = Seen()

    def run(self, tell: Callable[[str], None], make_engine: Callable[[], RuleEngine] = Engine) -> None:
        """Let the days go by; `tell` hears of each."""
        boards = [
            Boards(circuits, failures, rng)
            for (circuits, failures), rng in zip(self._groups, self._rngs, strict=True)
        ]
        self.seen = watch(
            boards,
            enrol(self._circuits, self._building),
            self._days,
            self._limits(),
            make_engine,
            lambda day: tell(f"day {day} of {self._days} is over for {len(self._circuits)} circuits"),
        )

    def score(self, kind: Failure, false: Counter[str]) -> KindScore:
        """What became of the failures of a kind; `false` is what ordinary operation raised, by rule."""
        first = self.kinds.index(kind) * self._seeds
        circuits = np.arange(first, first + self._seeds)
        onset = self._groups[self.kinds.index(kind)][1].onset
        breach = self._find_breach(kind, circuits)
        incidents = match(kind, self.seen.raises, onset, breach, circuits)
        rule_id = PREDICTS.get(kind)
        if rule_id is None:
            return KindScore(kind, incidents)
        ordinary, failing, unit = self._hourly(kind, circuits)
        wrong = sum(
            false[each] for each in (rule_id, "cable_temp_unexplained")[: 1 + (kind is Failure.JOINT)]
        )
        return KindScore(
            kind,
            incidents,
            cover(self.seen.forecasts, rule_id, incidents),
            compare(ordinary, failing, incidents, wrong, unit),
        )

    def _limits(self) -> Floats:
        """What a breach is (n_circuits, n_channels): of residual current, and of each cable by its insulation."""
        limits = np.full((len(self._circuits), len(CHANNELS)), np.inf)
        limits[:, RESIDUAL] = RESIDUAL_ALARM_MA
        limits[:, CABLES] = np.where(self._circuits.is_xlpe, XLPE_CELSIUS, PVC_CELSIUS)[:, None]
        return limits

    def _find_breach(self, kind: Failure, circuits: NDArray[np.intp]) -> Floats:
        over = self.seen.over[circuits]
        if kind is Failure.CREEP:
            return over[:, RESIDUAL]
        if kind in (Failure.JOINT, Failure.RUNAWAY):
            return np.asarray(over[:, CABLES].min(axis=1))
        return np.full(len(circuits), np.inf)

    def _hourly(self, kind: Failure, circuits: NDArray[np.intp]) -> tuple[Floats, Floats, str]:
        """What a fixed limit looks at, in ordinary operation and of these circuits, (n, n_hours), and its unit."""
        if kind is Failure.CREEP:
            hours = self.seen.hours[:, RESIDUAL]
            return hours[self.ordinary], hours[circuits], "mA"
        # Beside what each cable bears, so that one limit may serve both kinds of insulation.
        bears = self._limits()[:, CABLES]
        hottest = (self.seen.hours[:, CABLES] - bears[:, :, None]).max(axis=1)
        return hottest[self.ordinary], hottest[circuits], "K above what the cable bears"


def join_circuits(circuits: Sequence[Circuits]) -> Circuits:
    """One after the other."""
    names = Circuits.__dataclass_fields__
    return Circuits(*(np.concatenate([getattr(each, name) for each in circuits]) for name in names))
