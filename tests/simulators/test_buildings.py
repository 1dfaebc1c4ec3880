"""The make-believe city: complete, the same each time, and true to its own plans."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.domain import CODE_PATTERN, BuildingClass, Quantity, ZoneUse
from schemas.registry_records import Device, Zone
from simulators.buildings import City, CityTooSmallError, build_city
from simulators.layout import lay_out
from simulators.registration import make_records


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(20, 2000, 20261)


def test_the_city_has_twenty_buildings_and_two_thousand_sensors_of_smoke_heat_water_and_wiring(
    city: City,
) -> None:
    assert len(city.buildings) == 20
    assert city.sensor_count == 2000
    measured = {channel.quantity for device in city.devices for channel in device.model.channels}
    assert measured == set(Quantity) - {Quantity.GAS, Quantity.BATTERY, Quantity.ARC, Quantity.HUMIDITY}


def test_the_records_say_which_zones_are_open_to_each_other_and_what_devices_are_heard_through(
    city: City,
) -> None:
    records = list(make_records(city))
    codes = [(city.buildings[zone.building].code, zone.code) for zone in city.zones]
    said = {
        frozenset({(zone.parent, zone.code), (zone.parent, other)})
        for zone in records
        if isinstance(zone, Zone)
        for other in zone.adjoins
    }
    meant = {
        frozenset({codes[zone], codes[other]})
        for zone in range(len(codes))
        for other in city.adjoining(zone) + city.above(zone)
    }
    assert said == meant
    devices = [record for record in records if isinstance(record, Device)]
    assert {(device.parent, device.gateway) for device in devices if device.gateway} == {
        (building.code, building.gateway_code) for building in city.buildings
    }


def test_most_buildings_are_high_or_of_high_risk(city: City) -> None:
    low = [b for b in city.buildings if b.building_class is BuildingClass.MULTI_STOREY and not b.high_risk]
    assert low == []


def test_the_same_seed_gives_the_same_records_and_all_codes_keep_to_the_contract(city: City) -> None:
    records, again = list(make_records(city)), list(make_records(build_city(20, 2000, 20261)))
    assert records == again
    assert all(re.fullmatch(CODE_PATTERN, record.code) for record in records)


@given(st.integers(1, 45), st.integers(20, 250))
@settings(max_examples=40, deadline=None)
def test_a_city_of_any_size_has_exactly_the_sensors_asked_for(buildings: int, each: int) -> None:
    city = build_city(buildings, buildings * each, 1)
    assert city.sensor_count == buildings * each
    assert len({(device.building, device.code) for device in city.devices}) == len(city.devices)
    assert len({(zone.building, zone.code) for zone in city.zones}) == len(city.zones)
    assert {device.building for device in city.devices} == set(range(buildings))


def test_too_few_sensors_are_refused_with_the_number_that_is_needed() -> None:
    with pytest.raises(CityTooSmallError, match="at least 400"):
        build_city(20, 100, 1)


def test_a_corridor_adjoins_every_zone_of_its_storey_and_rooms_their_neighbours(city: City) -> None:
    corridor = next(i for i, zone in enumerate(city.zones) if zone.use is ZoneUse.CORRIDOR)
    here = city.zones[corridor]
    storey = [i for i, z in enumerate(city.zones) if (z.building, z.floor) == (here.building, here.floor)]
    assert city.adjoining(corridor) == [zone for zone in storey if zone != corridor]
    for zone in storey:
        assert all(zone in city.adjoining(other) for other in city.adjoining(zone))


def test_every_riser_with_a_gauge_stays_below_the_pressure_that_needs_zoning(city: City) -> None:
    water = lay_out(city).water
    metres = water.riser_top_m[water.gauge_riser] - water.gauge_height_m
    # 0.25 MPa at the top and 0.00981 MPa a metre: less than 1.0 MPa, GB 50974-2014, 6.2.1.
    assert (0.25 + 0.00981 * metres).max() < 1.05
    assert metres.min() >= 0


def test_every_column_leads_to_a_channel_of_its_quantity(city: City) -> None:
    layout = lay_out(city)
    quantity = [channel.quantity for device in city.devices for channel in device.model.channels]
    for columns, expected in [
        (layout.detectors.smoke, Quantity.SMOKE),
        (layout.detectors.temperature, Quantity.TEMPERATURE),
        (layout.detectors.co, Quantity.CO),
        (layout.water.gauge, Quantity.PRESSURE),
        (layout.water.meter, Quantity.FLOW),
        (layout.water.tank_level, Quantity.LEVEL),
        (layout.circuits.residual, Quantity.RESIDUAL_CURRENT),
        (layout.circuits.cable.ravel(), Quantity.CABLE_TEMPERATURE),
        (layout.circuits.current, Quantity.CURRENT),
        (layout.circuits.voltage, Quantity.VOLTAGE),
    ]:
        assert {quantity[i] for i in columns} == {expected}
        assert quantity.count(expected) == len(columns)
