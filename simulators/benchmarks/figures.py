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
    ("unit", "left"),
    ("ratio", "right"),
    ("to", "left"),
)


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
    """

    name: str
    value: float
    unit: str
    yardstick: str | None = None
    ratio: float | None = None


def alone(name: str, unit: str, values: Sequence[float]) -> Figure:
    """A figure that is compared with nothing."""
    return Figure(name, median(values), unit)


def compare(
    name: str, unit: str, values: Sequence[float], yardstick: str, measures: Sequence[float]
) -> Figure:
    """A figure and its yardstick, run by run: what slowed down both in one run leaves their ratio as it is."""
    ratios = [value / measure for value, measure in zip(values, measures, strict=True)]
    return Figure(name, median(values), unit, yardstick, median(ratios))


def print_figures(figures: Sequence[Figure], console: Console) -> None:
    """A table for people."""
    table = Table(box=None, pad_edge=False)
    for heading, justify in COLUMNS:
        table.add_column(heading, justify=justify, no_wrap=True)
    for figure in figures:
        value = f"{figure.value:,.0f}" if figure.value >= 100 else f"{figure.value:,.1f}"
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        table.add_row(figure.name, value, figure.unit, ratio, figure.yardstick or "")
    console.print(table)


def write_figures(figures: Sequence[Figure], file: Path) -> None:
    """The same as JSON, for comparing one day with another."""
    file.write_text(json.dumps([asdict(figure) for figure in figures], indent=1, ensure_ascii=False) + "\n")
