"""The devices of a load in the registry: buildings of their own, taken out of service afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.domain import AreaLevel, BuildingClass, BuildingUse, Quantity
from schemas.registry import import_records
from schemas.registry_records import Area, Building, Device, Record, Sensor

DEVICES_PER_BUILDING = 500
CHANNEL = "smoke"


@dataclass(frozen=True)
class Place:
    """One device, by the codes of its topics."""

    building: str
    device: str


@dataclass(frozen=True)
class Ground:
    """`run` tells the buildings of one load from those of all others."""

    run: str
    devices: int
    interval_seconds: float

    def places(self) -> list[Place]:
        return [
            Place(f"LOAD-{self.run}-{number // DEVICES_PER_BUILDING:03d}", f"D{number:05d}")
            for number in range(self.devices)
        ]

    def register(self, database_url: str) -> None:
        """Enter all of it."""
        import_records(database_url, list(self._make_records(retired=False)))

    def retire(self, database_url: str) -> None:
        """Nobody waits for these devices any more; what they reported stays."""
        import_records(database_url, list(self._make_records(retired=True)))

    def _make_records(self, *, retired: bool) -> Iterator[Record]:
        yield Area(code="LOAD", name="【测试】负载", level=AreaLevel.CITY)
        places = self.places()
        for code in dict.fromkeys(place.building for place in places):
            yield Building.model_validate(
                {
                    "code": code,
                    "parent": "LOAD",
                    "name": f"【测试】负载 {code}",
                    "class": BuildingClass.MULTI_STOREY,
                    "use": BuildingUse.RESIDENTIAL,
                    "height_m": 20.0,
                    "floors": 6,
                    "must_connect": False,
                }
            )
        for place in places:
            yield Device(code=place.device, parent=place.building, name=place.device, retired=retired)
            yield Sensor(
                code=CHANNEL,
                parent=f"{place.building}/{place.device}",
                quantity=Quantity.SMOKE,
                interval_s=self.interval_seconds,
            )
