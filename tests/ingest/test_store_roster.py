"""The registry as a worker sees it: places, their neighbours, gateways, and declared windows."""

from __future__ import annotations

import numpy as np
import psycopg
import pytest

from ingest.store_roster import load_roster
from schemas.domain import (
    HEAT_CLASSES,
    INSULATIONS,
    PHASES,
    SCOPE_KINDS,
    WATER_PARTS,
    WATER_SYSTEMS,
    ZONE_LINK_KINDS,
    HeatClass,
    Insulation,
    Phase,
    ScopeKind,
    WaterPart,
    WaterSystem,
)
from schemas.roster import UNKNOWN, Roster
from schemas.settings import Settings

ZONES = """
INSERT INTO zones (building_id, code, name, floor, zone_use) VALUES
    (1, 'Z2', '三层客房', 3, 'room'), (1, 'Z3', '四层走道', 4, 'corridor'), (1, 'ST', '楼梯', 3, 'stair'),
    (2, 'Y1', '大堂', 1, 'other'), (2, 'Y2', '店', 1, 'shop'), (2, 'Y3', '办公', 2, 'office'),
    (2, 'Y4', '库', 5, 'other')"""
DECLARE = """
INSERT INTO maintenance_windows (kind, building_id, zone_id, device_id, starts_at, ends_at, reason, declared_by)
VALUES (%s, 1, %s, %s, now() + %s::interval, now() + %s::interval, '检修', '王') RETURNING scope_id"""


def read_roster(database: psycopg.Connection, previous: Roster | None = None) -> Roster:
    return load_roster(database, previous or Roster.empty(), "ingest-1")


def name_links(roster: Roster) -> set[tuple[str, str, str]]:
    return {
        (roster.zone_codes[zone], roster.zone_codes[neighbour], str(ZONE_LINK_KINDS[kind]))
        for zone, neighbour, kind in roster.links.tolist()
    }


def test_places_keep_their_slots_and_new_ones_come_at_the_end(
    registry: Settings, database: psycopg.Connection
) -> None:
    before = read_roster(database)
    database.execute(ZONES)
    after = read_roster(database, before)
    assert after.zone_codes == ["Z1", "Z2", "Z3", "ST", "Y1", "Y2", "Y3", "Y4"]
    assert after.site_codes == ["B1", "B2"] == before.site_codes
    assert after.sites["floors"].tolist() == [26, 12]
    assert after.zones["building_slot"].tolist() == [0] * 4 + [1] * 4


def test_a_device_knows_its_zone_building_and_gateway_and_a_sensor_its_name_and_class(
    registry: Settings, database: psycopg.Connection
) -> None:
    database.execute("UPDATE devices SET gateway_id = 2 WHERE code = 'D1'")
    database.execute("UPDATE sensors SET heat_class = 'A2R' WHERE channel = 'temperature'")
    roster = read_roster(database)
    devices = {code: roster.devices[slot] for slot, (_, code) in enumerate(roster.codes)}
    assert devices["D1"]["gateway_slot"] == roster.device_slots[2]
    assert (devices["D1"]["zone_slot"], devices["D1"]["building_slot"]) == (0, 0)
    assert (devices["D7"]["zone_slot"], devices["D7"]["building_slot"]) == (UNKNOWN, 1)
    assert devices["D7"]["gateway_slot"] == UNKNOWN
    classes = dict(zip(roster.channels, roster.sensors["heat_class"].tolist(), strict=True))
    assert classes["temperature"] == HEAT_CLASSES.index(HeatClass.A2R)
    assert classes["pressure"] == UNKNOWN


def test_sensors_of_one_circuit_of_one_building_belong_together(
    registry: Settings, database: psycopg.Connection
) -> None:
    database.execute("UPDATE sensors SET circuit = 'C1'")
    database.execute(
        "UPDATE sensors SET phase = 'B', insulation = 'xlpe', rated_current_a = 63 WHERE channel = 'temperature'"
    )
    roster = read_roster(database)
    sensors, devices = roster.sensors, roster.devices
    buildings = devices["building_id"][sensors["device_slot"]]
    assert len(set(sensors["circuit_slot"].tolist())) == len(set(buildings.tolist())) > 1
    wired = sensors[roster.channels.index("temperature")]
    assert PHASES[wired["phase"]] is Phase.B
    assert INSULATIONS[wired["insulation"]] is Insulation.XLPE
    assert wired["rated_current_a"] == 63
    other = sensors[roster.channels.index("pressure")]
    assert (other["phase"], other["insulation"], other["rated_current_a"]) == (UNKNOWN, UNKNOWN, 0)


