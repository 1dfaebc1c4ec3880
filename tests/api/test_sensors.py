"""The register of sensors, with what each cannot show."""

from __future__ import annotations

import httpx
import psycopg
import pytest

from tests.api.conftest import Hand

ADD = """
INSERT INTO sensors (device_id, channel, quantity, unit, interval_seconds, heat_class)
VALUES (1, %s, %s, '°C', %s, 'A1')"""


@pytest.mark.parametrize(
    ("quantity", "interval", "limitations"),
    [
        ("temperature", 20, []),
        ("temperature", 20.001, ["fixed temperature only"]),
        ("cable_temperature", 60, []),
    ],
)
def test_a_temperature_slower_than_twenty_seconds_is_labelled(
    client: httpx.Client,
    database: psycopg.Connection,
    quantity: str,
    interval: float,
    limitations: list[str],
) -> None:
    database.execute(ADD, ("t", quantity, interval))
    (sensor,) = client.get("/v1/sensors", params={"quantity": quantity}).json()["sensors"]
    assert sensor["limitations"] == limitations
    assert (sensor["channel"], sensor["heat_class"], sensor["interval_s"]) == ("t", "A1", interval)
    assert sensor["device"]["code"] == "D1"
    assert sensor["zone"]["code"] == "Z1"


COARSE_LOW, COARSE_CYCLES = (
    "resolution too coarse for low pressure",
    "resolution too coarse for jockey pump cycles",
)


@pytest.mark.parametrize(
    ("resolution", "interval", "limitations"),
    [
        (None, 10, []),
        (0.001, 60, []),
        (0.02, 60, [COARSE_CYCLES]),
        # Analog type 4 of GB/T 26875.3 counts in tenths of a megapascal.
        (0.1, 10, [COARSE_LOW, COARSE_CYCLES]),
        (0.001, 61, ["interval too long for jockey pump cycles"]),
    ],
)
def test_a_gauge_says_what_it_is_too_coarse_or_too_slow_for(
    client: httpx.Client,
    database: psycopg.Connection,
    resolution: float | None,
    interval: float,
    limitations: list[str],
) -> None:
    database.execute(
        "INSERT INTO sensors (device_id, channel, quantity, unit, interval_seconds, resolution, elevation_m) "
        "VALUES (1, 'p', 'pressure', 'MPa', %s, %s, 41.5)",
        (interval, resolution),
    )
    sensors = client.get("/v1/sensors", params={"quantity": "pressure"}).json()["sensors"]
    (sensor,) = [sensor for sensor in sensors if sensor["channel"] == "p"]
    assert (sensor["limitations"], sensor["elevation_m"]) == (limitations, 41.5)


def test_an_alert_of_such_a_sensor_says_so_too(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    database.execute("UPDATE sensors SET quantity = 'temperature', interval_seconds = 60 WHERE sensor_id = 7")
    hand.raise_alert(7, "heat_fixed_alarm")
    (alert,) = client.get("/v1/alerts").json()["alerts"]
    assert alert["where"]["channel"]["limitations"] == ["fixed temperature only"]


def test_sensors_come_in_pages_and_of_one_building_if_wanted(client: httpx.Client) -> None:
    first = client.get("/v1/sensors?limit=150").json()
    rest = client.get("/v1/sensors", params={"limit": 150, "cursor": first["next"]}).json()
    assert [one["id"] for one in first["sensors"] + rest["sensors"]] == list(range(1, 203))
    assert rest["next"] is None
    of_b2 = client.get("/v1/sensors?building=B2").json()["sensors"]
    assert {one["building"]["code"] for one in of_b2} == {"B2"}
    assert client.get("/v1/sensors?building=B9").json()["sensors"] == []
