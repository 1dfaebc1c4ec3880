"""What rules on fire-fighting water see of troubles whose truth is known, how early, and what they cry for nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rules.catalogue import WATER_RULES
from rules.changes import Change, ChangeKind
from rules.engine import Engine
from rules.water.diagnosis import Cause
from schemas.domain import Severity
from simulators.water.course import MINUTES_A_DAY, Course, Day
from simulators.water.estate import BEGINS_US, MINUTE_US, Reporting, make_roster
from simulators.water.hours import AFTER_TEST_MINUTES, Breach
from simulators.water.plant import build_plants
from simulators.water.troubles import Trouble, make_troubles

FIRST_DAY = 40
"""Not the first of the month, so that tests of hydrants and pumps fall anywhere."""
WATER = frozenset(rule.id for rule in WATER_RULES) | {
    "hydrant_pressure_zero",
    "hydrant_pressure_high",
    "tank_level_low",
    "tank_empty",
    "water_freezing",
    "sprinkler_water_flow",
}
EXPLAINING = frozenset(rule.id for rule in WATER_RULES if rule.explains)
PUMP_RULES = frozenset({"fire_pump_start_failure", "fire_pump_stopped_with_flow"})

Answers = frozenset[str]
_LOW = frozenset(
    {"hydrant_pressure_low", "water_pressure_sinking", "pressure_drop_fast", "hydrant_pressure_zero"}
)


@dataclass(frozen=True)
class Kind:
    """A kind of trouble on trial: for how many days, which rules answer to it, and its cause, if any is told.

    It begins on the day after `before_days`.
    """

    trouble: Trouble
    days: int
    answers: Answers
    cause: Cause | None = None
    jockey_share: float = 0.75
    before_days: int = 1
    metered: bool = True

    @property
    def name(self) -> str:
        return self.trouble.value if self.metered else f"{self.trouble.value}, no meter"


KINDS: tuple[Kind, ...] = (
    Kind(
        Trouble.QUICK_LEAK,
        2,
        _LOW | {"jockey_overcycling", "tank_outflow_unexpected", "tank_level_low"},
        Cause.LEAK,
    ),
    Kind(Trouble.BURST, 2, _LOW | {"tank_outflow_unexpected", "fire_pump_running"}, Cause.LEAK),
    Kind(Trouble.TANK_VALVE_CLOSED, 2, _LOW, Cause.CLOSED_VALVE),
    Kind(Trouble.RISER_VALVE_CLOSED, 2, _LOW | {"riser_gauges_differ"}, Cause.CLOSED_VALVE),
    Kind(Trouble.DEAD_SENSOR, 5, _LOW | {"riser_gauges_differ"}, Cause.DEAD_SENSOR),
    Kind(Trouble.EMPTY_TANK, 6, _LOW | {"tank_level_low", "tank_empty"}, Cause.EMPTY_TANK),
    Kind(Trouble.JOCKEY_FAULT, 2, _LOW, Cause.PUMP_FAULT, 1.0),
    Kind(Trouble.PUMP_FAULT, 2, PUMP_RULES, Cause.PUMP_FAULT),
    Kind(Trouble.PUMP_STOPS, 2, PUMP_RULES, Cause.PUMP_FAULT),
    Kind(Trouble.WATERLOGGED, 2, frozenset({"jockey_overcycling"}), None, 1.0),
    Kind(Trouble.REDUCER_FAULT, 2, frozenset({"hydrant_pressure_high"})),
    Kind(Trouble.FREEZING, 4, frozenset({"water_freezing"})),
    # What a meter would show, the fall of the pressure must.
    Kind(Trouble.LEAK, 26, frozenset({"pressure_decay_grown"}), None, 1.0, before_days=6, metered=False),
)


@dataclass
class KindScore:
    """Of the cases of a kind: minutes from onset to warning and from warning to breach, and which causes were named.

    `causes` are those named in each case, `None` where none is.
    """

    kind: Kind
    cases: int
    onset_to_warning: list[float] = field(default_factory=list)
    warning_to_breach: list[float] = field(default_factory=list)
    causes: Counter[Cause | None] = field(default_factory=Counter)

    @property
    def seen(self) -> int:
        return len(self.onset_to_warning)


@dataclass(frozen=True)
class Alert:
    """A rule raised in a building at a minute; `cause` is the likeliest that it names."""

    building: int
    minute: int
    rule_id: str
    severity: Severity
    cause: Cause | None


def score_kind(kind: Kind, cases: int, seed: int) -> KindScore:
    """One trouble in each of so many buildings."""
    rng = np.random.default_rng([seed, list(Trouble).index(kind.trouble)])
    plants = build_plants(cases, rng, kind.jockey_share)
    begin = FIRST_DAY * MINUTES_A_DAY
    # By day, so that what is called for by hand comes when people are there.
    onset = begin + kind.before_days * MINUTES_A_DAY + rng.integers(-300, 300, cases)
    troubles = make_troubles(kind.trouble, plants, onset, rng)
    breach = Breach(cases)
    alerts: list[Alert] = []
    for day, found in _watch(Course(plants, troubles, rng), kind.days, np.full(cases, kind.metered)):
        breach.take(day, (day.worst < plants.limit_mpa) & (day.first_minute + _minutes(day) >= onset))
        alerts += found
    return _score(KindScore(kind, cases), alerts, onset, breach.minute)


def _minutes(day: Day) -> NDArray[np.int64]:
    return np.arange(len(day.worst))[:, None]


def _watch(course: Course, days: int, metered: NDArray[np.bool_]) -> Iterator[tuple[Day, list[Alert]]]:
    """Days, and what the rules raise in each."""
    engine = Engine()
    engine.adopt(make_roster(course.plants))
    reporting = Reporting(metered)
    for day in course.live(days, FIRST_DAY):
        found = [
            _note(change)
            for batch, at in reporting.report(day)
            for change in engine.evaluate(batch, at)
            if change.kind is ChangeKind.RAISE and change.rule.id in WATER
        ]
        yield day, found


def _note(change: Change) -> Alert:
    minute = (change.at - BEGINS_US) // MINUTE_US - 1
    cause = _named(change) if change.rule.id in EXPLAINING else None
    if change.rule.id in PUMP_RULES:
        cause = Cause.PUMP_FAULT
    return Alert(change.subject.building_id - 1, minute, change.rule.id, change.severity, cause)


_WORDS: Mapping[str, Cause] = {
    "a valve is shut": Cause.CLOSED_VALVE,
    "a leak": Cause.LEAK,
    "a gauge is dead": Cause.DEAD_SENSOR,
    "the tank is empty": Cause.EMPTY_TANK,
    "a pump is at fault": Cause.PUMP_FAULT,
}


def _named(change: Change) -> Cause | None:
    """The likeliest cause as the duty desk reads it."""
    said = change.parts[0].text_en if change.parts else ""
    return next((cause for words, cause in _WORDS.items() if f": {words} (" in said), None)


def _score(
    score: KindScore, alerts: list[Alert], onset: NDArray[np.int64], breach: NDArray[np.int64]
) -> KindScore:
    for building in range(score.cases):
        mine = [alert for alert in alerts if alert.building == building and alert.minute >= onset[building]]
        answers = [alert.minute for alert in mine if alert.rule_id in score.kind.answers]
        if answers:
            score.onset_to_warning.append(float(answers[0] - onset[building]))
            if breach[building] >= 0:
                score.warning_to_breach.append(float(breach[building] - answers[0]))
        if score.kind.cause is not None:
            score.causes[_find_cause(mine)] += 1
    return score


def _find_cause(alerts: list[Alert]) -> Cause | None:
    """What the gravest alert names, of those of the first ten minutes that name a cause."""
    telling = [alert for alert in alerts if alert.cause is not None]
    first = [alert for alert in telling if alert.minute <= telling[0].minute + 10]
    return min(first, key=lambda alert: alert.severity).cause if first else None


@dataclass
class WaterLife:
    """What is cried in ordinary operation, by rule: around tests that nobody declared, and else."""

    buildings: int
    days: int
    at_tests: Counter[str] = field(default_factory=Counter)
    else_where: Counter[str] = field(default_factory=Counter)

    @property
    def building_years(self) -> float:
        return self.buildings * self.days / 365.25


class Tests:
    """When hydrants and pumps of (n,) buildings were tested last."""

    def __init__(self, count: int) -> None:
        self._tested = np.full(count, -MINUTES_A_DAY, np.int64)
        self._first, self._last = 0, self._tested[None]

    def take(self, day: Day) -> None:
        """Go on by a day."""
        self._first = day.first_minute
        self._last = np.maximum.accumulate(
            np.where(day.tests, self._first + _minutes(day), self._tested), axis=0
        )
        self._tested = self._last[-1]

    def are_felt(self, building: int, minute: int) -> bool:
        """Whether a test of a building is under way at a minute of this day, or has left traces until then."""
        place = min(minute - self._first, len(self._last) - 1)
        return bool(minute - self._last[place, building] <= AFTER_TEST_MINUTES)


def score_life(
    buildings: int, days: int, seed: int, take_day: Callable[[Day], None] | None = None
) -> WaterLife:
    """Ordinary operation: tests of hydrants and pumps every month, hammer, refills, jockey pumps at work.

    Every other building has no meter that the rules could see.
    """
    rng = np.random.default_rng([seed, 1000])
    plants = build_plants(buildings, rng)
    never = np.full(buildings, np.iinfo(np.int64).max // 2)
    course = Course(plants, make_troubles(Trouble.NONE, plants, never, rng), rng)
    life = WaterLife(buildings, days)
    tests = Tests(buildings)
    for day, alerts in _watch(course, days, np.arange(buildings) % 2 == 0):
        tests.take(day)
        for alert in alerts:
            after = tests.are_felt(alert.building, alert.minute)
            (life.at_tests if after else life.else_where)[alert.rule_id] += 1
        if take_day is not None:
            take_day(day)
    return life
