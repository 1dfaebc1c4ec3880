"""Figures: medians over several runs, each beside the yardstick that was measured in the same run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console, JustifyMethod
from rich.table import Table

COLUMNS: tuple[tuple[str, JustifyMethod], ...] = (
    ("figure", "left"),
    ("median", "right"),
    ("least – most", "right"),
    ("unit", "left"),
    ("ratio", "right"),
    ("to", "left"),
)

JSON_KEYS = ("name", "value", "unit", "yardstick", "ratio")


@dataclass(frozen=True)
class Figure:
    """One line of the result.

    Attributes
    ----------
    value
        Median over the runs.
    yardstick, ratio
        What it is compared with and value : yardstick, the median of the ratios of each run; none for a figure that
        stands by itself.
    spread
        Least and most of the runs, for the printed table alone: how much to believe on a machine that is shared.
    """

    name: str
    value: float
    unit: str
    yardstick: str | None = None
    ratio: float | None = None
    spread: tuple[float, float] | None = None


def alone(name: str, unit: str, values: Sequence[float]) -> Figure:
    """A figure that is compared with nothing."""
    return Figure(name, median(values), unit, spread=(min(values), max(values)))


def compare(
    name: str, unit: str, values: Sequence[float], yardstick: str, measures: Sequence[float]
) -> Figure:
    """A figure and its yardstick, run by run: what slowed down both in one run leaves their ratio as it is."""
    ratios = [value / measure for value, measure in zip(values, measures, strict=True)]
    return Figure(name, median(values), unit, yardstick, median(ratios), (min(values), max(values)))


def print_figures(figures: Sequence[Figure], console: Console) -> None:
    """A table for people."""
    table = Table(box=None, pad_edge=False)
    for heading, justify in COLUMNS:
        table.add_column(heading, justify=justify, no_wrap=True)
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        least, most = figure.spread or (figure.value, figure.value)
        spread = "" if least == most else f"{_round(least)} – {_round(most)}"
        table.add_row(figure.name, _round(figure.value), spread, figure.unit, ratio, figure.yardstick or "")
    console.print(table)


def write_figures(figures: Sequence[Figure], file: Path) -> None:
    """The same as JSON, for comparing one day with another."""
    lines = [{key: value for key, value in asdict(figure).items() if key in JSON_KEYS} for figure in figures]
    file.write_text(json.dumps(lines, indent=1, ensure_ascii=False) + "\n")


def _round(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"
