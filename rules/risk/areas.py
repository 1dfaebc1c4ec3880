"""The risk of an area: how its worst buildings stand, those of the areas below it among them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORST_SHARE = 0.1
"""An area is as its worst tenth is: the mean of all would hide it."""


@dataclass(frozen=True)
class AreaRisk:
    """Of one area: its score, how many buildings, and the place of the worst among those given."""

    area_id: int
    score: float
    buildings: int
    worst: int


def judge_areas(
    scores: NDArray[np.float64], areas: Sequence[int], parents: Mapping[int, int | None]
) -> list[AreaRisk]:
    """The areas that hold any of the buildings (n,), by their ids; `areas` is where each building stands."""
    within: dict[int, list[int]] = {}
    for place, area in enumerate(areas):
        at: int | None = area
        while at is not None:
            within.setdefault(at, []).append(place)
            at = parents.get(at)
    return [_judge_area(area, scores, np.array(places)) for area, places in sorted(within.items())]


def _judge_area(area_id: int, scores: NDArray[np.float64], places: NDArray[np.intp]) -> AreaRisk:
    worst_first = places[np.argsort(-scores[places], kind="stable")]
    few = worst_first[: math.ceil(WORST_SHARE * len(places))]
    return AreaRisk(area_id, float(scores[few].mean()), len(places), int(worst_first[0]))
