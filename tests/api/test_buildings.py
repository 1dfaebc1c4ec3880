"""Buildings and devices: live state, the section of a building, whom to call, and the alerts of each hour."""

from __future__ import annotations

import time

import httpx
import psycopg

from tests.api.conftest import Hand

HEARD = "INSERT INTO device_state (device_id, last_received_at) SELECT device_id, now() FROM devices"


def read_building(client: httpx.Client, code: str) -> dict[str, object]:
    (building,) = client.get(f"/v1/buildings?building={code}").json()["buildings"]
    assert isinstance(building, dict)
    return building


def test_a_building_shows_the_gravest_that_is_true_and_silence_is_unknown(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    assert read_building(client, "B2")["live"] == "unknown"
    database.execute(HEARD)
    assert read_building(client, "B2")["live"] == "normal"
    hand.raise_alert(201, "device_silent")
    assert read_building(client, "B2")["live"] == "unknown"
    hand.raise_alert(1, "device_silent")
    assert read_building(client, "B1")["live"] == "fault"
    hand.raise_alert(2, "smoke_rise")
    assert read_building(client, "B1")["live"] == "warning"
    hand.raise_alert(3)
    fire = read_building(client, "B1")
    assert (fire["live"], fire["unacknowledged"]) == ("fire", 3)


def test_buildings_are_found_by_area_class_risk_and_name(
    client: httpx.Client, database: psycopg.Connection
) -> None:
    database.execute(
        "INSERT INTO building_risk (at, building_id, score, colour, parts, figures, changes) VALUES "
        "(now(), 1, 81, 1, '{}', '{}', '[]'), (now() - interval '1 hour', 2, 90, 1, '{}', '{}', '[]')"
    )

    def listed(query: str) -> list[str]:
        return [one["code"] for one in client.get(f"/v1/buildings?{query}").json()["buildings"]]

    assert listed("area=A1") == ["B1", "B2"]
    assert listed("area=A9") == []
    assert listed("class=high_rise_2") == ["B2"]
    assert listed("risk=red") == ["B1"]
    assert listed("q=二号") == ["B2"]
    risk = read_building(client, "B1")["risk"]
    assert isinstance(risk, dict)
    assert (risk["score"], risk["colour"]) == (81, "red")
    assert read_building(client, "B2")["risk"] is None


def test_devices_beneath_a_silent_gateway_are_unknown_and_that_is_one_fault(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    database.execute(HEARD)
    database.execute("UPDATE devices SET gateway_id = 1 WHERE device_id BETWEEN 2 AND 5")
    alert = hand.raise_alert(1, "gateway_silent")
    devices = client.get("/v1/devices?building=B1&state=silent&state=unknown").json()["devices"]
    assert {one["code"]: one["state"] for one in devices} == {
        "D1": "silent", "D2": "unknown", "D3": "unknown", "D4": "unknown", "D5": "unknown"
    }  # fmt: skip
    assert [one["alerts"] for one in devices] == [[alert], [], [], [], []]
    assert devices[1]["gateway"] == "D1"
    assert len(client.get("/v1/alerts").json()["alerts"]) == 1


def test_devices_come_in_pages(client: httpx.Client) -> None:
    first = client.get("/v1/devices?limit=150&state=never_seen").json()
    rest = client.get(
        "/v1/devices", params={"limit": 150, "state": "never_seen", "cursor": first["next"]}
    ).json()
    assert [one["id"] for one in first["devices"] + rest["devices"]] == list(range(1, 202))
    assert rest["next"] is None
    assert client.get(f"/v1/devices?cursor={first['next']}").status_code == 400


def test_a_section_shows_floors_zones_devices_water_and_whom_to_call(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    database.execute(HEARD)
    database.execute("INSERT INTO zones (building_id, code, name, floor, zone_use) "
                     "VALUES (1, 'P', '泵房', -1, 'pump_room'), (1, 'R', '屋面', 26, 'roof')")  # fmt: skip
    database.execute(
        "UPDATE devices SET zone_id = 2, system = 'hydrant', part = 'pump_room' WHERE device_id = 9"
    )
    database.execute(
        "INSERT INTO sensors (device_id, channel, quantity, unit, interval_seconds) "
        "VALUES (9, 'p', 'pressure', 'MPa', 10)"
    )
    database.execute(
        "INSERT INTO readings (ts, received_at, value, sensor_id, quality) "
        "SELECT now() - n * interval '10 s', now(), 0.4 + n * 0.01, 203, 0 FROM generate_series(0, 3) n"
    )
    hand.raise_alert(7)
    people = [{"role": "消防安全管理人", "name": "李建国", "phone": "138 0000 0000"}]
    body = {"by": "王", "contacts": people}
    assert client.put("/v1/buildings/B1/contacts", json=body).json()["contacts"] == people
    section = client.get("/v1/buildings/B1/section").json()
    assert section["building"]["code"] == "B1"
    assert [(one["floor"], one["state"]) for one in section["floors"]] == [
        (26, "normal"), (3, "fire"), (-1, "normal")
    ]  # fmt: skip
    (pump_room,) = section["floors"][2]["zones"]
    assert [one["code"] for one in pump_room["devices"]] == ["D9"]
    (water,) = section["water"]
    assert (water["system"], water["state"], water["devices"]) == ("hydrant", "normal", 1)
    assert [(one["channel"], one["value"], one["unit"]) for one in water["readings"]] == [
        ("D9/p", 0.4, "MPa")
    ]
    assert section["contacts"] == people
    assert [one["code"] for one in client.get("/v1/buildings/B2/section").json()["elsewhere"]] == ["E1"]
    assert client.get("/v1/buildings/B9/section").status_code == 404


def test_contacts_are_replaced_as_a_whole_and_checked(client: httpx.Client) -> None:
    one = {"role": "值班", "name": "李", "phone": "021-555 0100"}
    two = {"role": "物业", "name": "张", "phone": "+86 13800000000"}
    client.put("/v1/buildings/B1/contacts", json={"by": "王", "contacts": [one, two]})
    answer = client.put("/v1/buildings/B1/contacts", json={"by": "王", "contacts": [two]})
    assert answer.json()["contacts"] == [two]
    for wrong in ({"phone": "call me"}, {"name": ""}, {"role": "a\nb"}, {"more": 1}):
        answer = client.put("/v1/buildings/B1/contacts", json={"by": "王", "contacts": [one | wrong]})
        assert answer.status_code == 422, wrong
    unknown = client.put("/v1/buildings/B9/contacts", json={"by": "王", "contacts": []})
    assert unknown.json()["type"] == "urn:fengsui:problem:no-such-place"


def test_the_alerts_of_each_hour_are_counted_by_building_and_area(client: httpx.Client, hand: Hand) -> None:
    now = time.time()
    hand.raise_alert(1, at=now)
    hand.raise_alert(2, "smoke_rise", at=now)
    hand.raise_alert(3, at=now - 3 * 3600)
    hand.raise_alert(201, at=now - 30 * 3600)
    activity = client.get("/v1/activity").json()
    (row,) = activity["rows"]
    assert (row["code"], row["total"], len(row["counts"])) == ("B1", 3, 24)
    assert (row["counts"][20], row["counts"][23]) == (1, 2)
    (area,) = client.get("/v1/activity?by=area&hours=48").json()["rows"]
    assert (area["code"], area["total"]) == ("A1", 4)
    (city,) = client.get("/v1/activity?by=city&hours=48&class=fire").json()["rows"]
    assert city["total"] == 3
    assert client.get("/v1/activity?building=B2").json()["rows"] == []
