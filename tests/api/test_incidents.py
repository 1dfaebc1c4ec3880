"""Incidents: which alerts belong together, and that none is dropped."""

from __future__ import annotations

import httpx

from tests.api.conftest import Hand

T0 = 1_795_420_800.0
MINUTE = 60.0


def list_incidents(client: httpx.Client, query: str = "") -> list[dict[str, object]]:
    answer = client.get(f"/v1/incidents?{query}")
    assert answer.status_code == 200, answer.text
    incidents: list[dict[str, object]] = answer.json()["incidents"]
    return incidents


def test_alerts_raised_within_half_an_hour_of_each_other_are_one_incident(
    client: httpx.Client, hand: Hand
) -> None:
    first = hand.raise_alert(1, at=T0)
    second = hand.raise_alert(2, "smoke_rise", at=T0 + 29 * MINUTE)
    third = hand.raise_alert(3, "device_silent", at=T0 + 55 * MINUTE)
    (incident,) = list_incidents(client)
    assert incident["id"] == first
    assert incident["alerts"] == 3
    assert incident["by_class"] == {
        "fire": 1, "warning": 1, "actuation": 0, "supervisory": 0, "fault": 1, "disabled": 0, "test": 0
    }  # fmt: skip
    assert (incident["severity"], incident["state"]) == ("orange", "open")
    assert (incident["first_raised_at"], incident["last_raised_at"]) == (
        "2026-11-23T08:00:00.000Z",
        "2026-11-23T08:55:00.000Z",
    )
    assert incident["floors"] == [3]
    assert incident["gravest"]["id"] == first  # type: ignore[index]
    listed = client.get(f"/v1/alerts?incident={first}&open=all").json()["alerts"]
    assert {alert["id"] for alert in listed} == {first, second, third}
    assert {alert["incident"] for alert in listed} == {first}


def test_a_fire_that_still_burns_gathers_what_comes_hours_later_and_one_that_is_out_does_not(
    client: httpx.Client, hand: Hand
) -> None:
    burning = hand.raise_alert(1, at=T0)
    later = hand.raise_alert(2, at=T0 + 180 * MINUTE)
    hand.clear(1, at=T0 + 200 * MINUTE)
    hand.clear(2, at=T0 + 200 * MINUTE)
    after = hand.raise_alert(3, at=T0 + 229 * MINUTE)
    hand.clear(3, at=T0 + 229 * MINUTE)
    new = hand.raise_alert(4, at=T0 + 260 * MINUTE)
    groups = {alert["id"]: alert["incident"] for alert in client.get("/v1/alerts").json()["alerts"]}
    assert groups == {burning: burning, later: burning, after: burning, new: new}


def test_a_fire_never_joins_faults_and_a_lasting_fault_gathers_nothing(
    client: httpx.Client, hand: Hand
) -> None:
    fault = hand.raise_alert(1, "device_silent", at=T0)
    fire = hand.raise_alert(2, at=T0 + MINUTE)
    with_fire = hand.raise_alert(3, "device_silent", at=T0 + 2 * MINUTE)
    other_fault = hand.raise_alert(4, "device_silent", at=T0 + 24 * 60 * MINUTE + 3 * MINUTE)
    groups = {alert["id"]: alert["incident"] for alert in client.get("/v1/alerts").json()["alerts"]}
    assert groups == {fault: fault, fire: fire, with_fire: fire, other_fault: other_fault}
    assert [one["id"] for one in list_incidents(client)] == [fire, other_fault, fault]
    assert [one["id"] for one in list_incidents(client, "class=fire")] == [fire]


def test_buildings_are_kept_apart_and_can_be_asked_for(client: httpx.Client, hand: Hand) -> None:
    hand.raise_alert(1, at=T0)
    other = hand.raise_alert(201, at=T0)
    (incident,) = list_incidents(client, "building=B2")
    assert (incident["id"], incident["building"]) == (other, {"code": "B2", "name": "二号楼"})
    assert len(list_incidents(client, "area=A1")) == 2
    assert list_incidents(client, "area=A1&building=nowhere") == []


def test_an_incident_is_over_when_its_last_alert_is_closed(client: httpx.Client, hand: Hand) -> None:
    fire = hand.raise_alert(1, at=T0)
    hand.raise_alert(2, "smoke_rise", at=T0 + MINUTE)
    hand.clear(2, "smoke_rise", at=T0 + 2 * MINUTE)
    hand.clear(1, at=T0 + 3 * MINUTE)
    (incident,) = list_incidents(client)
    assert (incident["alerts_open"], incident["alerts_active"]) == (1, 0)
    assert incident["cleared_at"] == "2026-11-23T08:03:00.000Z"
    client.post(f"/v1/alerts/{fire}/verdict", json={"by": "王", "verdict": "false_alarm"})
    assert list_incidents(client) == []
    (incident,) = list_incidents(client, "state=over")
    assert (incident["state"], incident["by_verdict"]) == ("over", {"false_alarm": 1})
    assert list_incidents(client, "state=over&begun_from=2026-11-24T00:00:00Z") == []
    one = client.get(f"/v1/incidents/{fire}").json()["incident"]
    assert one == incident
    assert client.get("/v1/incidents/77").status_code == 404


def test_pages_of_incidents_follow_each_other_and_an_unchanged_list_answers_304(
    client: httpx.Client, hand: Hand
) -> None:
    hand.beat()
    for hour in range(5):
        hand.raise_alert(hour + 1, "device_silent", at=T0 + hour * 60 * MINUTE)
    for state in ("open", "all"):
        seen: list[object] = []
        query = f"state={state}&limit=2"
        while True:
            answer = client.get(f"/v1/incidents?{query}")
            seen += [one["id"] for one in answer.json()["incidents"]]
            if answer.json()["next"] is None:
                break
            query = f"state={state}&limit=2&cursor={answer.json()['next']}"
        assert seen == [5, 4, 3, 2, 1]
    tag = client.get("/v1/incidents").headers["etag"]
    assert client.get("/v1/incidents", headers={"If-None-Match": tag}).status_code == 304
    hand.raise_alert(9)
    assert client.get("/v1/incidents", headers={"If-None-Match": tag}).status_code == 200


def test_a_storm_in_one_building_is_one_incident_in_which_every_alert_is_counted(
    client: httpx.Client, hand: Hand
) -> None:
    for number in range(1, 201):
        hand.raise_alert(number, at=T0 + number)
    (incident,) = list_incidents(client)
    assert (incident["alerts"], incident["unacknowledged"]) == (200, 200)
