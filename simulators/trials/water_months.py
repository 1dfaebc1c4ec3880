"""Leaks that grow and tanks that are no longer filled: how early slow rules warn, and how well they foretell."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rules.slow.slow_rule import SlowRule
from rules.slow.tank_draining import TANK_DRAINING
from rules.slow.water_leak import RECENT, WATER_LEAK
from simulators.optics import Floats
from simulators.trials.slow_looks import Episode, look_over
from simulators.water.course import MINUTES_A_DAY, Course
from simulators.water.hours import Hours, Months, watch_months
from simulators.water.plant import build_plants
from simulators.water.troubles import Trouble, make_troubles

LEAK_BEFORE_DAYS, TANK_BEFORE_DAYS = 16, 4
"""So long it goes well: two weeks are what a leak is compared with, three days what a tank is."""
LEAK_DAYS, TANK_DAYS = 50, 12
LEAST_LEVEL_M = 1.0
FIRST_LOOK_HOUR = 72


@dataclass
class MonthsScore:
    """Of the cases of a slow trouble.

    Attributes
    ----------
    onset_to_warning, warning_to_breach
        Hours, of the cases that were warned of; the second of those with a breach.
    fixed_to_breach
        The same by a fixed limit: nought where it comes too late, beside `ahead_of_fixed`, case by case.
    forecasts, inside, sooner, later
        How many forecasts were made before a breach, how many intervals held it, and where the others missed it.
    """

    rule: SlowRule
    trouble: Trouble
    cases: int
    breaches: int = 0
    fixed_limit: float | None = None
    onset_to_warning: list[float] = field(default_factory=list)
    warning_to_breach: list[float] = field(default_factory=list)
    fixed_to_breach: list[float] = field(default_factory=list)
    ahead_of_fixed: list[float] = field(default_factory=list)
    forecasts: int = 0
    inside: int = 0
    sooner: int = 0
    later: int = 0

    @property
    def seen(self) -> int:
        return len(self.onset_to_warning)


def score_leaks(cases: int, seed: int, ordinary: Hours, false_alerts: int) -> MonthsScore:
    """Leaks that double in one to four days, beside a fixed limit that cries as rarely in `ordinary` operation."""
    months, onset = _live(Trouble.LEAK, cases, seed, LEAK_BEFORE_DAYS, LEAK_DAYS)
    score = MonthsScore(WATER_LEAK, Trouble.LEAK, cases, fixed_limit=find_fixed_limit(ordinary, false_alerts))
    assert score.fixed_limit is not None
    fixed = _first_above(months.flow, score.fixed_limit, onset)
    first = _first_after(look_over(WATER_LEAK, months.flow, FIRST_LOOK_HOUR), onset)
    _score(score, first, onset / 60.0, months.breach / 60.0)
    for building, breach in enumerate((months.breach / 60.0).tolist()):
        if breach >= 0:
            ours = breach - first[building].raised if building in first else 0.0
            theirs = max(breach - fixed[building], 0.0) if fixed[building] >= 0 else 0.0
            score.fixed_to_breach.append(theirs)
            score.ahead_of_fixed.append(max(ours, 0.0) - theirs)
    return score


def score_tanks(cases: int, seed: int) -> MonthsScore:
    """Tanks whose filling valve is shut."""
    months, onset = _live(Trouble.EMPTY_TANK, cases, seed, TANK_BEFORE_DAYS, TANK_DAYS)
    score = MonthsScore(TANK_DRAINING, Trouble.EMPTY_TANK, cases)
    first = _first_after(look_over(TANK_DRAINING, months.level, FIRST_LOOK_HOUR), onset)
    return _score(score, first, onset / 60.0, months.breach / 60.0)


def count_false(months_flow: Hours, months_level: Hours) -> dict[str, int]:
    """Alerts of the slow rules in ordinary operation."""
    return {
        rule.id: len(look_over(rule, hours, FIRST_LOOK_HOUR))
        for rule, hours in ((WATER_LEAK, months_flow), (TANK_DRAINING, months_level))
    }


def find_fixed_limit(ordinary: Hours, false_alerts: int) -> float:
    """The lowest fixed limit [L/s] that so many ordinary buildings pass at most, by the same buckets."""
    most = np.sort(np.nanmax(_recent(ordinary), axis=1))[::-1]
    return float(most[min(false_alerts, len(most) - 1)]) * 1.001


def _live(
    trouble: Trouble, cases: int, seed: int, before_days: int, days: int
) -> tuple[Months, NDArray[np.int64]]:
    rng = np.random.default_rng([seed, 2000, list(Trouble).index(trouble)])
    plants = build_plants(cases, rng)
    onset = before_days * MINUTES_A_DAY + rng.integers(0, 3 * MINUTES_A_DAY, cases)
    course = Course(plants, make_troubles(trouble, plants, onset, rng), rng)
    return watch_months(plants, course.live(days), LEAST_LEVEL_M), onset


def _recent(hours: Hours) -> Floats:
    """What the leak rule would call recent at the end of each of its buckets (n, m); NaN for the first ones."""
    per_bucket = round(WATER_LEAK.bucket_seconds / 3600)
    count = hours.mean.shape[1] // per_bucket
    means = hours.mean[:, : count * per_bucket].reshape(len(hours.mean), count, per_bucket).mean(axis=2)
    recent = np.full(means.shape, np.nan)
    for bucket in range(RECENT - 1, count):
        recent[:, bucket] = np.median(means[:, bucket - RECENT + 1 : bucket + 1], axis=1)
    return recent


def _first_above(hours: Hours, limit: float, onset: NDArray[np.int64]) -> Floats:
    """The hour (n,) at which a fixed limit is first passed after the onset; -1 for never."""
    recent = _recent(hours)
    ends = (np.arange(recent.shape[1]) + 1) * round(WATER_LEAK.bucket_seconds / 3600)
    above = (recent >= limit) & (ends[None, :] * 60 >= onset[:, None])
    return np.where(above.any(axis=1), ends[above.argmax(axis=1)], -1).astype(np.float64)


def _first_after(episodes: list[Episode], onset: NDArray[np.int64]) -> dict[int, Episode]:
    first: dict[int, Episode] = {}
    for episode in sorted(episodes, key=lambda one: one.raised):
        if episode.raised * 60 >= onset[episode.building]:
            first.setdefault(episode.building, episode)
    return first


def _score(score: MonthsScore, first: dict[int, Episode], onset: Floats, breach: Floats) -> MonthsScore:
    score.breaches = int((breach >= 0).sum())
    for building, episode in first.items():
        score.onset_to_warning.append(float(episode.raised - onset[building]))
        if breach[building] >= 0:
            score.warning_to_breach.append(float(breach[building] - episode.raised))
        if episode.foretold is not None and breach[building] > episode.raised:
            earliest, _, latest = episode.foretold
            score.forecasts += 1
            score.inside += int(earliest <= breach[building] <= latest)
            score.sooner += int(breach[building] < earliest)
            score.later += int(breach[building] > latest)
    return score
