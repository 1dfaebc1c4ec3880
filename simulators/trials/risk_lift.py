"""Whether next week's fires are where the risk is said to be: what the top tenth of buildings holds of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from rules.risk.facts import Facts
from rules.risk.score import judge_risk
from schemas.risk import RiskPart
from simulators.trials.risk_year import Year, live_year

Floats = NDArray[np.float64]

TOP = 0.1
STANDING, HISTORY = list(RiskPart).index(RiskPart.STANDING), list(RiskPart).index(RiskPart.HISTORY)


@dataclass(frozen=True)
class Lift:
    """How one way to rank buildings did over the years.

    `share` is what the top tenth held of the fires of the weeks after; `lift` is that over a tenth, what chance would
    hold. `least` and `most` are the lifts of single years.
    """

    ranking: str
    fires: int
    share: float
    lift: float
    least: float
    most: float


def score_risk(n_buildings: int, years: int, seed: int) -> list[Lift]:
    """Rank the buildings of so many years each Monday: by risk, and by what one might have instead."""
    lived = [live_year(n_buildings, seed + year) for year in range(years)]
    rankings: dict[str, Callable[[Year, int], Floats]] = {
        "risk": lambda year, week: judge_risk(year.mondays[week]).score,
        "class, use and height alone": lambda year, week: _part(year.mondays[week], STANDING),
        "past alone": lambda year, week: _part(year.mondays[week], HISTORY),
        "open hazards alone": lambda year, week: year.mondays[week].hazards,
        "if everything were known": lambda year, week: year.rates[week],
    }
    return [_rank(name, ranking, lived, seed) for name, ranking in rankings.items()]


def _part(facts: Facts, place: int) -> Floats:
    return np.asarray(judge_risk(facts).parts[:, place])


def _rank(name: str, ranking: Callable[[Year, int], Floats], years: list[Year], seed: int) -> Lift:
    rng = np.random.default_rng(seed)
    held, all_fires = [], []
    for year in years:
        inside = 0
        for week, fires in enumerate(year.fires):
            scores = ranking(year, week)
            # Of equals, chance decides who is in the top tenth.
            order = np.lexsort((rng.random(len(scores)), -scores))
            inside += int(fires[order[: round(TOP * len(scores))]].sum())
        held.append(inside)
        all_fires.append(int(year.fires.sum()))
    lifts = [inside / fires / TOP for inside, fires in zip(held, all_fires, strict=True)]
    share = sum(held) / sum(all_fires)
    return Lift(name, sum(all_fires), share, share / TOP, min(lifts), max(lifts))


def print_lifts(lifts: list[Lift], console: Console) -> None:
    """A table for people."""
    table = Table(box=None, pad_edge=False)
    table.add_column("ranked by")
    for heading in ("fires", "in the top tenth", "lift", "least – most of a year"):
        table.add_column(heading, justify="right")
    for one in lifts:
        spread = f"{one.least:.2f} – {one.most:.2f}"
        table.add_row(one.ranking, f"{one.fires}", f"{one.share:.1%}", f"{one.lift:.2f}", spread)
    console.print(table)


def render_json(lifts: list[Lift]) -> str:
    return json.dumps([asdict(one) for one in lifts], indent=1) + "\n"
