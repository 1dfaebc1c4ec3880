"""The tables of laid fires by course, place, distance and ceiling, and the same as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from simulators.outbreaks.outbreak import CEILINGS_M, COURSES, PLACES, Course, Place
from simulators.trials.laid_fires import LaidFire, Notice

DISTANCES_M = ((1.0, 3.0), (3.0, 5.0), (5.0, 7.5))


@dataclass(frozen=True)
class Delays:
    """How many were noticed, and after how long [s]; None where so many never were."""

    share: float
    p50: float | None
    p95: float | None


@dataclass(frozen=True)
class Row:
    """One group of fires."""

    group: str
    fires: int
    warned: Delays
    plain_warned: Delays
    fire: Delays
    plain_fire: Delays


@dataclass(frozen=True)
class Group:
    """Fires that are alike in what is not None."""

    name: str
    course: Course | None = None
    place: Place | None = None
    distance_m: tuple[float, float] | None = None
    ceiling_m: float | None = None

    def holds(self, fire: LaidFire) -> bool:
        return (
            self.course in (None, fire.course)
            and self.place in (None, fire.place)
            and self.ceiling_m in (None, fire.ceiling_m)
            and (self.distance_m is None or self.distance_m[0] <= fire.distance_m < self.distance_m[1])
        )


def make_rows(fires: Sequence[LaidFire]) -> list[Row]:
    """All fires, then by course, by place, by course and place, by course and distance, by course and ceiling."""
    grouped = [(group.name, [fire for fire in fires if group.holds(fire)]) for group in list_groups()]
    return [_make_row(name, members) for name, members in grouped if members]


def list_groups() -> list[Group]:
    return [
        Group("all"),
        *(Group(f"{course}", course) for course in COURSES),
        *(Group(f"in a {place}", place=place) for place in PLACES),
        *(Group(f"{course} in a {place}", course, place) for course in COURSES for place in PLACES),
        *(
            Group(f"{course}, {span[0]:g}-{span[1]:g} m away", course, distance_m=span)
            for course in COURSES
            for span in DISTANCES_M
        ),
        *(
            Group(f"{course} under {ceiling:g} m", course, ceiling_m=ceiling)
            for course in COURSES
            for ceiling in CEILINGS_M
        ),
    ]


def _make_row(name: str, fires: Sequence[LaidFire]) -> Row:
    return Row(
        name,
        len(fires),
        _measure(fires, lambda fire: fire.ours.warned),
        _measure(fires, lambda fire: fire.plain.warned),
        _measure(fires, lambda fire: fire.ours.fire),
        _measure(fires, lambda fire: fire.plain.fire),
    )


def _measure(fires: Sequence[LaidFire], delay: Callable[[LaidFire], float]) -> Delays:
    delays = np.sort([delay(fire) for fire in fires])
    return Delays(float(np.mean(np.isfinite(delays))), _quantile(delays, 0.50), _quantile(delays, 0.95))


def _quantile(delays: np.ndarray[tuple[int], np.dtype[np.float64]], share: float) -> float | None:
    """The delay within which this share was noticed: a member of the list, so that never is no number."""
    delay = float(delays[math.ceil(share * len(delays)) - 1])
    return delay if math.isfinite(delay) else None


def print_laid_fires(fires: Sequence[LaidFire], console: Console) -> None:
    """One line a group: shares, and p50 / p95 of the delays, ours before the plain detector's."""
    table = Table(box=None, pad_edge=False)
    for heading in (
        "fires",
        "n",
        "warned",
        "p50/p95",
        "plain",
        "p50/p95",
        "fire",
        "p50/p95",
        "plain",
        "p50/p95",
    ):
        table.add_column(heading, justify="left" if heading == "fires" else "right", no_wrap=True)
    for row in make_rows(fires):
        cells = [
            cell
            for delays in (row.warned, row.plain_warned, row.fire, row.plain_fire)
            for cell in (f"{delays.share:.0%}", f"{_time(delays.p50)}/{_time(delays.p95)}")
        ]
        table.add_row(row.group, f"{row.fires}", *cells)
    console.print(table)


def _time(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.0f}"


def render_json(fires: Sequence[LaidFire]) -> str:
    """The rows of the table, and each fire."""
    document = {
        "rows": [asdict(row) for row in make_rows(fires)],
        "fires": [_describe(fire) for fire in fires],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _describe(fire: LaidFire) -> dict[str, str | float | dict[str, float | None]]:
    return {
        "course": fire.course.value,
        "place": fire.place.value,
        "ceiling_m": fire.ceiling_m,
        "distance_m": round(fire.distance_m, 2),
        "ours": _finite(fire.ours),
        "plain": _finite(fire.plain),
    }


def _finite(notice: Notice) -> dict[str, float | None]:
    return {
        "warned_seconds": notice.warned if math.isfinite(notice.warned) else None,
        "fire_seconds": notice.fire if math.isfinite(notice.fire) else None,
    }
