"""The bursts of one day: who cooks, washes, smokes and mends, and at which detectors it is felt."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from schemas.domain import ZONE_USES
from schemas.roster import UNKNOWN
from simulators.layout import Indexes
from simulators.life.bursts import BURST, HEIGHTS
from simulators.life.grounds import Grounds
from simulators.life.habits import DAY_SECONDS, HOUR, NUISANCES, Habit, Nuisance, Span
from simulators.optics import Floats

# Only one of two detectors in a zone stands where it is felt in full: by the bathroom's door, at the stove's side.
_SECOND_DETECTOR_SHARE: Span = (0.2, 0.7)
_REACHES_NEXT_ROOM_SECONDS: Span = (20.0, 90.0)
_REACHES_CORRIDOR_SECONDS: Span = (30.0, 120.0)
# On its way the gas cools at walls and keeps its soot (design basis); as through the doors of `simulators.outbreaks`.
_WARMTH_BEYOND = 0.6


def make_day(
    habits: Iterable[Habit], grounds: Grounds, day: int, step_seconds: float, rng: np.random.Generator
) -> NDArray[np.void]:
    """All bursts (n,) of `BURST` that begin on a day, counted from the start of the stream at midnight."""
    parts = [_make_bursts(habit, grounds, day, step_seconds, rng) for habit in habits]
    bursts = np.concatenate([np.empty(0, BURST), *parts])
    return bursts[np.argsort(bursts["begins"], kind="stable")]


def zones_of(habit: Habit, grounds: Grounds) -> Indexes:
    """Zones in which a habit is at home."""
    uses = [ZONE_USES.index(use) for use in habit.uses]
    at_home = np.isin(grounds.uses, uses) & (np.diff(grounds.first_detector) > 0)
    if habit.plans:
        at_home &= np.array([plan in habit.plans for plan in grounds.plans])
    if habit.top_floor:
        at_home &= grounds.on_top
    return np.flatnonzero(at_home)


def _make_bursts(
    habit: Habit, grounds: Grounds, day: int, step_seconds: float, rng: np.random.Generator
) -> NDArray[np.void]:
    at_home = zones_of(habit, grounds)
    times = rng.poisson(habit.per_day, len(at_home))
    if habit.most_a_day is not None:
        times = np.minimum(times, habit.most_a_day)
    zones = np.repeat(at_home, times * habit.repeats)
    bursts = _draw_courses(habit, len(zones), step_seconds, rng)
    bursts["begins"] += day * DAY_SECONDS
    if habit.nuisance in (Nuisance.SPIKE, Nuisance.INSECT):
        # These are of one detector, whatever else hangs in the zone.
        bursts["detector"] = grounds.detectors[grounds.first_detector[zones]]
        return bursts
    # Heat and CO are those of the zone itself, whatever the zone is that the law of smoke speaks of.
    gas = 1.0 / habit.own_share
    own = habit.own_share, habit.own_share
    parts = [_feel(bursts, zones, own, (0.0, 0.0), grounds, rng, gas, gas)]
    for there, share, delay in (
        (grounds.beside[zones], habit.next_share, _REACHES_NEXT_ROOM_SECONDS),
        (grounds.corridor[zones], habit.corridor_share, _REACHES_CORRIDOR_SECONDS),
    ):
        if share[1] > 0:
            reached = there != UNKNOWN
            warmth = _WARMTH_BEYOND * gas
            parts.append(_feel(bursts[reached], there[reached], share, delay, grounds, rng, warmth, gas))
    return np.concatenate(parts)


def _draw_courses(
    habit: Habit, count: int, step_seconds: float, rng: np.random.Generator
) -> NDArray[np.void]:
    """Bursts (count,) within the hours of a day, at no detector yet."""
    bursts = np.zeros(count, BURST)
    bursts["nuisance"] = NUISANCES.index(habit.nuisance)
    bursts["begins"] = _draw_times(habit, count, rng)
    lasts = np.maximum(rng.uniform(*habit.seconds, count), step_seconds)
    bursts["rise"] = lasts * rng.uniform(*habit.rise_share, count)
    bursts["fall"] = lasts * np.minimum(rng.uniform(*habit.fall_share, count), 1.0 - habit.rise_share[1])
    if habit.nuisance is Nuisance.SPIKE:
        bursts["rise"] = bursts["fall"] = 0.0
    bursts["hold"] = lasts - bursts["rise"] - bursts["fall"]
    for name, level in zip(HEIGHTS, (habit.smoke, habit.heat, habit.co), strict=True):
        bursts[name] = level.draw(rng, count)
    return bursts


def _draw_times(habit: Habit, count: int, rng: np.random.Generator) -> Floats:
    """Seconds of the day (count,): each span of hours has its share by its length."""
    starts = np.array([span[0] for span in habit.hours])
    lengths = np.array([span[1] - span[0] for span in habit.hours])
    spans = rng.choice(len(lengths), count, p=lengths / lengths.sum())
    times: Floats = HOUR * (starts[spans] + lengths[spans] * rng.random(count))
    return times


def _feel(
    bursts: NDArray[np.void],
    zones: Indexes,
    share: Span,
    delay: Span,
    grounds: Grounds,
    rng: np.random.Generator,
    warmth: float,
    gas: float,
) -> NDArray[np.void]:
    """The bursts (n,) as the detectors of zones (n,) feel them: weaker and later, each at every detector.

    `warmth` and `gas` are what heat and CO have of that share of the smoke.
    """
    counts = grounds.first_detector[zones + 1] - grounds.first_detector[zones]
    felt = bursts.copy()
    shares = rng.uniform(*share, len(bursts))
    felt["begins"] += rng.uniform(*delay, len(bursts))
    for name, factor in zip(HEIGHTS, (1.0, warmth, gas), strict=True):
        felt[name] *= shares * factor
    felt = np.repeat(felt, counts)
    rank = np.arange(len(felt)) - np.repeat(np.cumsum(counts) - counts, counts)
    felt["detector"] = grounds.detectors[np.repeat(grounds.first_detector[zones], counts) + rank]
    weaker = np.where(rank == 0, 1.0, rng.uniform(*_SECOND_DETECTOR_SHARE, len(felt)))
    for name in HEIGHTS:
        felt[name] *= weaker
    return felt
