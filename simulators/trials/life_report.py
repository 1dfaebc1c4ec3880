"""The tables of a trial in ordinary life, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from schemas.columns import MICROSECONDS
from simulators.life.living import BEGINS_US
from simulators.premises import place_of_zone
from simulators.trials.ordinary_life import Cry, LifeScore, Tally

KINDS = ("red", "fire", "warning", "note")
OWN_KINDS = ("fire", "warning")


def print_life(score: LifeScore, console: Console) -> None:
    """By nuisance, by use of the zone, by rule, and what it comes to."""
    town = score.town
    console.print(
        f"{town.buildings} buildings, {score.detectors} detectors, {town.days:g} days, seed {town.seed}: "
        f"{score.readings:,} readings"
    )
    for place, heading in ((1, "nuisance"), (2, "use of zone")):
        console.print(_make_table(score, place, heading))
    for (kind, rule_id), count in score.ours.by_rule.most_common():
        console.print(f"rules: {kind} by {rule_id}: {count}")
    for kind, ratio in ratios(score).items():
        said = "none of either" if ratio is None else f"{ratio:.3f} of the plain detector's"
        console.print(f"false {kind}: {said}")
    console.print(f"red: {score.ours.total('red')}; blue notes: {score.ours.total('note')}")


def ratios(score: LifeScore) -> dict[str, float | None]:
    """The rules' false fires and warnings as parts of the plain detector's; None where that had none."""
    return {
        kind: score.ours.total(kind) / score.plain.total(kind) if score.plain.total(kind) else None
        for kind in OWN_KINDS
    }


def _make_table(score: LifeScore, place: int, heading: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(heading)
    for column in ("plain fire", "plain warning", *KINDS):
        table.add_column(column, justify="right")
    rows = sorted({key[place] for tally in (score.ours, score.plain) for key in tally.counts})
    for row in [*rows, None]:
        cells = [_total(score.plain, kind, place, row) for kind in OWN_KINDS]
        cells += [_total(score.ours, kind, place, row) for kind in KINDS]
        table.add_row(row or "all", *(f"{count:,}" for count in cells))
    return table


def _total(tally: Tally, kind: str, place: int, row: str | None) -> int:
    return tally.total(kind, culprit=row) if place == 1 else tally.total(kind, use=row)


def render_json(score: LifeScore) -> str:
    """Counts by (kind, nuisance, use), ratios, and each alert of the rules that was more than a note."""
    town = score.town
    document = {
        "buildings": town.buildings,
        "days": town.days,
        "seed": town.seed,
        "detectors": score.detectors,
        "readings": score.readings,
        "ratios": ratios(score),
        "ours": _list_counts(score.ours),
        "plain": _list_counts(score.plain),
        "alerts": _list_cries(score.cries),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _list_counts(tally: Tally) -> list[dict[str, str | int]]:
    return [
        {"kind": kind, "nuisance": culprit, "use": use, "count": count}
        for (kind, culprit, use), count in sorted(tally.counts.items())
    ]


def _list_cries(cries: Sequence[Cry]) -> list[dict[str, str | float | int | None]]:
    return [
        {
            "seconds": (cry.alert.at - BEGINS_US) / MICROSECONDS,
            "rule": cry.alert.rule_id,
            "kinds": " ".join(cry.kinds),
            "severity": cry.alert.severity.name.lower(),
            "nuisance": cry.culprit,
            "use": cry.use,
            "building_id": cry.alert.building_id,
            "zone": None if cry.alert.zone_id is None else place_of_zone(cry.alert.zone_id),
            "names": cry.alert.names,
        }
        for cry in cries
    ]