def test_a_device_knows_its_water_and_a_gauge_its_height(
    registry: Settings, database: psycopg.Connection
) -> None:
    database.execute(
        "UPDATE devices SET system = 'sprinkler', part = 'riser', riser = 'HIGH' WHERE code = 'D1'"
    )
    database.execute("UPDATE sensors SET elevation_m = 41.5, resolution = 0.1 WHERE channel = 'pressure'")
    roster = read_roster(database)
    devices = {code: roster.devices[slot] for slot, (_, code) in enumerate(roster.codes)}
    water = [devices[code][name] for code in ("D1", "D7") for name in ("system", "part", "riser")]
    riser = WATER_PARTS.index(WaterPart.RISER)
    assert water == [WATER_SYSTEMS.index(WaterSystem.SPRINKLER), riser, 0, UNKNOWN, UNKNOWN, UNKNOWN]
    heights = dict(zip(roster.channels, roster.sensors["elevation_m"].tolist(), strict=True))
    assert heights["pressure"] == 41.5
    assert np.isnan(heights["temperature"])


def test_links_are_those_declared_where_a_building_declares_any_and_else_follow_from_the_floors(
    registry: Settings, database: psycopg.Connection
) -> None:
    database.execute(ZONES)
    database.execute("UPDATE zones SET adjoins = '{Z1,ST}' WHERE code = 'Z3'")
    roster = read_roster(database)
    assert name_links(roster) == {
        ("Z3", "Z1", "above"), ("Z1", "Z3", "below"), ("Z3", "ST", "stair"), ("ST", "Z3", "stair"),
        ("Y1", "Y2", "adjoining"), ("Y2", "Y1", "adjoining"), ("Y3", "Y1", "above"), ("Y3", "Y2", "above"),
        ("Y1", "Y3", "below"), ("Y2", "Y3", "below"),
    }  # fmt: skip
    assert roster.links["zone_slot"].tolist() == sorted(roster.links["zone_slot"].tolist())


def test_a_window_moves_the_registry_and_is_in_the_roster_until_it_has_long_ended(
    registry: Settings, database: psycopg.Connection
) -> None:
    before = read_roster(database)
    running = database.execute(DECLARE, ("drill", None, None, "-1 minute", "1 hour")).fetchone()
    database.execute(DECLARE, ("test", 1, None, "-3 hours", "-2 hours"))
    of_device = database.execute(DECLARE, ("maintenance", None, 3, "1 day", "9 days")).fetchone()
    roster = read_roster(database, before)
    assert roster.version > before.version
    assert running is not None
    assert of_device is not None
    assert roster.scopes["scope_id"].tolist() == [running[0], of_device[0]]
    kinds = [SCOPE_KINDS.index(kind) for kind in (ScopeKind.DRILL, ScopeKind.MAINTENANCE)]
    assert roster.scopes["kind"].tolist() == kinds
    assert roster.scopes["zone_slot"].tolist() == [UNKNOWN, UNKNOWN]
    assert roster.scopes["device_slot"].tolist() == [UNKNOWN, roster.device_slots[3]]
    assert roster.scopes["building_slot"].tolist() == [0, 0]


def test_ending_a_window_early_moves_its_end_and_the_registry(
    registry: Settings, database: psycopg.Connection
) -> None:
    database.execute(DECLARE, ("drill", None, None, "-10 minutes", "1 hour"))
    before = read_roster(database)
    database.execute("UPDATE maintenance_windows SET ended_at = now(), ended_by = '李'")
    after = read_roster(database, before)
    assert after.version == before.version + 1
    (ends_before,), (ends_after,) = before.scopes["ends_at"].tolist(), after.scopes["ends_at"].tolist()
    assert 3599e6 < ends_before - ends_after <= 3601e6


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE maintenance_windows SET ends_at = ends_at + INTERVAL '1 minute'",
        "UPDATE maintenance_windows SET ended_at = now(), ended_by = '李', reason = '另'",
        "DELETE FROM maintenance_windows",
    ],
)
def test_a_window_is_not_rewritten(registry: Settings, database: psycopg.Connection, statement: str) -> None:
    database.execute(DECLARE, ("drill", None, None, "-10 minutes", "1 hour"))
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        database.execute(statement.encode())


def test_a_window_ends_once(registry: Settings, database: psycopg.Connection) -> None:
    database.execute(DECLARE, ("drill", None, None, "-10 minutes", "1 hour"))
    end = "UPDATE maintenance_windows SET ended_at = now(), ended_by = '李'"
    database.execute(end)
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        database.execute(end)


@pytest.mark.parametrize(("kind", "longest"), [("test", 24), ("drill", 24), ("maintenance", 30 * 24)])
def test_no_window_is_longer_than_its_kind_allows(
    registry: Settings, database: psycopg.Connection, kind: str, longest: int
) -> None:
    database.execute(DECLARE, (kind, None, None, "0", f"{longest} hours"))
    with pytest.raises(psycopg.errors.CheckViolation):
        database.execute(DECLARE, (kind, None, None, "0", f"{longest} hours 1 second"))
