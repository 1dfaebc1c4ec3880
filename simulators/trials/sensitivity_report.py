"""The curve of lead against false warnings as a table, as JSON and as a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from simulators.trials.sensitivity import CHOSEN, Point

HEADINGS = (
    "sensitivity",
    "warned in time",
    "median lead",
    "fire in time",
    "false at fires",
    "false warnings",
    "false fires",
    "red",
)


class NoPicturesError(Exception):
    """matplotlib is not installed: pip install 'fengsui[pictures]' brings it."""


def print_curve(points: Sequence[Point], console: Console) -> None:
    """One line a sensitivity; the last three columns are for each building and month of ordinary life."""
    table = Table(box=None, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for point in points:
        lead = point.median_lead_seconds
        table.add_row(
            _name(point),
            f"{point.warned_in_time:.1%}",
            "never" if lead is None else f"{lead:.0f} s",
            f"{point.fire_in_time:.1%}",
            f"{point.false_on_fires}",
            f"{point.false_warnings:.2f}",
            f"{point.false_fires:.2f}",
            f"{point.reds:.2f}",
        )
    console.print(table)


def render_json(points: Sequence[Point]) -> str:
    return json.dumps([asdict(point) for point in points], indent=1) + "\n"


def draw_curve(points: Sequence[Point], file: Path) -> None:
    """A picture, SVG or PNG by the file's name: false warnings across, lead upwards.

    Raises
    ------
    NoPicturesError
        matplotlib is missing.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise NoPicturesError(NoPicturesError.__doc__) from error
    figure = Figure(figsize=(7.0, 4.5), layout="constrained")
    axes = figure.subplots()
    # A point that is never warned of has no lead to draw.
    drawn = [(point, point.median_lead_seconds) for point in points if point.median_lead_seconds is not None]
    rules = [(point, lead) for point, lead in drawn if point.sensitivity is not None]
    axes.plot([point.false_warnings for point, _ in rules], [lead for _, lead in rules], "o-", label="rules")
    for point, lead in rules:
        axes.annotate(
            f"{point.sensitivity:g}",
            (point.false_warnings, lead),
            textcoords="offset points",
            xytext=(6, -12),
        )
    for style, label, chosen in (("s", "fixed limits", None), ("*", "as shipped", CHOSEN)):
        here = [(point, lead) for point, lead in drawn if point.sensitivity == chosen]
        axes.plot(
            [point.false_warnings for point, _ in here],
            [lead for _, lead in here],
            style,
            markersize=12,
            label=label,
        )
    axes.set_xscale("symlog", linthresh=1.0)
    axes.set_xlabel("false warnings in ordinary life, a building and month")
    axes.set_ylabel("median lead before the real alarm [s]")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside upper center", ncols=3)
    figure.savefig(file)


def _name(point: Point) -> str:
    if point.sensitivity is None:
        return "fixed limits"
    return f"{point.sensitivity:g}" + (" *" if point.sensitivity == CHOSEN else "")
