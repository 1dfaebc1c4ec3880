"""Lists of alerts: order, filters, pages, and what an unchanged poll costs."""

from __future__ import annotations

import time

import httpx
import psycopg

from tests.api.conftest import Hand


def test_an_alert_says_what_where_since_when_and_what_to_do(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(7, at=1_795_420_800.25)
    (alert,) = client.get("/v1/alerts").json()["alerts"]
    assert alert["id"] == alert_id
    assert alert["title"] == {"zh": "烟雾浓度火警", "en": "Smoke at fire level"}
    assert (alert["class"], alert["severity"], alert["severity_peak"]) == ("fire", "orange", "orange")
    assert (alert["condition"], alert["acknowledged"], alert["verdict"]) == ("active", None, None)
    assert alert["raised_at"] == "2026-11-23T08:00:00.250Z"
    assert (alert["value"], alert["limit"], alert["unit"]) == (0.42, 0.3, "dB/m")
    assert alert["where"] == {
        "area": {"code": "A1", "name": "青禾街道"},
        "building": {"code": "B1", "name": "一号楼"},
        "floor": 3,
        "zone": {"code": "Z1", "name": "三层走道", "use": "corridor"},
        "device": {"code": "D7", "name": "感烟探测器 7"},
        "channel": {"code": "smoke", "quantity": "smoke", "sensor_id": 7, "limitations": []},
    }
    assert alert["advice"]["zh"]
    assert alert["change_id"] == 1


def test_fire_comes_first_then_the_newest_of_each_class(client: httpx.Client, hand: Hand) -> None:
    fault = hand.raise_alert(1, "device_silent", at=2000)
    old_fire = hand.raise_alert(2, at=1000)
    water = hand.raise_alert(3, "hydrant_pressure_zero", at=3000)
    new_fire = hand.raise_alert(4, at=1500)
    listed = [alert["id"] for alert in client.get("/v1/alerts").json()["alerts"]]
    assert listed == [new_fire, old_fire, water, fault]


def test_pages_cover_every_alert_once_even_when_all_were_raised_at_once(
    client: httpx.Client, hand: Hand
) -> None:
    raised = {hand.raise_alert(number, rule, at=1000) for number in range(1, 14) for rule in
              ("smoke_level_alarm", "smoke_rise", "device_silent")}  # fmt: skip
    seen: list[int] = []
    parameters = {"limit": "5"}
    while True:
        page = client.get("/v1/alerts", params=parameters).json()
        seen += [alert["id"] for alert in page["alerts"]]
        if page["next"] is None:
            break
        parameters["cursor"] = page["next"]
    assert len(seen) == len(set(seen))
    assert set(seen) == raised


def test_filters_combine(client: httpx.Client, hand: Hand) -> None:
    fire = hand.raise_alert(1)
    rise = hand.raise_alert(2, "smoke_rise")
    silent = hand.raise_alert(201, "device_silent")
    hand.raise_alert(3, "device_silent")
    hand.clear(3, "device_silent")
    hand.clear(1)

    def listed(query: str) -> list[int]:
        return [alert["id"] for alert in client.get(f"/v1/alerts?{query}").json()["alerts"]]

    assert listed("class=fire") == [fire]
    assert listed("class=warning&class=fault") == [rise, silent]
    assert listed("severity=orange") == [fire]
    assert listed("building=B2") == [silent]
    assert listed("building=nowhere") == []
    assert listed("condition=cleared") == [fire]
    assert len(listed("open=false")) == 1
    assert len(listed("open=all")) == 4
    assert listed("building=B1&condition=active&severity=yellow") == [rise]


def test_an_unchanged_list_answers_304_and_any_change_ends_that(client: httpx.Client, hand: Hand) -> None:
    hand.beat()
    hand.raise_alert(1)
    first = client.get("/v1/alerts")
    tag = {"If-None-Match": first.headers["etag"]}
    again = client.get("/v1/alerts", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["fengsui-as-of"] > first.headers["fengsui-as-of"]
    assert client.get("/v1/alerts?class=fire", headers=tag).status_code == 200
    hand.raise_alert(2)
    assert client.get("/v1/alerts", headers=tag).status_code == 200


def test_a_tag_ends_with_a_new_name_of_a_building_or_rule_and_with_the_pipeline(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    hand.beat()
    hand.raise_alert(1)
    edits = (
        "UPDATE rules SET title_zh = '改' WHERE rule = 'smoke_level_alarm'",
        "UPDATE buildings SET name = '新名'; UPDATE registry_version SET version = version + 1",
        "UPDATE workers SET heartbeat_at = heartbeat_at - interval '1 minute'",
    )
    for edit in edits:
        tag = client.get("/v1/alerts").headers["etag"]
        database.execute(edit)
        assert client.get("/v1/alerts", headers={"If-None-Match": tag}).status_code == 200, edit


def test_an_empty_list_of_a_dead_pipeline_differs_from_one_of_a_live_pipeline(
    client: httpx.Client, hand: Hand
) -> None:
    def look() -> tuple[str, str, str]:
        answer = client.get("/v1/alerts")
        body = answer.json()
        assert body["alerts"] == []
        assert answer.headers["fengsui-as-of"] == body["as_of"]
        assert answer.headers["fengsui-pipeline"] == body["pipeline"]["state"]
        return body["pipeline"]["state"], body["pipeline"]["note"], answer.headers["etag"]

    never = look()
    hand.beat()
    alive = look()
    hand.beat(connected=False, note="refused")
    deaf = look()
    hand.beat(lag=30)
    behind = look()
    hand.beat(worker="ingest-2")
    hand.beat(age=34)
    half = look()
    hand.beat(worker="ingest-2", age=61)
    dead = look()
    assert [state for state, _, _ in (never, alive, deaf, behind, half, dead)] == [
        "empty", "running", "stale", "stale", "stale", "down"
    ]  # fmt: skip
    assert alive[1] == ""
    assert "refused" in deaf[1]
    assert "ingest-1" in half[1]
    assert len({never[2], alive[2], deaf[2], dead[2]}) == 4


def test_an_answer_says_that_a_spool_holds_what_the_tables_do_not_have_yet(
    client: httpx.Client, hand: Hand
) -> None:
    hand.beat(spool=(7, "7 batches wait in the spool; the spool is 85 % full"))
    pipeline = client.get("/v1/alerts").json()["pipeline"]
    assert pipeline["state"] == "stale"
    assert "85 % full" in pipeline["note"]
    hand.beat(spool=(0, "the end of the spool was torn: 1 batches dropped"))
    pipeline = client.get("/v1/alerts").json()["pipeline"]
    assert pipeline["state"] == "running"
    assert "torn" in pipeline["note"]


def test_one_alert_tells_its_history_its_reason_and_its_readings(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    raised_at = time.time() - 3600
    alert_id = hand.raise_alert(1, at=raised_at)
    hand.clear(1, at=raised_at + 400)
    database.execute(
        "INSERT INTO readings (ts, received_at, value, sensor_id, quality) "
        "SELECT to_timestamp(%s + n * 10), now(), 0.1, 1, 0 FROM generate_series(-100, 100) n",
        (raised_at,),
    )
    answer = client.get(f"/v1/alerts/{alert_id}")
    alert = answer.json()
    assert answer.headers["etag"] == '"2"'
    assert [entry["action"] for entry in alert["history"]] == ["raised", "cleared"]
    assert "0.42" in alert["why"]["zh"]
    assert "0.3 dB/m" in alert["why"]["en"]
    assert alert["source"]
    assert alert["readings"]["bucket_seconds"] is None
    assert alert["readings"]["unit"] == "dB/m"
    assert len(alert["readings"]["points"]) == 120


def test_many_readings_come_in_buckets_that_keep_the_peak(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    raised_at = time.time() - 3600
    alert_id = hand.raise_alert(1, at=raised_at)
    database.execute(
        "INSERT INTO readings (ts, received_at, value, sensor_id, quality) "
        "SELECT to_timestamp(%s + n * 0.1), now(), CASE WHEN n = 77 THEN 9 ELSE 0.1 END, 1, 0 "
        "FROM generate_series(-5999, 5999) n",
        (raised_at,),
    )
    readings = client.get(f"/v1/alerts/{alert_id}").json()["readings"]
    assert 1000 < len(readings["points"]) <= 2000
    assert readings["bucket_seconds"] == 0.6
    assert sum(point["count"] for point in readings["points"]) == 11_999
    assert max(point["maximum"] for point in readings["points"]) == 9


def test_an_alert_about_a_device_has_no_readings(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1, "device_silent")
    alert = client.get(f"/v1/alerts/{alert_id}").json()
    assert alert["readings"] is None
    assert alert["where"]["channel"] is None
    assert alert["subject"] == "device"


def test_a_value_that_is_no_number_is_null(client: httpx.Client, hand: Hand) -> None:
    with hand.database.transaction():
        hand.raise_alert(1)
        hand.database.execute("UPDATE alerts SET value = 'NaN', limit_value = 'Infinity'")
    (alert,) = client.get("/v1/alerts").json()["alerts"]
    assert (alert["value"], alert["limit"]) == (None, None)
