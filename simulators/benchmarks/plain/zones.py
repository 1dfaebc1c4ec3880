"""The likelihood of a fire in a zone, added up anew with every sign, and what it raises."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rules.changes import ChangeKind
from rules.rule import seconds
from schemas.domain import Quantity, Severity
from simulators.benchmarks.plain.sensor import PlainSensor

Knots = Sequence[tuple[float, float]]
SIXTEENTHS = 16
HEAT_WINDOW_US = seconds(120)
MARGINS = {Quantity.SMOKE: (0.04, 0.08), Quantity.TEMPERATURE: (0.4, 1.5), Quantity.CO: (8.0, 15.0)}
KNOTS: dict[Quantity, Knots] = {
    Quantity.SMOKE: ((0.0, 1.0), (0.05, 2.0), (0.10, 3.0), (0.25, 4.5), (0.55, 6.0), (1.0, 7.0), (2.0, 9.0)),
    Quantity.TEMPERATURE: (
        (0.0, 1.0), (1.0, 1.5), (2.5, 2.5), (4.5, 4.0), (7.5, 5.5), (12.0, 7.0), (20.0, 9.0),
    ),
    Quantity.CO: ((0.0, 1.0), (10.0, 2.5), (30.0, 4.0), (90.0, 6.0)),
}  # fmt: skip
LENDS: Knots = ((8.0, 0.0), (10.0, 3.0), (12.0, 6.0), (16.0, 9.0))
WEIGHTS = {"adjoining": 1.0, "stair": 1.0, "above": 0.9, "below": 0.5}

ZoneChange = tuple[ChangeKind, str, int, int, Severity, float]
"""Kind, rule, zone, time, colour and figure."""


def interpolate(x: float, knots: Knots) -> float:
    """Straight between knots, level beyond the last."""
    for (x0, y0), (x1, y1) in pairwise(knots):
        if x < x1:
            return (y1 - y0) / (x1 - x0) * (x - x0) + y0
    return knots[-1][1]


def weigh(sensor: PlainSensor, at: int) -> tuple[int, float] | None:
    """What a sensor's newest reading shows of a fire, in sixteenths of points, and for which excess."""
    margins = MARGINS.get(sensor.quantity)
    if margins is None:
        return None
    lower = min(sensor.previous, sensor.value) if not math.isnan(sensor.previous) else -math.inf
    usual = sensor.baseline
    if sensor.quantity is Quantity.TEMPERATURE and lower > usual:
        usual = max(usual, sensor.smallest(at, HEAT_WINDOW_US))
    excess = lower - usual
    beyond = excess - min(max(3.0 * sensor.spread, margins[0]), margins[1])
    if beyond < 0:
        return 0, excess
    return math.floor(interpolate(beyond, KNOTS[sensor.quantity]) * SIXTEENTHS), excess


@dataclass(slots=True)
class Burning:
    """A condition of a zone: its colour, and since when it is low, if it is."""

    severity: Severity
    low_since: int | None = None


