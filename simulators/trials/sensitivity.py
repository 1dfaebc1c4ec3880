"""The price of lead: how early real fires are seen against how often ordinary life is taken for one, by sensitivity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from rules.catalogue import CATALOGUE
from rules.engine import Engine
from rules.parameters import Parameters
from simulators.trials.alerts import RuleEngine
from simulators.trials.ordinary_life import Tally, Town, score_life
from simulators.trials.real_fire_report import Summary, summarize
from simulators.trials.real_fire_scores import score_fire
from simulators.trials.real_fires import RealFire

CHOSEN = 1.0
"""What the rules are shipped with."""
SENSITIVITIES = (0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0)
_PARAMETER = "sensitivity"
MONTH_DAYS = 30.0


@dataclass(frozen=True)
class Point:
    """One sensitivity, None for the plain detector.

    Attributes
    ----------
    median_lead_seconds
        Before the real alarms; None where half of the locations were never warned of.
    false_warnings, false_fires
        In ordinary life, for each building and month of 30 days; `reds` likewise.
    false_on_fires
        False alerts around the real fires.
    """

    sensitivity: float | None
    warned_in_time: float
    median_lead_seconds: float | None
    fire_in_time: float
    false_on_fires: int
    false_warnings: float
    false_fires: float
    reds: float


def make_engine(sensitivity: float) -> Engine:
    """The rules with another sensitivity everywhere, all else as shipped."""
    values = {
        (rule.id, _PARAMETER): sensitivity
        for rule in CATALOGUE
        if any(parameter.name == _PARAMETER for parameter in rule.parameters)
    }
    return Engine(Parameters.built_in(CATALOGUE).set_everywhere(values))


def trace(
    fires: Sequence[RealFire],
    town: Town,
    sensitivities: Sequence[float],
    seed: int,
    make: Callable[[float], RuleEngine] = make_engine,
    tell: Callable[[str], None] | None = None,
) -> list[Point]:
    """The plain detector's point, then the rules' by rising sensitivity."""
    points: list[Point] = []
    for sensitivity in sorted(sensitivities):
        make_this = partial(make, sensitivity)
        ours, plain = summarize([score_fire(fire, make_this, seed) for fire in fires])
        life = score_life(town, make_this)
        if not points:
            points.append(_make_point(None, plain, life.plain, town))
        points.append(_make_point(sensitivity, ours, life.ours, town))
        if tell is not None:
            tell(f"sensitivity {sensitivity:g} is done")
    return points


def _make_point(sensitivity: float | None, summary: Summary, tally: Tally, town: Town) -> Point:
    locations = max(summary.locations, 1)
    building_months = town.buildings * town.days / MONTH_DAYS
    return Point(
        sensitivity,
        summary.warned_in_time / locations,
        summary.median_lead_seconds,
        summary.fire_in_time / locations,
        summary.false,
        tally.total("warning") / building_months,
        tally.total("fire") / building_months,
        tally.total("red") / building_months,
    )
