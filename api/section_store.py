"""A building as a section: its floors with zones and devices, its water, and whom to call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from api.alert_models import Shown, Zone
from api.building_store import Building, read_building
from api.connections import Connection, fetch_all
from api.contact_store import Contact, list_contacts
from api.device_store import Device, DeviceQuestion, DeviceState, find_gravest, list_devices
from api.freshness import Answer
from api.moments import Moment
from api.place_filter import PlaceFilter
from schemas.domain import Quantity, WaterSystem
from schemas.units import UNIT_OF

SELECT_ZONES = """
SELECT z.code, z.name, z.floor, z.zone_use AS use FROM zones z JOIN buildings b USING (building_id)
WHERE b.code = %(building)s ORDER BY z.floor DESC, z.code"""
SELECT_SENSORS = """
SELECT s.sensor_id AS id, s.device_id, s.channel, s.quantity, r.ts AS at, r.value, r.quality
FROM sensors s JOIN devices d USING (device_id) JOIN buildings b USING (building_id)
LEFT JOIN LATERAL (
    SELECT ts, value, quality FROM readings
    WHERE sensor_id = s.sensor_id AND ts > clock_timestamp() - INTERVAL '1 day' ORDER BY ts DESC LIMIT 1) r ON true
WHERE b.code = %(building)s AND NOT d.retired ORDER BY s.sensor_id"""


class Latest(Shown):
    """A channel with its last reading of the last day; null without any."""

    id: int
    channel: str
    quantity: Quantity
    unit: str
    at: Moment | None
    value: float | None
    quality: int | None = Field(description="0 good, 1 uncertain, 2 bad, 3 out of range")


class SectionDevice(Device):
    sensors: tuple[Latest, ...]


class SectionZone(Zone):
    state: DeviceState = Field(description="The gravest of its devices")
    devices: tuple[SectionDevice, ...]


class Floor(Shown):
    floor: int = Field(description="-1 is the first basement")
    state: DeviceState
    zones: tuple[SectionZone, ...]


class WaterState(Shown):
    """Fire-fighting water of one system: its devices' gravest state and what they measured last."""

    system: WaterSystem
    state: DeviceState = Field(
        description="`unknown` and `silent` mean that nobody knows whether there is water"
    )
    devices: int
    readings: tuple[Latest, ...] = Field(
        description="Pressures, flows and levels, with the device in `channel`"
    )


class Section(Answer):
    """Floors from the top down. Devices without a zone stand by themselves."""

    building: Building
    floors: tuple[Floor, ...]
    elsewhere: tuple[SectionDevice, ...]
    water: tuple[WaterState, ...]
    contacts: tuple[Contact, ...] = Field(description="In the order in which they are called")


class SectionParts(Shown):
    """A section without its freshness."""

    building: Building
    floors: tuple[Floor, ...]
    elsewhere: tuple[SectionDevice, ...]
    water: tuple[WaterState, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True)
class _ZoneRow:
    code: str
    name: str
    floor: int
    use: str


async def read_section(connection: Connection, code: str) -> SectionParts:
    """One building in full.

    Raises
    ------
    ProblemError
        There is none with this code.
    """
    building = await read_building(connection, code)
    params = {"building": code}
    zones = await fetch_all(connection, SELECT_ZONES, params, _ZoneRow)
    latest: dict[int, list[Latest]] = {}
    for device_id, one in await fetch_all(connection, SELECT_SENSORS, params, _make_latest):
        latest.setdefault(device_id, []).append(one)
    found, _ = await list_devices(connection, DeviceQuestion(PlaceFilter(buildings=(code,))), 0, None)
    devices = [SectionDevice(**dict(one), sensors=tuple(latest.get(one.id, ()))) for one in found]
    return SectionParts(
        building=building,
        floors=tuple(_stack(zones, devices)),
        elsewhere=tuple(device for device in devices if device.zone is None),
        water=tuple(_list_water(devices)),
        contacts=tuple(await list_contacts(connection, code)),
    )


def _stack(zones: Iterable[_ZoneRow], devices: list[SectionDevice]) -> Iterator[Floor]:
    floors: dict[int, list[SectionZone]] = {}
    for zone in zones:
        inside = tuple(one for one in devices if one.zone is not None and one.zone.code == zone.code)
        shown = SectionZone(
            code=zone.code,
            name=zone.name,
            use=zone.use,
            state=find_gravest(one.state for one in inside),
            devices=inside,
        )
        floors.setdefault(zone.floor, []).append(shown)
    for floor, shown_zones in floors.items():
        yield Floor(
            floor=floor, state=find_gravest(zone.state for zone in shown_zones), zones=tuple(shown_zones)
        )


def _list_water(devices: list[SectionDevice]) -> Iterator[WaterState]:
    measured = (Quantity.PRESSURE, Quantity.FLOW, Quantity.LEVEL)
    for system in WaterSystem:
        of_system = [device for device in devices if device.system == system]
        if of_system:
            yield WaterState(
                system=system,
                state=find_gravest(device.state for device in of_system),
                devices=len(of_system),
                readings=tuple(
                    sensor.model_copy(update={"channel": f"{device.code}/{sensor.channel}"})
                    for device in of_system
                    for sensor in device.sensors
                    if sensor.quantity in measured
                ),
            )


def _make_latest(
    *,
    id: int,  # noqa: A002
    device_id: int,
    channel: str,
    quantity: str,
    at: datetime | None,
    value: float | None,
    quality: int | None,
) -> tuple[int, Latest]:
    kind = Quantity(quantity)
    return device_id, Latest(
        id=id, channel=channel, quantity=kind, unit=UNIT_OF[kind], at=at, value=value, quality=quality
    )
