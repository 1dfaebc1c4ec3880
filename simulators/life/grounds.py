"""Where life takes place: zones with their detectors, the room beside each and the corridor outside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.domain import BUILDING_CLASSES, BUILDING_USES, ZONE_USES, Quantity, ZoneUse
from schemas.roster import UNKNOWN
from simulators.buildings import Building, City, Zone
from simulators.layout import Indexes, lay_out
from simulators.optics import Floats
from simulators.places import Plan
from simulators.premises import CHANNELS, Premises, lay_out_sites, lay_out_zones


@dataclass(frozen=True)
class Grounds:
    """A city by zones; all arrays but the last three are (n_zones,).

    Attributes
    ----------
    beside, corridor
        The zone before this one on its storey, and the corridor that leads to it; `UNKNOWN` where there is none.
    on_top
        Whether it is on the highest storey that has detectors.
    first_detector
        (n_zones + 1,) cuts `detectors` (n_detectors,), which are sorted by zone.
    ceiling_m
        (n_detectors,) clear height at each detector, in the order of the premises.
    """

    plans: list[Plan]
    uses: NDArray[np.int8]
    beside: Indexes
    corridor: Indexes
    on_top: NDArray[np.bool_]
    detectors: Indexes
    first_detector: Indexes
    ceiling_m: Floats

    def detectors_in(self, zone: int) -> Indexes:
        return self.detectors[self.first_detector[zone] : self.first_detector[zone + 1]]


def equip(city: City, interval_seconds: float) -> Premises:
    """The smoke, heat and CO detectors of a city, without its water and its wiring."""
    detectors = lay_out(city).detectors
    channels = np.zeros((len(detectors.zone), len(CHANNELS)), np.bool_)
    channels[:, :2] = True
    channels[detectors.with_co, CHANNELS.index(Quantity.CO)] = True
    return Premises(
        sites=_enter_sites(city.buildings),
        site_codes=[building.code for building in city.buildings],
        zones=_enter_zones(city.zones),
        # A code of a zone is its own within a building only.
        zone_codes=[zone.code for zone in city.zones],
        detector_zone=detectors.zone,
        channels=channels,
        interval_seconds=interval_seconds,
    )


def survey(city: City) -> Grounds:
    """Who lives beside whom."""
    detectors = lay_out(city).detectors
    n_zones = len(city.zones)
    places = {(zone.building, zone.floor, zone.order): i for i, zone in enumerate(city.zones)}
    counts = np.bincount(detectors.zone, minlength=n_zones)
    tops: dict[int, int] = {}
    for place in detectors.zone.tolist():
        zone = city.zones[place]
        tops[zone.building] = max(tops.get(zone.building, zone.floor), zone.floor)
    return Grounds(
        plans=[city.buildings[zone.building].plan for zone in city.zones],
        uses=np.array([ZONE_USES.index(zone.use) for zone in city.zones], np.int8),
        beside=np.array([_find_beside(zone, places) for zone in city.zones], np.intp),
        corridor=np.array([_find_corridor(zone, places, city.zones) for zone in city.zones], np.intp),
        on_top=np.array([zone.floor == tops.get(zone.building) for zone in city.zones], np.bool_),
        detectors=np.argsort(detectors.zone, kind="stable"),
        first_detector=np.concatenate([[0], np.cumsum(counts)]).astype(np.intp),
        ceiling_m=detectors.ceiling_m,
    )


def _find_beside(zone: Zone, places: dict[tuple[int, int, int], int]) -> int:
    # On a storey the corridor has place 0; in the basement every place is a room.
    least = 0 if zone.floor < 0 else 1
    return places.get((zone.building, zone.floor, zone.order - 1), UNKNOWN) if zone.order > least else UNKNOWN


def _find_corridor(zone: Zone, places: dict[tuple[int, int, int], int], zones: list[Zone]) -> int:
    place = places.get((zone.building, zone.floor, 0), UNKNOWN)
    leads_here = place != UNKNOWN and zone.order > 0 and zones[place].use is ZoneUse.CORRIDOR
    return place if leads_here else UNKNOWN


def _enter_sites(buildings: list[Building]) -> NDArray[np.void]:
    sites = lay_out_sites(len(buildings))
    sites["building_class"] = [BUILDING_CLASSES.index(building.building_class) for building in buildings]
    sites["use"] = [BUILDING_USES.index(building.plan.use) for building in buildings]
    sites["height_m"] = [building.height_m for building in buildings]
    sites["floors"] = [building.floors for building in buildings]
    return sites


def _enter_zones(city_zones: list[Zone]) -> NDArray[np.void]:
    zones = lay_out_zones(len(city_zones))
    zones["building_slot"] = [zone.building for zone in city_zones]
    zones["floor"] = [zone.floor for zone in city_zones]
    zones["use"] = [ZONE_USES.index(zone.use) for zone in city_zones]
    return zones
