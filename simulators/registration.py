"""The city as records of the registry."""

from __future__ import annotations

from collections.abc import Iterator

from schemas import registry_records as records
from schemas.domain import HeatClass, Phase, Quantity, WaterPart, WaterSystem, ZoneUse
from schemas.registry import ImportReport, import_records
from simulators import models
from simulators.buildings import City, Device
from simulators.layout import find_riser
from simulators.places import AREAS

# One monitor stands on one circuit, with a temperature of each phase.
_OF_CIRCUITS = (Quantity.RESIDUAL_CURRENT, Quantity.CABLE_TEMPERATURE, Quantity.CURRENT, Quantity.VOLTAGE)
_PHASES = {"cable_a": Phase.A, "cable_b": Phase.B, "cable_c": Phase.C}


def register(database_url: str, city: City) -> ImportReport:
    """Enter the city into the registry; what is there already, unchanged, is left alone.

    Raises
    ------
    psycopg.Error
        The database does not serve; nothing was entered.
    """
    return import_records(database_url, list(make_records(city)))


def make_records(city: City) -> Iterator[records.Record]:
    """Everything the registry has to know of the city, in the order of reference."""
    yield from AREAS
    yield from _make_buildings(city)
    yield from _make_zones(city)
    yield from _make_gateways(city)
    for index, device in enumerate(city.devices):
        yield from _make_device(city, index, device)


def _make_buildings(city: City) -> Iterator[records.Building]:
    for building in city.buildings:
        yield records.Building.model_validate(
            {
                "code": building.code,
                "parent": building.grid,
                "name": building.name,
                "class": building.building_class,
                "use": building.plan.use,
                "height_m": building.height_m,
                "floors": building.floors,
                "high_risk": building.high_risk,
            }
        )


def _make_zones(city: City) -> Iterator[records.Zone]:
    for index, zone in enumerate(city.zones):
        # Neighbours are said once, by the one that comes first.
        later = [other for other in city.adjoining(index) if other > index] + city.above(index)
        yield records.Zone(
            code=zone.code,
            parent=city.buildings[zone.building].code,
            name=zone.name,
            floor=zone.floor,
            use=zone.use,
            adjoins=tuple(city.zones[other].code for other in later),
        )


def _make_gateways(city: City) -> Iterator[records.Device]:
    model = models.GATEWAY
    for building in city.buildings:
        yield records.Device(
            code=building.gateway_code,
            parent=building.code,
            name=f"{building.name}{model.name}",
            model=model.code,
            power=model.power,
        )


def _make_device(city: City, index: int, device: Device) -> Iterator[records.Record]:
    building, model = city.buildings[device.building].code, device.model
    number, height_m = find_riser(city, index)
    of_water = {channel.quantity for channel in model.channels} & _OF_WATER
    system, part = _place_in_water(city, device) if of_water else (None, None)
    yield records.Device(
        code=device.code,
        parent=building,
        name=device.name,
        zone=city.zones[device.zone].code,
        model=model.code,
        power=model.power,
        gateway=city.buildings[device.building].gateway_code,
        system=system,
        part=part,
        riser=f"R{number + 1}" if part in (WaterPart.RISER, WaterPart.PUMP_ROOM) else None,
    )
    for channel in model.channels:
        yield records.Sensor(
            code=channel.name,
            parent=f"{building}/{device.code}",
            quantity=channel.quantity,
            unit=channel.unit,
            range_low=channel.low,
            range_high=channel.high,
            interval_s=model.interval_seconds,
            heat_class=HeatClass.A1R if channel.quantity is Quantity.TEMPERATURE else None,
            circuit=device.code if channel.quantity in _OF_CIRCUITS else None,
            phase=_PHASES.get(channel.name),
            elevation_m=height_m if of_water else None,
            resolution=channel.step if of_water else None,
        )


_OF_WATER = {Quantity.PRESSURE, Quantity.FLOW, Quantity.LEVEL}


def _place_in_water(city: City, device: Device) -> tuple[WaterSystem, WaterPart]:
    """Gauges stand at hydrants, meters at branches of sprinklers; what is on the roof is at the tank."""
    use = city.zones[device.zone].use
    if use is ZoneUse.ROOF:
        return WaterSystem.HYDRANT, WaterPart.TANK
    system = WaterSystem.SPRINKLER if device.model in models.FLOW_MODELS else WaterSystem.HYDRANT
    return system, WaterPart.PUMP_ROOM if use is ZoneUse.PUMP_ROOM else WaterPart.RISER
