"""How circuits fail: what grows from an onset on, and what is gone for a while."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from simulators.optics import Floats


class Failure(StrEnum):
    """Kinds of failure, and NONE of ordinary operation."""

    NONE = "none"
    CREEP = "residual_creep"
    JOINT = "loose_joint"
    EARTH_FAULT = "earth_fault"
    OVERLOAD = "overload"
    LOST_PHASE = "lost_phase"
    LOST_NEUTRAL = "lost_neutral"
    ARCS = "arcs"
    RUNAWAY = "charging_runaway"


SLOW = (Failure.CREEP, Failure.JOINT)
"""Kinds that take weeks."""


@dataclass(frozen=True)
class Failures:
    """One failure of each of (n,) circuits.

    Attributes
    ----------
    kind
        Places in `Failure`.
    onset, span
        When it begins and how long it takes to come to `size` [s]; an abrupt one is there at once and lasts for `span`.
    size
        Of CREEP and EARTH_FAULT mA, of JOINT and RUNAWAY K (of a joint at the rated load), of OVERLOAD the share of the
        rated current that is added, of LOST_NEUTRAL the load of the phase with the least beside the others', of ARCS
        half-cycles in a second.
    shape
        It grows as (time / span) to this power: 1 is steady, 2 ever faster.
    phase
        Where it happens.
    """

    kind: NDArray[np.intp]
    onset: Floats
    span: Floats
    size: Floats
    shape: Floats
    phase: NDArray[np.intp]

    def grown(self, seconds: Floats, *kinds: Failure) -> Floats:
        """How large failures of these kinds are at times (m,): (m, n), nought before their onset and of other kinds."""
        mine = np.isin(self.kind, [_CODES[kind] for kind in kinds])
        part = np.maximum(seconds[:, None] - self.onset, 0.0) / self.span
        return np.where(mine, self.size * part**self.shape, 0.0)

    def lasts(self, seconds: Floats, kind: Failure) -> NDArray[np.bool_]:
        """Whether an abrupt failure of this kind is there at times (m,): (m, n)."""
        since = seconds[:, None] - self.onset
        there: NDArray[np.bool_] = (self.kind == _CODES[kind]) & (since >= 0) & (since < self.span)
        return there


FAILURES: tuple[Failure, ...] = tuple(Failure)
_CODES = {kind: code for code, kind in enumerate(FAILURES)}


def no_failures(count: int) -> Failures:
    """Ordinary operation of (count,) circuits."""
    nothing = np.zeros(count)
    none = np.zeros(count, np.intp)
    return Failures(none, np.full(count, np.inf), np.ones(count), nothing, np.ones(count), none)


def draw_failures(rng: np.random.Generator, kind: Failure, count: int, days: float) -> Failures:
    """One of this kind on each of (count,) circuits that are watched for so many days.

    Creeps and joints begin between the twentieth and thirtieth day and take 15 to 45 days (design values: what a city
    has time to mend); an overload lasts two to six hours, a battery that runs away takes 20 to 60 minutes.
    """
    day = 86_400.0
    onset = rng.uniform(0.4, 0.6, count) * days * day
    span, size, shape = np.full(count, 6 * 3600.0), np.ones(count), np.ones(count)
    phase = rng.integers(0, 3, count)
    match kind:
        case Failure.CREEP:
            onset, span = rng.uniform(20, 30, count) * day, rng.uniform(15, 45, count) * day
            size, shape = np.full(count, 300.0), rng.uniform(1.0, 1.8, count)
        case Failure.JOINT:
            onset, span = rng.uniform(20, 30, count) * day, rng.uniform(15, 45, count) * day
            size, shape = rng.uniform(60, 110, count), rng.uniform(1.0, 1.8, count)
        case Failure.EARTH_FAULT:
            size = rng.uniform(330, 900, count)
        case Failure.OVERLOAD:
            # On top of whatever else is on, from shortly before the evening's peak.
            onset = (np.floor(onset / day) + 17.0 / 24) * day
            size, span = rng.uniform(0.6, 1.2, count), rng.uniform(2, 6, count) * 3600.0
        case Failure.LOST_NEUTRAL:
            size = rng.uniform(0.15, 0.6, count)
        case Failure.ARCS:
            size = rng.uniform(10, 60, count)
        case Failure.RUNAWAY:
            # At night, while nobody is there.
            onset = (np.floor(onset / day) + rng.uniform(23, 29, count) / 24) * day
            size, shape = rng.uniform(60, 120, count), rng.uniform(1.5, 3, count)
            span = rng.uniform(20, 60, count) * 60.0
        case _:
            pass
    return Failures(np.full(count, _CODES[kind]), onset, span, size, shape, phase)
