"""The law of registry files: an export is an import, whatever is registered."""

from __future__ import annotations

import string
from pathlib import Path

import psycopg
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from schemas.domain import (
    BuildingUse,
    HeatClass,
    Insulation,
    Phase,
    PowerSupply,
    Quantity,
    WaterPart,
    WaterSystem,
    ZoneUse,
)
from schemas.registry import export_registry, import_records, import_registry
from schemas.registry_records import Area, Building, Device, Record, Sensor, Zone
from schemas.settings import Settings
from schemas.units import CONVERSIONS
from tests.conftest import clean


def url_of(settings: Settings) -> str:
    assert settings.database_url
    return settings.database_url


CODES = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=8).filter(
    lambda code: code[0] != "-"
)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12).filter(
    lambda name: name[0] not in "=+@-"
)


@st.composite
def registries(draw: st.DrawFn) -> list[Record]:
    areas = draw(st.lists(CODES, min_size=1, max_size=3, unique=True))
    records: list[Record] = [
        Area(code=code, name=draw(NAMES), level="grid", parent=areas[0] if i else None)
        for i, code in enumerate(areas)
    ]
    for code in draw(st.lists(CODES, max_size=3, unique=True)):
        use = draw(st.sampled_from(BuildingUse))
        kind = "industrial" if use == BuildingUse.INDUSTRIAL else "high_rise_1"
        facts = {"class": kind, "use": use, "name": draw(NAMES), "parent": draw(st.sampled_from(areas))}
        facts |= {"height_m": draw(st.floats(55, 900)), "floors": 9}
        records.append(Building.model_validate({"code": code, **facts}))
        records.append(
            Zone(code="Z", parent=code, name=draw(NAMES), floor=-2, use=draw(st.sampled_from(ZoneUse)))
        )
        adjoins = draw(st.sampled_from([(), ("Z",)]))
        records.append(
            Zone(code="Y", parent=code, name=draw(NAMES), floor=1, use=ZoneUse.ROOM, adjoins=adjoins)
        )
        zone, power = draw(st.sampled_from(["Z", None])), draw(st.sampled_from(PowerSupply))
        gateway = draw(st.sampled_from(["G", None]))
        named = {"parent": code, "name": draw(NAMES), "power": power}
        water: dict[str, object] = {}
        if draw(st.booleans()):
            water = {
                "system": draw(st.sampled_from(WaterSystem)),
                "part": draw(st.none() | st.sampled_from(WaterPart)),
                "riser": draw(st.none() | CODES),
            }
        device = {"code": "D", "zone": zone, "gateway": gateway}
        records.append(Device.model_validate(device | named | water))
        records.append(Device.model_validate({"code": "G", **named}))
        quantity = draw(st.sampled_from(Quantity))
        unit = draw(st.sampled_from(sorted(CONVERSIONS[quantity])))
        limits: dict[str, object] = {
            "range_low": draw(st.floats(-9, 0)),
            "range_high": draw(st.none() | st.floats(1, 9)),
            "elevation_m": draw(st.none() | st.floats(-20, 900)),
            "resolution": draw(st.none() | st.floats(1e-6, 1)),
        }
        if quantity == Quantity.TEMPERATURE:
            limits["heat_class"] = draw(st.none() | st.sampled_from(HeatClass))
        if quantity == Quantity.CABLE_TEMPERATURE:
            limits["circuit"], limits["phase"] = (
                draw(st.none() | CODES),
                draw(st.none() | st.sampled_from(Phase)),
            )
            limits["insulation"] = draw(st.none() | st.sampled_from(Insulation))
        if quantity == Quantity.CURRENT:
            limits["rated_current_a"] = draw(st.none() | st.floats(0.5, 6300))
        sensor = {"code": "x", "parent": f"{code}/D", "quantity": quantity, "unit": unit, "interval_s": 0.5}
        records.append(Sensor.model_validate(sensor | limits))
    return records


@hypothesis_settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(registries(), st.sampled_from([".csv", ".toml"]))
def test_any_registry_survives_export_and_import(
    settings: Settings, database: psycopg.Connection, tmp_path: Path, records: list[Record], suffix: str
) -> None:
    clean(database)
    import_records(url_of(settings), records)
    before = export_registry(url_of(settings), tmp_path / f"a{suffix}")
    assert not import_registry(url_of(settings), tmp_path / f"a{suffix}").changed
    clean(database)
    import_registry(url_of(settings), tmp_path / f"a{suffix}")
    assert export_registry(url_of(settings), tmp_path / f"b{suffix}") == before