@dataclass
class PlainZones:
    """All zones: signs by zone and sensor, and the neighbours each zone feels, with the kind of their link."""

    feels: Mapping[int, Sequence[tuple[int, str]]]
    felt_by: Mapping[int, Sequence[int]]
    number: Callable[[str, str, int], float]
    kitchens: set[int] = field(default_factory=set)
    signs: dict[int, dict[int, tuple[Quantity, int, float]]] = field(default_factory=dict)
    active: dict[tuple[str, int], Burning] = field(default_factory=dict)
    ended_at: dict[tuple[str, int], int] = field(default_factory=dict)

    def note(self, zone: int, sensor: PlainSensor, sign: tuple[int, float], at: int) -> Iterator[ZoneChange]:
        """A sensor shows more or less than before."""
        lent = self._lend(zone, 1.0)
        signs = self.signs.setdefault(zone, {})
        signs.pop(sensor.slot, None)
        if sign[0]:
            signs[sensor.slot] = (sensor.quantity, *sign)
        touched = [zone]
        if self._lend(zone, 1.0) != lent:
            touched += [other for other in self.felt_by.get(zone, ()) if self._add_up(other, 0) >= SIXTEENTHS]
        for other in touched:
            yield from self._look(other, at)

    def total(self, zone: int) -> int:
        """Points of a zone with what its strongest neighbour lends, in sixteenths."""
        lent = 0
        if self._add_up(zone, 0) >= SIXTEENTHS:
            for neighbour, kind in self.feels.get(zone, ()):
                share = 0.5 if neighbour in self.kitchens else 1.0
                lent = max(lent, self._lend(neighbour, WEIGHTS[kind] * share))
        return self._add_up(zone, lent)

    def _lend(self, zone: int, weight: float) -> int:
        own = self._add_up(zone, 0) / SIXTEENTHS
        return int(weight * interpolate(own, LENDS) * SIXTEENTHS) if own >= LENDS[0][0] else 0

    def _of(self, zone: int, quantity: Quantity) -> list[tuple[int, float]]:
        signs = self.signs.get(zone, {}).values()
        return [(points, excess) for kind, points, excess in signs if kind is quantity]

    def _add_up(self, zone: int, lent: int) -> int:
        smoke = sorted((points for points, _ in self._of(zone, Quantity.SMOKE)), reverse=True)
        heat = max((points for points, _ in self._of(zone, Quantity.TEMPERATURE)), default=0)
        co = max((points for points, _ in self._of(zone, Quantity.CO)), default=0)
        second = min(smoke[1] // 2, SIXTEENTHS) if len(smoke) > 1 else 0
        others = heat + co + lent + second
        # Smoke alone is steam or a pan: three points, and more only with what stands beside it.
        most = 3 * SIXTEENTHS + max(0, others - SIXTEENTHS) * 3 // 2
        return min(smoke[0] if smoke else 0, most) + others

    def _scores(self, zone: int) -> list[tuple[str, float, Severity]]:
        points = self.total(zone) / SIXTEENTHS
        smoke = max((excess for _, excess in self._of(zone, Quantity.SMOKE)), default=0.0)
        heat = max((excess for _, excess in self._of(zone, Quantity.TEMPERATURE)), default=0.0)
        return [
            ("fire_confirmed_smoke_heat", min(smoke / 0.15, heat / 10.0), Severity.RED),
            ("zone_fire_likelihood", points, Severity.ORANGE),
            ("zone_fire_warning", points, Severity.YELLOW),
        ]

    def _look(self, zone: int, at: int) -> Iterator[ZoneChange]:
        for rule_id, score, severity in self._scores(zone):
            key = rule_id, zone
            burning = self.active.get(key)
            if burning is None:
                limit = self.number(rule_id, "limit", zone) / self.number(rule_id, "sensitivity", zone)
                if score >= limit and (key not in self.ended_at or at > self.ended_at[key]):
                    colour = Severity.RED if self._is_certain(rule_id, score, zone) else severity
                    self.active[key] = Burning(colour)
                    yield ChangeKind.RAISE, rule_id, zone, at, colour, score
                continue
            if score >= self.number(rule_id, "clears_below", zone):
                burning.low_since = None
            elif burning.low_since is None:
                burning.low_since = at
            if burning.severity is not Severity.RED and self._is_certain(rule_id, score, zone):
                burning.severity = Severity.RED
                yield ChangeKind.SEVERITY, rule_id, zone, at, Severity.RED, score

    def _is_certain(self, rule_id: str, score: float, zone: int) -> bool:
        if rule_id != "zone_fire_likelihood":
            return False
        return score >= self.number(rule_id, "certain", zone) / self.number(rule_id, "sensitivity", zone)

    def tick(self, now: int) -> Iterator[ZoneChange]:
        """A full ten seconds have passed: what has been low for long enough ends."""
        for place, rule_id in enumerate(
            ("fire_confirmed_smoke_heat", "zone_fire_likelihood", "zone_fire_warning")
        ):
            for zone in sorted(zone for of, zone in self.active if of == rule_id):
                low_since = self.active[rule_id, zone].low_since
                if low_since is None:
                    continue
                at = low_since + seconds(self.number(rule_id, "off_seconds", zone))
                if now >= at:
                    severity = self.active.pop((rule_id, zone)).severity
                    self.ended_at[rule_id, zone] = at
                    _, score, _ = self._scores(zone)[place]
                    yield ChangeKind.CLEAR, rule_id, zone, at, severity, score
