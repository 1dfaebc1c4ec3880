"""The demonstration city: sites equipped with zones and devices, the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice

import numpy as np

from schemas.domain import BuildingClass, BuildingUse, ZoneUse
from simulators import models
from simulators.models import Model
from simulators.places import BASEMENT, SITES, Plan

MIN_SENSORS_PER_BUILDING = 20
MAX_RISER_METRES = 75.0
"""A riser of one pressure zone; a higher one would pass 1.0 MPa at its foot (GB 50974-2014, 6.2.1)."""


class CityTooSmallError(ValueError):
    """Fewer sensors than the least equipment of every building; the message says how many are needed."""


@dataclass(frozen=True)
class Zone:
    """One zone; `order` is its place among the zones of its storey, neighbours adjoin."""

    code: str
    name: str
    building: int
    floor: int
    use: ZoneUse
    order: int


@dataclass(frozen=True)
class Device:
    """One device; `building` and `zone` are positions in the city's tuples."""

    code: str
    name: str
    building: int
    zone: int
    model: Model


@dataclass(frozen=True)
class Building:
    """One building as it stands."""

    code: str
    name: str
    grid: str
    plan: Plan
    floors: int
    high_risk: bool

    @property
    def height_m(self) -> float:
        """From the ground to the roof [m]."""
        return round(self.floors * self.plan.storey_m, 1)

    @property
    def building_class(self) -> BuildingClass:
        """Class by height and use: GB 50016-2014 (2018), table 5.1.1."""
        if self.plan.use is BuildingUse.INDUSTRIAL:
            return BuildingClass.INDUSTRIAL
        low, high = (27.0, 54.0) if self.plan.use is BuildingUse.RESIDENTIAL else (24.0, 50.0)
        if self.height_m <= low:
            return BuildingClass.MULTI_STOREY
        first_class = self.height_m > high or self.plan.cares_for_people
        return BuildingClass.HIGH_RISE_1 if first_class else BuildingClass.HIGH_RISE_2

    @property
    def gateway_code(self) -> str:
        """Code of the device that connects the others to the broker."""
        return f"GW-{self.code}"


