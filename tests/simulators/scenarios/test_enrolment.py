"""The buildings of scenarios are to the rules what the service would see after their import."""

from __future__ import annotations

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray

from ingest.store_roster import load_roster
from schemas.domain import SubjectKind
from schemas.registry import import_records
from schemas.roster import Roster
from schemas.settings import Settings
from simulators.scenarios.enrolment import enrol
from simulators.scenarios.scenario_file import read_building


def without_ids(rows: NDArray[np.void]) -> list[tuple[object, ...]]:
    names = [name for name in rows.dtype.names or () if not name.endswith("_id")]
    # NaN is not equal to itself, but as text it is.
    return [tuple(str(row[name]) for name in names) for row in rows]


@pytest.mark.parametrize("building", ["tower", "plant"])
def test_a_building_is_enrolled_as_it_would_be_read_from_the_tables(
    settings: Settings, database: psycopg.Connection, building: str
) -> None:
    records = read_building(building)
    assert settings.database_url
    import_records(settings.database_url, records)
    stored, enrolled = load_roster(database, Roster.empty(), settings.share), enrol(records).roster
    for columns in ("sensors", "devices", "zones", "sites", "links"):
        assert without_ids(getattr(stored, columns)) == without_ids(getattr(enrolled, columns)), columns
    assert stored.channels == enrolled.channels
    assert stored.codes == enrolled.codes


def test_everything_in_a_building_has_the_name_that_scenarios_use() -> None:
    site = enrol(read_building("tower"))
    sensor_id = int(site.roster.sensors["sensor_id"][site.find_sensors(["D301/co"])[0]])
    zone_id = int(site.roster.zones["zone_id"][site.find_zones(["F3-C"])[0]])
    assert site.name(SubjectKind.SENSOR, sensor_id) == "D301/co"
    assert site.name(SubjectKind.ZONE, zone_id) == "zone:F3-C"
    assert site.name(SubjectKind.BUILDING, 1) == "building"
    assert len(site.find_sensors(["D301"])) == 3
    assert all(site.knows(name) for name in ("GW", "GAS/gas", "zone:ROOF", "building"))
