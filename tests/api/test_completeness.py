"""Figures of each day: how complete the reports of devices were, and whose alarms were false."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import psycopg

from tests.api.conftest import Hand

INSERT_DAYS = """
INSERT INTO device_days (starts_at, device_id, received, expected, silent_seconds) VALUES
    ('2026-09-23 16:00Z', 1, 8640, 8640, 0), ('2026-09-23 16:00Z', 2, 4320, 8640, 43200),
    ('2026-09-23 16:00Z', 201, 0, 8640, 86400), ('2026-09-22 16:00Z', 1, 10, 8640, 0)"""
# 01:00 in China: of the day before by UTC.
NIGHT = datetime(2026, 9, 23, 17, 0, tzinfo=UTC).timestamp()


def test_the_least_complete_devices_of_the_last_day_come_first(
    client: httpx.Client, database: psycopg.Connection
) -> None:
    database.execute(INSERT_DAYS)
    devices = client.get("/v1/completeness").json()["devices"]
    assert [(one["code"], one["completeness"], one["online"]) for one in devices] == [
        ("E1", 0.0, 0.0),
        ("D2", 0.5, 0.5),
        ("D1", 1.0, 1.0),
    ]
    assert {one["day"] for one in devices} == {"2026-09-24"}
    before = client.get("/v1/completeness?day=2026-09-23").json()["devices"]
    assert [one["received"] for one in before] == [10]
    (first,) = client.get("/v1/completeness?building=B2").json()["devices"]
    assert first["building"]["code"] == "B2"


def test_pages_of_devices_follow_each_other(client: httpx.Client, database: psycopg.Connection) -> None:
    database.execute(INSERT_DAYS)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        params = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/completeness", params=params).json()
        seen += [one["code"] for one in page["devices"]]
        cursor = page["next"]
    assert seen == ["E1", "D2", "D1"]


def test_more_than_five_false_alarms_of_a_building_and_day_are_too_many(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    for number in (1, 1, 1, 2, 3, 4, 201):
        hand.raise_alert(number, at=NIGHT)
        database.execute("UPDATE alerts SET verdict = 'false_alarm'")
        hand.clear(number, at=NIGHT + 60)
    hand.raise_alert(9, at=NIGHT)
    first, second = client.get("/v1/false-alarms?from=2026-09-20&to=2026-09-24").json()["days"]
    assert (first["building"]["code"], first["day"], first["false_alarms"], first["too_many"]) == (
        "B1",
        "2026-09-24",
        6,
        True,
    )
    assert first["by_device"] == {"D1": 3, "D2": 1, "D3": 1, "D4": 1}
    assert (second["building"]["code"], second["false_alarms"], second["too_many"]) == ("B2", 1, False)
    assert client.get("/v1/false-alarms?from=2026-09-20&to=2026-09-23").json()["days"] == []
    assert len(client.get("/v1/false-alarms?from=2026-09-20&to=2026-09-24&area=A1").json()["days"]) == 2
    devices = client.get("/v1/false-alarms/devices?from=2026-09-20&to=2026-09-24&building=B1").json()[
        "devices"
    ]
    assert [(one["code"], one["false_alarms"], one["too_many"]) for one in devices] == [
        ("D1", 3, False), ("D2", 1, False), ("D3", 1, False), ("D4", 1, False)
    ]  # fmt: skip
    database.execute("UPDATE alerts SET device_id = 2 WHERE verdict IS NOT NULL")
    (device,) = client.get("/v1/false-alarms/devices?from=2026-09-20&to=2026-09-24").json()["devices"]
    assert (device["code"], device["most_in_a_day"], device["too_many"]) == ("D2", 7, True)


def test_a_span_that_is_turned_round_or_too_long_is_refused(client: httpx.Client) -> None:
    for span in (
        "from=2026-09-20&to=2026-09-19",
        "from=2026-01-01&to=2026-09-19",
        "from=now&to=2026-09-19",
        "from=9999-12-31&to=9999-12-30",
    ):
        assert client.get(f"/v1/false-alarms?{span}").status_code == 422