@dataclass
class City:
    """All that stands in the city. Devices of one building follow each other."""

    buildings: list[Building] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    _storeys: dict[tuple[int, int], list[int]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _entered: int = field(default=0, init=False, repr=False, compare=False)

    @property
    def sensor_count(self) -> int:
        """Channels of all devices."""
        return sum(len(device.model.channels) for device in self.devices)

    def adjoining(self, zone: int) -> list[int]:
        """Zones of the same storey that share a wall or a door: the corridor has one to all of them."""
        here = self.zones[zone]
        return [
            index
            for index in self._list_storey(here.building, here.floor)
            if index != zone
            and (
                ZoneUse.CORRIDOR in (here.use, self.zones[index].use)
                or abs(self.zones[index].order - here.order) == 1
            )
        ]

    def above(self, zone: int) -> list[int]:
        """The zone over this one, which smoke reaches through shafts and stairs."""
        here = self.zones[zone]
        storey = self._list_storey(here.building, here.floor + 1)
        return [index for index in storey if self.zones[index].order == here.order]

    def _list_storey(self, building: int, floor: int) -> list[int]:
        # Zones are only ever added; those that came since the last question are entered first.
        for index in range(self._entered, len(self.zones)):
            zone = self.zones[index]
            self._storeys.setdefault((zone.building, zone.floor), []).append(index)
        self._entered = len(self.zones)
        return self._storeys.get((building, floor), [])


def build_city(buildings: int, sensors: int, seed: int) -> City:
    """Equip `buildings` sites with exactly `sensors` channels of all quantities.

    Raises
    ------
    CityTooSmallError
        There are not enough sensors for what every building has at least.
    """
    if buildings < 1 or sensors < buildings * MIN_SENSORS_PER_BUILDING:
        least = max(1, buildings) * MIN_SENSORS_PER_BUILDING
        raise CityTooSmallError(f"{buildings} buildings need at least {least} sensors, not {sensors}")
    rng = np.random.default_rng([seed, 1])
    city = City()
    shares = [len(part) for part in np.array_split(np.arange(sensors), buildings)]
    for number, (site, share) in enumerate(
        zip(islice(cycle(SITES), buildings), shares, strict=True), start=1
    ):
        phase = (number - 1) // len(SITES) + 1
        name = site.name if phase == 1 else f"{site.name}（{phase}期）"
        city.buildings.append(
            Building(f"B{number:03d}", name, site.grid, site.plan, site.floors, site.high_risk)
        )
        _Equipment(city, share, rng).install()
    return city


class _Equipment:
    """Puts `budget` channels into the building that was added last."""

    def __init__(self, city: City, budget: int, rng: np.random.Generator) -> None:
        self._city = city
        self._rng = rng
        self._building = len(city.buildings) - 1
        self._plan = city.buildings[-1].plan
        self._floors = city.buildings[-1].floors
        self._zones: dict[tuple[int, int], int] = {}
        self._counts: dict[str, int] = {}
        self._monitors = max(1, round(0.30 * budget / 6))
        self._gauges = max(2, round(0.08 * budget))
        self._meters = max(2, round(0.03 * budget))
        self._detector_channels = budget - 6 * self._monitors - self._gauges - self._meters - 1

    def install(self) -> None:
        """Every family of devices, the detectors with whatever the others leave."""
        storeys = self._choose_storeys(self._detector_channels // 2)
        self._install_detectors(storeys)
        self._install_water(storeys)
        self._install_monitors(storeys)

    def _choose_storeys(self, detectors: int) -> list[int]:
        """Storeys with detectors: pairs of neighbours spread over the height, so that each has one above."""
        wanted = max(1, -(-(detectors - len(BASEMENT)) // (2 * len(self._plan.rooms))))
        starts = np.unique(np.round(np.linspace(1, max(1, self._floors - 1), wanted)).astype(int))
        pairs = {int(start) + step for start in starts for step in (0, 1)}
        return sorted(floor for floor in pairs if floor <= self._floors)

    def _install_detectors(self, storeys: list[int]) -> None:
        left = self._detector_channels
        places = cycle(self._places(storeys))
        while left:
            floor, order, use = next(places)
            wants_co = use in (ZoneUse.KITCHEN, ZoneUse.GARAGE, ZoneUse.CHARGING)
            # A remainder of one channel cannot be spent, so that a device of three is taken before it arises.
            model = models.SMOKE_HEAT_CO if left == 3 or (wants_co and left > 4) else models.SMOKE_HEAT
            self._add_device("SD", self._zone(floor, order), model)
            left -= len(model.channels)

    def _places(self, storeys: list[int]) -> Iterator[tuple[int, int, ZoneUse]]:
        for order, (use, _) in enumerate(BASEMENT):
            yield -1, order, use
        for floor in storeys:
            for order, (use, _) in enumerate(self._plan.rooms):
                yield floor, order, use

    def _install_water(self, storeys: list[int]) -> None:
        """Gauges from the pump room to the top, a meter at the roof tank and others at storey branches."""
        gauge = models.PRESSURE_MODELS[self._building % len(models.PRESSURE_MODELS)]
        self._add_device("PT", self._zone(-1, 0), gauge)
        for floor in np.round(np.linspace(self._floors, 1, self._gauges - 1)).astype(int):
            self._add_device("PT", self._zone(int(floor), 0), gauge)
        meter = models.FLOW_MODELS[self._building % len(models.FLOW_MODELS)]
        roof = self._zone(self._floors + 1, 0)
        self._add_device("FM", roof, meter)
        self._add_device("LT", roof, models.LEVEL)
        for floor in islice(cycle(storeys), self._meters - 1):
            self._add_device("FM", self._zone(floor, 0), meter)

    def _install_monitors(self, storeys: list[int]) -> None:
        model = models.ELECTRICAL_MODELS[self._building % len(models.ELECTRICAL_MODELS)]
        self._add_device("EM", self._zone(-1, 1), model)
        for floor in islice(cycle(storeys), self._monitors - 1):
            self._add_device("EM", self._zone(floor, 0), model)

    def _zone(self, floor: int, order: int) -> int:
        """The zone at this place, which is added when a device is first put there."""
        key = (floor, order)
        if key not in self._zones:
            use, name = self._describe(floor, order)
            storey = "B1" if floor < 0 else "RF" if use is ZoneUse.ROOF else f"F{floor:02d}"
            words = "地下1层" if floor < 0 else "屋顶" if use is ZoneUse.ROOF else f"{floor}层"
            zone = Zone(f"{storey}-{order + 1:02d}", f"{words}{name}", self._building, floor, use, order)
            self._zones[key] = len(self._city.zones)
            self._city.zones.append(zone)
        return self._zones[key]

    def _describe(self, floor: int, order: int) -> tuple[ZoneUse, str]:
        if floor < 0:
            return BASEMENT[order]
        return (ZoneUse.ROOF, "水箱间") if floor > self._floors else self._plan.rooms[order]

    def _add_device(self, kind: str, zone: int, model: Model) -> None:
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        code = f"{kind}-{self._city.buildings[-1].code}-{number:03d}"
        name = f"{self._city.zones[zone].name}{model.name}"
        self._city.devices.append(Device(code, name, self._building, zone, model))
