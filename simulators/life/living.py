"""Ordinary life as a stream: days of bursts over the detectors of a city, through their sensors."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from schemas.columns import MICROSECONDS
from simulators.buildings import City
from simulators.life.bursts import BURST, ends_of, render
from simulators.life.grounds import Grounds, equip, survey
from simulators.life.habits import DAY_SECONDS, HABITS, Nuisance
from simulators.life.nuisances import make_day
from simulators.life.sensing import Air, Sensing
from simulators.premises import Premises
from simulators.samples import Samples

BEGINS_US = 1_793_462_400 * MICROSECONDS
"""Midnight of 1 November 2026 in the city (UTC+8)."""
HEATING_FROM_DAY = 14
"""Central heating of northern cities comes on in the middle of November."""
CHUNK_STEPS = 60
_LONGEST_DAYS = 2 + math.ceil(max(habit.seconds[1] for habit in HABITS) / DAY_SECONDS)
"""From midnight of the day on which something is made until it is over: what is made for a night begins after it."""


@dataclass(frozen=True)
class Chunk:
    """Some steps of the stream, with the bursts that are under way in them."""

    samples: Samples
    bursts: NDArray[np.void]


class Overlay(Protocol):
    """Something beyond ordinary life that is in the air."""

    def add(self, first_step: int, air: Air) -> None:
        """Add it to the columns of all detectors, from `first_step` on."""


class OrdinaryLife:
    """Life in a city from midnight on, the same for the same city and seed, however it is cut.

    Parameters
    ----------
    step_seconds
        Between two samples of every sensor; a day is a whole number of them.
    strand
        Gives the same sensors other noise (see `Sensing`).
    """

    def __init__(self, city: City, seed: int, step_seconds: float = 10.0, strand: int = 0) -> None:
        self.premises: Premises = equip(city, step_seconds)
        self.grounds: Grounds = survey(city)
        self._seed = seed
        self._step_seconds = step_seconds
        self.sensing = Sensing(self.premises, self.grounds, seed, strand)

    def live(
        self,
        days: float,
        chunk_steps: int = CHUNK_STEPS,
        starts: float = 0.0,
        blaze: Overlay | None = None,
    ) -> Iterator[Chunk]:
        """The stream up to so many days, chunk after chunk; one object lives once.

        It starts so many seconds after the first midnight; `blaze` adds what burns.
        """
        n_steps = round(days * DAY_SECONDS / self._step_seconds)
        # What began earlier is over: nothing lasts longer than a few days.
        under_way, made_days = np.empty(0, BURST), max(int(starts // DAY_SECONDS) - _LONGEST_DAYS, 0)
        for first in range(round(starts / self._step_seconds), n_steps, chunk_steps):
            count = min(chunk_steps, n_steps - first)
            begins, ends = first * self._step_seconds, (first + count) * self._step_seconds
            while made_days * DAY_SECONDS < ends:
                under_way = np.concatenate([under_way, self._make_day(made_days)])
                made_days += 1
            under_way = under_way[ends_of(under_way) > begins]
            felt = under_way[under_way["begins"] < ends]
            yield self._make_chunk(first, count, felt, blaze)

    def _make_chunk(self, first: int, count: int, bursts: NDArray[np.void], blaze: Overlay | None) -> Chunk:
        n_detectors = len(self.premises.detector_zone)
        air = Air(**render(bursts, first, count, self._step_seconds, n_detectors))
        if blaze is not None:
            blaze.add(first, air)
        seconds = np.arange(first, first + count, dtype=np.float64) * self._step_seconds
        at = BEGINS_US + np.round(seconds * MICROSECONDS).astype(np.int64)
        return Chunk(Samples(at, self.sensing.read(seconds, air)), bursts)

    def _make_day(self, day: int) -> NDArray[np.void]:
        habits = [h for h in HABITS if h.nuisance is not Nuisance.HEATING or day >= HEATING_FROM_DAY]
        rng = np.random.default_rng([self._seed, 5, day])
        return make_day(habits, self.grounds, day, self._step_seconds, rng)
