"""The table of the real fires, its summary, and the same as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

from rich.console import Console
from rich.table import Table

from simulators.trials.real_fire_scores import (
    FIRE_GRACE_SECONDS,
    FireScore,
    LocationScore,
    Outcome,
    in_time,
)

HEADINGS = (
    "test",
    "location",
    "photo alarm",
    "warned",
    "lead",
    "by",
    "fire",
    "by",
    "plain lead",
    "plain fire",
)


@dataclass(frozen=True)
class Summary:
    """Counts over all locations; `median_lead_seconds` is None where half of them were never warned of."""

    locations: int
    warned_in_time: int
    fire_in_time: int
    false: int
    median_lead_seconds: float | None

    @property
    def sentence(self) -> str:
        lead = "never" if self.median_lead_seconds is None else f"{self.median_lead_seconds:.0f} s"
        return (
            f"warned in time {_share(self.warned_in_time, self.locations)}, median lead {lead}, "
            f"fire in time {_share(self.fire_in_time, self.locations)}, false {self.false}"
        )


def summarize(scores: Sequence[FireScore]) -> tuple[Summary, Summary]:
    """The rules' summary and the plain detector's."""
    locations = [location for score in scores for location in score.locations]
    false_ours = sum(len(score.false_ours) for score in scores)
    false_plain = sum(len(score.false_plain) for score in scores)
    return (
        _summarize(locations, lambda location: location.ours, false_ours),
        _summarize(locations, lambda location: location.plain, false_plain),
    )


def _summarize(
    locations: Sequence[LocationScore], outcome: Callable[[LocationScore], Outcome], false: int
) -> Summary:
    # Who was never warned of has a lead of minus infinity: it counts in the median, on the bad side.
    leads = [location.photoelectric - outcome(location).warned for location in locations]
    lead = median(leads) if leads else math.nan
    return Summary(
        len(locations),
        sum(in_time(outcome(location).warned, location.photoelectric) for location in locations),
        sum(
            in_time(outcome(location).fire, location.photoelectric, FIRE_GRACE_SECONDS)
            for location in locations
        ),
        false,
        lead if math.isfinite(lead) else None,
    )


def print_fires(scores: Sequence[FireScore], console: Console) -> None:
    """One line a location, then the false alerts, then what it comes to."""
    table = Table(box=None, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in ("test", "location", "by") else "right")
    for score in scores:
        for location in score.locations:
            table.add_row(*_cells(location))
    console.print(table)
    for score in scores:
        for who, false in (("rules", score.false_ours), ("plain", score.false_plain)):
            for alert in false:
                console.print(
                    f"false ({who}): {alert.test} {alert.location} {alert.seconds:.0f} s {alert.rule_id}"
                )
    ours, plain = summarize(scores)
    console.print(f"rules: {ours.sentence}")
    console.print(f"plain: {plain.sentence}")


def _cells(location: LocationScore) -> tuple[str, ...]:
    ours, plain, photoelectric = location.ours, location.plain, location.photoelectric
    late = "" if in_time(ours.fire, photoelectric, FIRE_GRACE_SECONDS) else " late"
    return (
        location.test,
        location.location + ("" if location.meters else " (no meter)"),
        _time(photoelectric),
        _time(ours.warned),
        _time(photoelectric - ours.warned),
        ours.warned_by,
        _time(ours.fire) + late,
        ours.fire_by,
        _time(photoelectric - plain.warned),
        _time(plain.fire),
    )


def render_json(scores: Sequence[FireScore]) -> str:
    """Everything of the table as JSON; what never happened is null."""
    ours, plain = summarize(scores)
    locations = [
        {
            "test": location.test,
            "location": location.location,
            "photoelectric_seconds": location.photoelectric,
            "meters": [quantity.value for quantity in location.meters],
            "ours": _outcome(location.ours, location.photoelectric),
            "plain": _outcome(location.plain, location.photoelectric),
        }
        for score in scores
        for location in score.locations
    ]
    false = {
        "ours": [asdict(alert) for score in scores for alert in score.false_ours],
        "plain": [asdict(alert) for score in scores for alert in score.false_plain],
    }
    summary = {"ours": asdict(ours), "plain": asdict(plain)}
    document = {"summary": summary, "locations": locations, "false": false}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _outcome(outcome: Outcome, photoelectric: float) -> dict[str, float | str | bool | None]:
    return {
        "warned_seconds": _finite(outcome.warned),
        "warned_by": outcome.warned_by or None,
        "lead_seconds": _finite(photoelectric - outcome.warned),
        "warned_in_time": in_time(outcome.warned, photoelectric),
        "fire_seconds": _finite(outcome.fire),
        "fire_by": outcome.fire_by or None,
        "fire_in_time": in_time(outcome.fire, photoelectric, FIRE_GRACE_SECONDS),
    }


def _finite(seconds: float) -> float | None:
    return seconds if math.isfinite(seconds) else None


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if math.isfinite(seconds) else "never"


def _share(count: int, total: int) -> str:
    return f"{count}/{total} ({count / total:.1%})" if total else "0/0"
