"""What a trial of the electrical rules comes to: incidents seen, how early, false ones, and a fixed limit beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.domain import Severity
from simulators.electrical.failures import Failure
from simulators.optics import Floats
from simulators.trials.electrical_stream import Raise

DAYS_PER_YEAR, DAY_SECONDS, HOUR_SECONDS = 365.25, 86_400.0, 3600.0

SEES: dict[Failure, tuple[str, ...]] = {
    Failure.CREEP: ("residual_current_creep", "residual_current_prealarm"),
    Failure.JOINT: (
        "cable_joint_trend",
        "cable_temp_unexplained",
        "cable_temp_phase_diff",
        "cable_temp_prealarm",
        "cable_temp_rise",
        "insulation_ageing",
    ),
    Failure.EARTH_FAULT: ("residual_current_alarm", "residual_current_prealarm"),
    Failure.OVERLOAD: ("current_overload",),
    Failure.LOST_PHASE: ("phase_loss", "voltage_low"),
    Failure.LOST_NEUTRAL: ("voltage_high", "voltage_low", "phase_loss"),
    Failure.ARCS: ("arc_fault", "arc_suspected"),
    Failure.RUNAWAY: (
        "cable_temp_rise",
        "cable_temp_unexplained",
        "cable_temp_phase_diff",
        "cable_temp_prealarm",
        "cable_temp_alarm",
    ),
}
"""Rules that may be taken for having seen a failure of a kind."""


@dataclass(frozen=True)
class Incident:
    """One failure with what was seen of it [s of the trial]; infinite for what never came."""

    circuit: int
    onset: float
    breach: float
    warned: float
    rule_id: str


@dataclass(frozen=True)
class Coverage:
    """How often the 80 % interval held the breach: when first told, and over all looks."""

    first_hits: int
    first_count: int
    hits: int
    count: int


@dataclass(frozen=True)
class FixedLimit:
    """The lowest limit on hourly means that is passed in ordinary operation no oftener than the rules were wrong.

    `gains` are by how many hours the rules were earlier before each breach.
    """

    limit: float
    unit: str
    false: int
    rules_false: int
    gains: Floats


@dataclass(frozen=True)
class KindScore:
    kind: Failure
    incidents: Sequence[Incident]
    coverage: Coverage | None = None
    fixed: FixedLimit | None = None

    @property
    def seen(self) -> list[Incident]:
        """Those warned of before their breach."""
        return [one for one in self.incidents if one.warned <= one.breach and np.isfinite(one.warned)]


def match(
    kind: Failure, raises: Iterable[Raise], onset: Floats, breach: Floats, circuits: NDArray[np.intp]
) -> list[Incident]:
    """The first raise after its onset of each failure of a kind, on circuits (n,)."""
    first: dict[int, Raise] = {}
    begins = dict(zip(circuits.tolist(), onset.tolist(), strict=True))
    for told in sorted(raises, key=lambda one: one.at):
        if told.rule_id in SEES[kind] and told.at >= begins.get(told.circuit, np.inf):
            first.setdefault(told.circuit, told)
    found = []
    for circuit, begin, end in zip(circuits.tolist(), onset.tolist(), breach.tolist(), strict=True):
        told_first = first.get(circuit)
        warned, rule_id = (told_first.at, told_first.rule_id) if told_first else (np.inf, "")
        found.append(Incident(circuit, begin, end, warned, rule_id))
    return found


def cover(forecasts: Iterable[Raise], rule_id: str, incidents: Sequence[Incident]) -> Coverage:
    """Of forecasts between onset and breach, how many hold the breach; of breaches that came within the trial."""
    ends = {one.circuit: (one.onset, one.breach) for one in incidents if np.isfinite(one.breach)}
    hits: list[bool] = []
    firsts: dict[int, bool] = {}
    for told in forecasts:
        onset, breach = ends.get(told.circuit, (np.inf, -np.inf))
        if told.rule_id == rule_id and told.interval is not None and onset <= told.at < breach:
            hit = told.interval[0] <= breach <= told.interval[2]
            hits.append(hit)
            firsts.setdefault(told.circuit, hit)
    return Coverage(sum(firsts.values()), len(firsts), sum(hits), len(hits))


def compare(
    ordinary: Floats, failing: Floats, incidents: Sequence[Incident], false: int, unit: str
) -> FixedLimit:
    """A fixed limit on hourly means (n, n_hours) that is as rarely wrong as the rules were in ordinary operation.

    `failing` are those of the incidents' own sensors, in their order.
    """
    limits = np.arange(np.nanmin(ordinary), np.nanmax(ordinary) + 2.0, 1.0)
    counts = [_count_passages(ordinary, limit) for limit in limits.tolist()]
    # From above, for the lowest limit above which it never is wrong oftener.
    place = len(limits) - 1
    while place > 0 and counts[place - 1] <= false:
        place -= 1
    limit = float(limits[place])
    beyond = failing >= limit
    passed = np.where(beyond.any(axis=1), (beyond.argmax(axis=1) + 1) * HOUR_SECONDS, np.inf)
    gains = [
        (min(float(at), one.breach) - min(one.warned, one.breach)) / HOUR_SECONDS
        for at, one in zip(np.maximum(passed, [one.onset for one in incidents]), incidents, strict=True)
        if np.isfinite(one.breach)
    ]
    return FixedLimit(limit, unit, counts[place], false, np.array(gains))


def _count_passages(values: Floats, limit: float) -> int:
    """How often a limit is passed upwards, after at least a day below it."""
    beyond = values >= limit
    padded = np.concatenate([np.zeros((len(values), 24), np.bool_), beyond], axis=1)
    recent = np.cumsum(padded, axis=1)
    before = recent[:, 23:-1] - np.concatenate([np.zeros((len(values), 1)), recent[:, :-24]], axis=1)[:, :-1]
    return int((beyond & (before[:, : beyond.shape[1]] == 0)).sum())


def count_false(raises: Iterable[Raise], circuits: NDArray[np.intp]) -> Counter[str]:
    """Raises above blue on circuits where nothing fails, by rule."""
    ordinary = set(circuits.tolist())
    return Counter(
        told.rule_id for told in raises if told.circuit in ordinary and told.severity != Severity.BLUE
    )
