"""The tables of a trial of the electrical rules, and the same as JSON."""

from __future__ import annotations

import json

import numpy as np
from rich.console import Console
from rich.table import Table

from simulators.trials.electrical import ElectricalScore
from simulators.trials.electrical_score import DAY_SECONDS, Coverage, FixedLimit, KindScore


def print_electrical(score: ElectricalScore, console: Console) -> None:
    """By kind of incident, then what fixed limits would have done, then what ordinary operation raised."""
    town = score.town
    console.print(
        f"{town.seeds} incidents of each kind; ordinary operation of {town.buildings} buildings over {town.days} days, "
        f"seed {town.seed}: {score.readings:,} readings"
    )
    table = Table(box=None, pad_edge=False)
    for heading in ("incident", "seen", "onset→warning p50", "p95", "warning→breach p50", "p95", "first by"):
        table.add_column(heading, justify="left" if heading in ("incident", "first by") else "right")
    for kind in score.kinds:
        table.add_row(*_describe(kind))
    console.print(table)
    for kind in score.kinds:
        if kind.coverage and kind.fixed:
            console.print(f"{kind.kind}: {_tell_coverage(kind.coverage)}")
            console.print(f"{kind.kind}: {_tell_fixed(kind.fixed)}")
    total = sum(score.false.values())
    console.print(
        f"ordinary operation: {total} raised in {score.building_years:.1f} building-years, "
        f"{total / score.building_years:.2f} a building-year"
    )
    for rule_id, count in score.false.most_common():
        console.print(f"  {rule_id}: {count}, {count / score.building_years:.2f} a building-year")


def _describe(kind: KindScore) -> tuple[str, ...]:
    seen = kind.seen
    after = np.array([one.warned - one.onset for one in seen])
    before = np.array([one.breach - one.warned for one in seen if np.isfinite(one.breach)])
    rules = sorted({one.rule_id for one in seen}, key=lambda rule: -sum(one.rule_id == rule for one in seen))
    # The worst of a lead is the shortest.
    return (
        kind.kind.value,
        f"{len(seen)}/{len(kind.incidents)}",
        _span(after, 50),
        _span(after, 95),
        _span(before, 50),
        _span(before, 5),
        ", ".join(f"{rule} {sum(one.rule_id == rule for one in seen)}" for rule in rules),
    )


def _tell_coverage(coverage: Coverage) -> str:
    first = coverage.first_hits / max(coverage.first_count, 1)
    every = coverage.hits / max(coverage.count, 1)
    return (
        f"the 80 % interval holds the breach in {first:.0%} of {coverage.first_count} first forecasts, "
        f"{every:.0%} of {coverage.count} at all looks"
    )


def _tell_fixed(fixed: FixedLimit) -> str:
    return (
        f"a fixed limit as rarely wrong ({fixed.false} times; the rules {fixed.rules_false}) is "
        f"{fixed.limit:.0f} {fixed.unit}; the rules are earlier by p50 {_hours(fixed.gains, 50)}, "
        f"p5 {_hours(fixed.gains, 5)}, over {len(fixed.gains)} breaches"
    )


def _hours(values: np.ndarray[tuple[int], np.dtype[np.float64]], share: float) -> str:
    return f"{np.percentile(values, share):.0f} h" if len(values) else "–"


def _span(seconds: np.ndarray[tuple[int], np.dtype[np.float64]], share: float) -> str:
    if not len(seconds):
        return "–"
    value = float(np.percentile(seconds, share))
    if value >= DAY_SECONDS:
        return f"{value / DAY_SECONDS:.1f} d"
    return f"{value / 3600:.1f} h" if value >= 3600 else f"{value:.0f} s"


def render_json(score: ElectricalScore) -> str:
    """Each incident, coverage and comparison by kind, and false ones by rule."""
    document = {
        "seeds": score.town.seeds,
        "days": score.town.days,
        "buildings": score.town.buildings,
        "seed": score.town.seed,
        "readings": score.readings,
        "building_years": score.building_years,
        "false": dict(score.false),
        "kinds": [
            {
                "kind": kind.kind.value,
                "incidents": [
                    {
                        "circuit": one.circuit,
                        "onset": one.onset,
                        "breach": one.breach if np.isfinite(one.breach) else None,
                        "warned": one.warned if np.isfinite(one.warned) else None,
                        "rule": one.rule_id,
                    }
                    for one in kind.incidents
                ],
                "coverage": vars(kind.coverage) if kind.coverage else None,
                "fixed_limit": kind.fixed.limit if kind.fixed else None,
                "gains_hours": kind.fixed.gains.tolist() if kind.fixed else None,
            }
            for kind in score.kinds
        ],
    }
    return json.dumps(document, indent=1) + "\n"
