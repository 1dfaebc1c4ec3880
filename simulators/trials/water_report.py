"""The tables of the trial on fire-fighting water, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from rules.water.diagnosis import Cause
from simulators.trials.water import KindScore, WaterLife
from simulators.trials.water_months import MonthsScore


@dataclass(frozen=True)
class WaterTrial:
    """Everything the trial found; `slow_false` are alerts of slow rules in ordinary operation, by rule."""

    kinds: Sequence[KindScore]
    months: Sequence[MonthsScore]
    life: WaterLife
    slow_false: dict[str, int]


def count_told_apart(kinds: Sequence[KindScore]) -> tuple[int, int]:
    """Cases whose cause was named rightly, and all whose cause is one of those that are told apart."""
    of_cause = [score for score in kinds if score.kind.cause is not None]
    return (
        sum(score.causes[score.kind.cause] for score in of_cause),
        sum(score.causes.total() for score in of_cause),
    )


def print_trial(trial: WaterTrial, console: Console) -> None:
    """What is seen and how early, what is foretold, what is cried for nothing, and which causes are told apart."""
    console.print(_make_kinds(trial.kinds))
    console.print(_make_months(trial.months))
    for score in trial.months:
        if score.fixed_limit is not None and score.ahead_of_fixed:
            p5, p50 = np.percentile(score.ahead_of_fixed, [5, 50])
            console.print(
                f"{score.rule.id}: a fixed limit that cries as rarely, {score.fixed_limit:.2f} L/s, warns "
                f"{np.median(score.fixed_to_breach):.0f} h before the breach (p50); the rule is {p50:.0f} h "
                f"ahead of it (p50), {p5:.0f} h (p5)"
            )
    console.print(_make_life(trial))
    console.print(_make_confusion(trial.kinds))
    right, cases = count_told_apart(trial.kinds)
    if cases:
        console.print(f"told apart: {right} of {cases}, {right / cases:.1%}")


def _make_kinds(kinds: Sequence[KindScore]) -> Table:
    table = _open_table(
        "trouble", "cases", "seen", "onset → warning, p50 / p95", "warning → breach, p50 / p5", "breaches"
    )
    for score in kinds:
        table.add_row(
            score.kind.name,
            f"{score.cases}",
            f"{score.seen / max(score.cases, 1):.0%}",
            _show(score.onset_to_warning, 50, 95, "min"),
            _show(score.warning_to_breach, 50, 5, "min"),
            f"{len(score.warning_to_breach)}",
        )
    return table


def _make_months(months: Sequence[MonthsScore]) -> Table:
    table = _open_table(
        "slow rule", "cases", "seen", "onset → warning, p50 / p95", "warning → breach, p50 / p5",
        "breaches", "forecasts", "in 80 % interval", "sooner", "later",
    )  # fmt: skip
    for score in months:
        table.add_row(
            score.rule.id,
            f"{score.cases}",
            f"{score.seen / max(score.cases, 1):.0%}",
            _show(score.onset_to_warning, 50, 95, "h"),
            _show(score.warning_to_breach, 50, 5, "h"),
            f"{score.breaches}",
            f"{score.forecasts}",
            f"{score.inside / max(score.forecasts, 1):.0%}",
            f"{score.sooner}",
            f"{score.later}",
        )
    return table


def _make_life(trial: WaterTrial) -> Table:
    life = trial.life
    table = _open_table(
        f"ordinary operation, {life.buildings} buildings, {life.days} days",
        "after undeclared tests", "else", "else, a building and year",
    )  # fmt: skip
    by_rule = {
        rule: (life.at_tests[rule], life.else_where[rule]) for rule in {*life.at_tests, *life.else_where}
    }
    by_rule |= {rule: (0, count) for rule, count in trial.slow_false.items()}
    for rule, (tests, other) in sorted(by_rule.items()):
        table.add_row(rule, f"{tests}", f"{other}", f"{other / life.building_years:.3f}")
    total = sum(other for _, other in by_rule.values())
    table.add_row("all", f"{life.at_tests.total()}", f"{total}", f"{total / life.building_years:.3f}")
    return table


def _make_confusion(kinds: Sequence[KindScore]) -> Table:
    table = _open_table("trouble \\ named", *(cause.value for cause in Cause), "none")
    for score in kinds:
        if score.kind.cause is not None:
            named = [f"{score.causes[cause]}" for cause in (*Cause, None)]
            table.add_row(f"{score.kind.trouble.value} ({score.kind.cause.value})", *named)
    return table


def _open_table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _show(values: Sequence[float], one: int, other: int, unit: str) -> str:
    if not values:
        return "-"
    first, second = np.percentile(values, [one, other])
    return f"{first:.0f} / {second:.0f} {unit}"


def render_json(trial: WaterTrial) -> str:
    """Every figure behind the tables, case by case."""
    right, cases = count_told_apart(trial.kinds)
    life = trial.life
    document = {
        "kinds": [
            {
                "trouble": score.kind.trouble.value,
                "cases": score.cases,
                "seen": score.seen,
                "onset_to_warning_minutes": score.onset_to_warning,
                "warning_to_breach_minutes": score.warning_to_breach,
                "causes": {cause.value if cause else "none": count for cause, count in score.causes.items()},
            }
            for score in trial.kinds
        ],
        "months": [
            {
                "rule": score.rule.id,
                "cases": score.cases,
                "seen": score.seen,
                "breaches": score.breaches,
                "onset_to_warning_hours": score.onset_to_warning,
                "warning_to_breach_hours": score.warning_to_breach,
                "fixed_limit": score.fixed_limit,
                "ahead_of_fixed_hours": score.ahead_of_fixed,
                "forecasts": score.forecasts,
                "inside": score.inside,
            }
            for score in trial.months
        ],
        "life": {
            "buildings": life.buildings,
            "days": life.days,
            "at_tests": life.at_tests,
            "else": life.else_where,
            "slow": trial.slow_false,
        },
        "told_apart": {"right": right, "cases": cases},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
