"""How likely each zone burns: the evidence of its own sensors and of its neighbours', added up and explained.

Points are sixteenths (see `rules.evidence`). Smoke with nothing beside it is what steam and a frying pan look like:
alone it counts up to `LONE_MOST`, and half as much again as everything else counts beyond a first sign. Where a zone
shows a sign of its own, the strongest neighbour lends it weight. No point is ever lost when a value rises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rules.changes import Part
from rules.evidence import SCALE
from schemas.domain import QUANTITIES, ZONE_LINK_KINDS, ZONE_USES, Quantity, ZoneLinkKind, ZoneUse
from schemas.roster import UNKNOWN

CODES = {quantity: quantity.code for quantity in QUANTITIES}
SMOKE, HEAT = CODES[Quantity.SMOKE], CODES[Quantity.TEMPERATURE]
FIRST_SIGN = SCALE
LONE_MOST = 3 * SCALE
# What a neighbour lends by its own points: nothing while it may be cooking, the more the surer it burns.
LENDS_FROM, LENDS_TO = (8.0, 10.0, 12.0, 16.0), (0.0, 3.0, 6.0, 9.0)
LENDS_NOTHING = int(LENDS_FROM[0] * SCALE)
# Smoke rises; what burns above is felt below late and weakly.
WEIGHT = {
    ZoneLinkKind.ADJOINING: 1.0,
    ZoneLinkKind.STAIR: 1.0,
    ZoneLinkKind.ABOVE: 0.9,
    ZoneLinkKind.BELOW: 0.5,
}
# A kitchen cooks every day, and what is next to it smells it.
KITCHEN, KITCHEN_SHARE = ZONE_USES.index(ZoneUse.KITCHEN), 0.5


class Sign(NamedTuple):
    """What one sensor, of a quantity of code `kind`, shows: `points` sixteenths for `excess` of its unit."""

    slot: int
    kind: int
    points: int
    excess: float


class ZoneEvidence:
    """The sensors of one zone that show something, by slot, and what follows from them."""

    __slots__ = ("beside", "heat", "own", "second", "signs", "smoke", "smoke_points")

    def __init__(self) -> None:
        self.signs: dict[int, Sign] = {}
        self.own = self.smoke_points = self.second = self.beside = 0
        self.smoke = self.heat = 0.0

    def add_up(self) -> None:
        """Take what shows now: of smoke the two strongest, of heat and CO the strongest."""
        smoke_points = second = heat_points = co_points = 0
        smoke = heat = 0.0
        for _, kind, points, excess in self.signs.values():
            if kind == SMOKE:
                if points > smoke_points:
                    smoke_points, second = points, smoke_points
                elif points > second:
                    second = points
                if excess > smoke:
                    smoke = excess
            elif kind == HEAT:
                if points > heat_points:
                    heat_points = points
                if excess > heat:
                    heat = excess
            elif points > co_points:
                co_points = points
        self.smoke_points, self.second, self.beside = smoke_points, second, heat_points + co_points
        self.smoke, self.heat = smoke, heat
        self.own = self.with_lent(0)

    def with_lent(self, lent: int) -> int:
        """Points with those that a neighbour lends."""
        second = self.second // 2
        others = self.beside + lent + (second if second < SCALE else SCALE)
        smoke = LONE_MOST + (others - FIRST_SIGN) * 3 // 2 if others > FIRST_SIGN else LONE_MOST
        return (self.smoke_points if self.smoke_points < smoke else smoke) + others


class Total(NamedTuple):
    """A zone's points with the neighbour that lent some of them, and how far smoke [dB/m] and heat [K] exceed what is
    usual at the sensor that sees most of it.
    """

    points: int
    lent: int
    lender: int
    smoke: float
    heat: float


NO_TOTAL = Total(0, 0, UNKNOWN, 0.0, 0.0)


class Likelihood:
    """Evidence of all zones of a roster; only zones in which something shows cost anything."""

    def __init__(self) -> None:
        self._zones: dict[int, ZoneEvidence] = {}
        # Where something was too old to begin a condition: at the next reading it may, whatever that shows.
        self.look_again: set[int] = set()
        # What each zone is lent, by the neighbour that lends it.
        self._lent: dict[int, dict[int, int]] = {}
        self._felt_by: dict[int, list[tuple[int, float]]] = {}
        self._linked: dict[int, set[int]] = {}
        # Python reads a single number out of these faster than out of an array.
        self._quantity, self._zone_of = memoryview(b""), memoryview(b"")

    def adopt(
        self,
        quantity: NDArray[np.int8],
        zone_of: NDArray[np.int32],
        zone_use: NDArray[np.int8],
        links: NDArray[np.void],
    ) -> None:
        """Take over quantities and zones (n_sensors,), uses (n_zones,) and links (n_links,) of a newer roster."""
        self._quantity, self._zone_of = quantity.copy().data, zone_of.copy().data
        self._felt_by, self._linked, self._lent = {}, {}, {}
        for zone, neighbour, kind in links.tolist():
            share = KITCHEN_SHARE if zone_use[neighbour] == KITCHEN else 1.0
            weight = WEIGHT[ZONE_LINK_KINDS[kind]] * share
            self._felt_by.setdefault(neighbour, []).append((zone, weight))
            self._linked.setdefault(zone, set()).add(neighbour)
        for zone, evidence in self._zones.items():
            self._lend(zone, evidence.own)

    def take(self, slot: int, points: int, excess: float) -> Iterable[int]:
        """Note what a sensor shows; returns the zones whose total may be another now, and those to look at again."""
        zone = self._zone_of[slot]
        if zone == UNKNOWN:
            return ()
        evidence = self._zones.get(zone)
        if evidence is None:
            evidence = self._zones[zone] = ZoneEvidence()
        if points:
            evidence.signs[slot] = Sign(slot, self._quantity[slot], points, excess)
        else:
            evidence.signs.pop(slot, None)
        before, smoke, heat = evidence.own, evidence.smoke, evidence.heat
        evidence.add_up()
        own = evidence.own
        if not evidence.signs:
            del self._zones[zone]
        if own == before:
            # Nearly always another sensor of the zone shows more.
            same = evidence.smoke == smoke and evidence.heat == heat and zone not in self.look_again
            return () if same else (zone,)
        if own < LENDS_NOTHING > before or lend(before, 1.0) == lend(own, 1.0):
            return (zone,)
        self._lend(zone, own)
        # Only where something shows of itself is a neighbour felt.
        zones = self._zones
        felt = [
            other
            for other, _ in self._felt_by.get(zone, ())
            if other in zones and zones[other].own >= FIRST_SIGN
        ]
        return (zone, *felt)

    def _lend(self, zone: int, own: int) -> None:
        by_zone = self._lent
        for other, weight in self._felt_by.get(zone, ()):
            lent, by_neighbour = lend(own, weight), by_zone.get(other)
            if not lent:
                if by_neighbour is not None and by_neighbour.pop(zone, None) is not None and not by_neighbour:
                    del by_zone[other]
            elif by_neighbour is None:
                by_zone[other] = {zone: lent}
            else:
                by_neighbour[zone] = lent

    def own(self, zone: int) -> int:
        """Points of the zone's own sensors."""
        evidence = self._zones.get(zone)
        return evidence.own if evidence else 0

    def signs(self, zone: int) -> Mapping[int, Sign]:
        """What the zone's own sensors show, by slot."""
        evidence = self._zones.get(zone)
        return evidence.signs if evidence else {}

    def showing(self) -> Iterable[tuple[int, ZoneEvidence]]:
        """The zones in which something shows, with what."""
        return self._zones.items()

    def linked(self, zone: int) -> set[int]:
        """The zones from which something may come to this one."""
        return self._linked.get(zone, set())

    def total(self, zone: int) -> Total:
        """Everything that speaks for a fire in the zone."""
        evidence = self._zones.get(zone)
        if evidence is None:
            return NO_TOTAL
        lent, lender = 0, UNKNOWN
        by_neighbour = self._lent.get(zone)
        if evidence.own >= FIRST_SIGN and by_neighbour:
            # Of equals the first by its slot.
            lent = max(by_neighbour.values())
            lender = min(neighbour for neighbour, lends in by_neighbour.items() if lends == lent)
        points = evidence.with_lent(lent) if lent else evidence.own
        return Total(points, lent, lender, evidence.smoke, evidence.heat)

    def explain(self, zone: int, total: Total, name_of: Callable[[int], str]) -> tuple[Part, ...]:
        """The parts that make the total, in words; `name_of` names zones by slot."""
        return tuple(self._parts(zone, total, name_of))

    def _parts(self, zone: int, total: Total, name_of: Callable[[int], str]) -> Iterator[Part]:
        evidence = self._zones.get(zone)
        signs = (
            sorted(evidence.signs.values(), key=lambda sign: (-sign.points, sign.slot)) if evidence else []
        )
        yield from map(_make_part, signs)
        if total.lent:
            name = name_of(total.lender)
            yield Part(
                f"相邻区域 {name} 有火灾迹象",
                f"signs of fire in the neighbouring zone {name}",
                total.lent / SCALE,
            )


def _make_part(sign: Sign) -> Part:
    if sign.kind == SMOKE:
        excess = f"{sign.excess:.2f} dB/m"
        return Part(f"烟雾比平常高 {excess}", f"smoke {excess} above usual", sign.points / SCALE)
    if sign.kind == HEAT:
        excess = f"{sign.excess:.1f} K"
        return Part(f"两分钟内升温 {excess}", f"{excess} warmer within two minutes", sign.points / SCALE)
    excess = f"{sign.excess:.1f} ppm"
    return Part(f"一氧化碳比平常高 {excess}", f"CO {excess} above usual", sign.points / SCALE)


@cache
def lend(own: int, weight: float) -> int:
    """What a neighbour with `own` points lends over a link of this weight, in sixteenths."""
    if own < LENDS_FROM[0] * SCALE:
        return 0
    return int(weight * np.interp(own / SCALE, LENDS_FROM, LENDS_TO) * SCALE)
