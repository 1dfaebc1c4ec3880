"""How much each reading speaks for a fire, in points: sixteenths, so that sums are exact in any order.

Points grow with the lower of the last two values (a single spike is no evidence) above what is usual for the sensor,
and for heat also above the lowest of the last two minutes: the sun warms a room as far as a fire does, but not as fast.
No point is lost when a value rises.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.view import Candidates, View
from schemas.domain import QUANTITIES, Quantity

Floats = NDArray[np.float64]
Points = NDArray[np.int32]

SCALE = 16
HEAT_WINDOW_SECONDS = 120.0


@dataclass(frozen=True)
class Scale:
    """Points of one quantity: `knots` are excess over the margin against points, straight in between.

    The margin is three times the sensor's own spread, within `margin`: what is no more than its noise is no sign.
    With `within_seconds` the excess is no more than what the value has risen by within so long.
    """

    margin: tuple[float, float]
    knots: tuple[tuple[float, float], ...]
    within_seconds: float | None = None

    def points(self, above: Floats) -> Points:
        """Of values (n,) that are so far above their margins."""
        x, y = zip(*self.knots, strict=True)
        return np.where(above >= 0.0, np.floor(np.interp(above, x, y) * SCALE), 0.0).astype(np.int32)


SCALES: dict[Quantity, Scale] = {
    # dB/m. A photoelectric alarm sounds at 0.3 to 1.1 dB/m of the smoke of real fires (NIST TN 1455).
    Quantity.SMOKE: Scale(
        (0.04, 0.08),
        ((0.0, 1.0), (0.05, 2.0), (0.10, 3.0), (0.25, 4.5), (0.55, 6.0), (1.0, 7.0), (2.0, 9.0)),
    ),
    # K within two minutes. At the first photoelectric alarm the ceiling is 5 to 18 K warmer, rising 9 to 19 K/min.
    Quantity.TEMPERATURE: Scale(
        (0.4, 1.5),
        ((0.0, 1.0), (1.0, 1.5), (2.5, 2.5), (4.5, 4.0), (7.5, 5.5), (12.0, 7.0), (20.0, 9.0)),
        HEAT_WINDOW_SECONDS,
    ),
    # ppm. Traffic stays below 30 ppm and comes slowly; a smouldering fire gives 20 to 200 ppm.
    Quantity.CO: Scale((8.0, 15.0), ((0.0, 1.0), (10.0, 2.5), (30.0, 4.0), (90.0, 6.0))),
}

# Margins by code of the quantity; infinite for what no fire shows in.
LEAST_MARGIN = np.array([SCALES[q].margin[0] if q in SCALES else np.inf for q in QUANTITIES])
MOST_MARGIN = np.array([SCALES[q].margin[1] if q in SCALES else np.inf for q in QUANTITIES])


def weigh(candidates: Candidates, codes: NDArray[np.intp]) -> tuple[Points, Floats]:
    """Points and excess, each (n,), of candidates of quantities (n,); in what no fire shows in there are none."""
    # Of the first reading of a sensor there is no other to be the lower.
    lower = np.where(
        np.isnan(candidates.previous), -np.inf, np.minimum(candidates.values, candidates.previous)
    )
    excess = lower - candidates.baseline
    margins = np.minimum(
        np.maximum(3.0 * candidates.spread, LEAST_MARGIN.take(codes)), MOST_MARGIN.take(codes)
    )
    points = np.zeros(len(lower), np.int32)
    shows = (excess >= margins).nonzero()[0]
    for code in sorted(set(codes[shows].tolist())):
        scale, rows = SCALES[QUANTITIES[code]], shows[codes[shows] == code]
        if scale.within_seconds is not None:
            window = View(candidates, rows).look_back(np.full(len(rows), scale.within_seconds))
            excess[rows] = lower[rows] - np.maximum(window.smallest(), candidates.baseline[rows])
        points[rows] = scale.points(excess[rows] - margins[rows])
    return points, excess
