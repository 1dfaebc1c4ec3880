"""Figures: status, buildings, readings, quarantine, health and metrics."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from schemas.settings import Settings
from tests.api.conftest import Hand, running_api

TOTALS = """
INSERT INTO ingest_totals (worker, messages_received, messages_stored, messages_duplicate, messages_conflict,
    messages_quarantined, readings_received, readings_stored, readings_duplicate, readings_conflict, readings_rejected)
VALUES ('ingest-1', 10, 5, 2, 1, 2, 30, 20, 6, 3, 1), ('ingest-2', 100, 90, 4, 3, 3, 200, 180, 10, 6, 4)"""
HEARD = """
INSERT INTO device_state (device_id, last_received_at) SELECT device_id, now() FROM devices WHERE device_id <= 150"""
REFUSED = """
INSERT INTO quarantine (topic, payload_sha256, reason, detail, payload_head, payload_bytes, samples_rejected,
                        occurrences, first_received_at, last_received_at)
SELECT 't/' || n, n::text::bytea, CASE WHEN n % 2 = 0 THEN 'not_utf8' ELSE 'malformed_json' END, 'why',
       '\\x7b00ff'::bytea, 3, 0, n, now(), now() - make_interval(secs => n / 3) FROM generate_series(1, 9) n"""


def test_status_sums_the_workers_and_counts_open_alerts_and_devices(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    hand.beat()
    hand.beat(worker="ingest-2", lag=0.5)
    database.execute(TOTALS)
    database.execute(HEARD)
    hand.raise_alert(1)
    hand.raise_alert(2, "device_silent")
    # A gateway has no channels: its birth message speaks for it, as a will message speaks against the other one.
    database.execute(
        "DELETE FROM sensors WHERE sensor_id = 3; UPDATE device_state SET online = true WHERE device_id = 3"
    )
    database.execute("UPDATE device_state SET online = false WHERE device_id = 4")
    status = client.get("/v1/status").json()
    assert status["pipeline"]["state"] == "running"
    assert (status["pipeline"]["lag_seconds"], status["pipeline"]["messages_per_second"]) == (0.5, 80)
    assert status["pipeline"]["readings_per_second"] == 160
    assert status["pipeline"]["last_commit_at"]
    assert status["messages"] == {
        "received": 110,
        "stored": 95,
        "duplicate": 6,
        "conflict": 4,
        "quarantined": 5,
    }
    assert status["readings"] == {
        "received": 230,
        "stored": 200,
        "duplicate": 16,
        "conflict": 9,
        "rejected": 5,
    }
    assert status["alerts_open"] == {
        "fire": 1, "warning": 0, "actuation": 0, "supervisory": 0, "fault": 1, "disabled": 0, "test": 0
    }  # fmt: skip
    assert status["devices"] == {"total": 201, "online": 148, "silent": 1, "never_seen": 51}
    assert status["database"] == {"state": "up"}
    assert status["broker"]["state"] == "connected"


def test_status_tells_which_parameters_are_in_force_and_what_is_wrong_with_a_file(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    assert client.get("/v1/status").json()["rules"] == {"state": "unknown", "version": "", "error": ""}
    hand.beat()
    hand.beat(worker="ingest-2")
    database.execute("UPDATE workers SET rules_version = '0123456789ab'")
    assert client.get("/v1/status").json()["rules"]["state"] == "current"
    database.execute("UPDATE workers SET rules_version = 'ba9876543210' WHERE worker = 'ingest-2'")
    changing = client.get("/v1/status").json()["rules"]
    assert changing == {"state": "changing", "version": "0123456789ab, ba9876543210", "error": ""}
    database.execute("UPDATE workers SET rules_error = 'city.toml: wrong'")
    refused = client.get("/v1/status").json()["rules"]
    assert (refused["state"], refused["error"]) == ("refused", "city.toml: wrong")


def test_status_of_an_empty_database_knows_nothing_instead_of_saying_all_is_well(
    client: httpx.Client,
) -> None:
    status = client.get("/v1/status").json()
    assert status["pipeline"]["state"] == "empty"
    assert status["pipeline"]["lag_seconds"] is None
    assert status["broker"]["state"] == "unknown"


def test_buildings_show_what_is_open_and_who_is_heard(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    database.execute(HEARD)
    hand.raise_alert(1)
    hand.raise_alert(2, "device_silent")
    body = client.get("/v1/buildings?limit=1").json()
    (first,) = body["buildings"]
    assert (first["code"], first["class"], first["high_risk"], first["floors"]) == (
        "B1",
        "high_rise_1",
        True,
        26,
    )
    assert (first["alerts_open"]["fire"], first["alerts_open"]["fault"], first["alerts_open"]["test"]) == (
        1,
        1,
        0,
    )
    assert first["devices"] == {"total": 200, "silent": 1, "never_seen": 50}
    assert first["last_received_at"]
    (second,) = client.get(f"/v1/buildings?limit=1&cursor={body['next']}").json()["buildings"]
    assert (second["code"], second["last_received_at"]) == ("B2", None)
    assert second["devices"] == {"total": 1, "silent": 0, "never_seen": 1}


def test_what_stands_beneath_a_silent_gateway_is_counted_as_silent_with_it(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    database.execute(HEARD)
    database.execute("UPDATE devices SET gateway_id = 10 WHERE device_id BETWEEN 11 AND 15")
    hand.raise_alert(11, "device_silent")
    hand.raise_alert(10, "gateway_silent")
    devices = client.get("/v1/status").json()["devices"]
    assert (devices["silent"], devices["online"]) == (6, 144)
    (first,) = client.get("/v1/buildings?limit=1").json()["buildings"]
    assert first["devices"]["silent"] == 6
    hand.clear(10, "gateway_silent")
    assert client.get("/v1/status").json()["devices"]["silent"] == 1


def test_readings_of_a_sensor_over_a_span(client: httpx.Client, database: psycopg.Connection) -> None:
    begin = datetime(2026, 11, 23, tzinfo=UTC)
    database.execute(
        "INSERT INTO readings (ts, received_at, value, sensor_id, quality) "
        "SELECT %s + make_interval(secs => n), now(), n, 1, 0 FROM generate_series(0, 86399) n",
        (begin,),
    )
    address = "/v1/sensors/1/readings"
    raw = client.get(
        address, params={"from": "2026-11-23T08:00:00+08:00", "to": "2026-11-23T00:33:20Z"}
    ).json()
    assert (raw["bucket_seconds"], len(raw["points"]), raw["points"][0]["at"]) == (
        None,
        2000,
        "2026-11-23T00:00:00.000Z",
    )
    day = {"from": begin.isoformat(), "to": (begin + timedelta(days=1)).isoformat()}
    bucketed = client.get(address, params=day).json()
    assert bucketed["bucket_seconds"] == 43.2
    assert len(bucketed["points"]) == 2000
    assert sum(point["count"] for point in bucketed["points"]) == 86_400
    assert (bucketed["points"][0]["minimum"], bucketed["points"][-1]["maximum"]) == (0, 86_399)
    assert client.get(address).json()["points"] == []
    assert client.get("/v1/sensors/999/readings").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-11-23T08:00:00",
        "from=2026-11-23",
        "from=1795420800250",
        "from=9999-12-31T23:59:59-23:00",
        "from=0001-01-01T00:00:00Z",
        "from=2026-11-23T08:00:00Z&to=2026-11-23T07:00:00Z",
        "from=1980-01-01T08:00:00Z&to=2026-11-23T07:00:00Z",
        "from=",
        "to=now",
        "since=2026-11-23T08:00:00Z",
    ],
)
def test_a_span_that_is_not_one_is_refused(client: httpx.Client, query: str) -> None:
    assert client.get(f"/v1/sensors/1/readings?{query}").status_code == 422


def test_quarantine_shows_reason_and_payload_and_pages(
    client: httpx.Client, database: psycopg.Connection
) -> None:
    database.execute(REFUSED)
    body = client.get("/v1/quarantine?limit=4").json()
    seen = [message["id"] for message in body["messages"]]
    message = body["messages"][0]
    assert (message["payload_text"], message["payload_base64"]) == ("{\x00\ufffd", "ewD/")
    while body["next"]:
        body = client.get(f"/v1/quarantine?limit=4&cursor={body['next']}").json()
        seen += [message["id"] for message in body["messages"]]
    assert sorted(seen) == list(range(1, 10))
    only = client.get("/v1/quarantine?reason=not_utf8").json()["messages"]
    assert {message["reason"] for message in only} == {"not_utf8"}
    assert len(only) == 4


def test_without_a_database_everything_says_so_soon_and_nothing_hangs(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"database_url": "postgresql://x:y@127.0.0.1:9/z"})
    with (
        running_api(nowhere) as address,
        httpx.Client(base_url=address, timeout=10, trust_env=False) as client,
    ):
        for path in ("/v1/alerts", "/v1/status", "/v1/alerts/changes?after=0&wait=5", "/v1/alerts/1"):
            begun = time.monotonic()
            answer = client.get(path)
            assert answer.status_code == 503, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["retry-after"]
            assert time.monotonic() - begun < 3
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").json()["parts"]["database"]["ready"] is False
        assert "fengsui_database_up 0.0" in client.get("/metrics").text


def test_metrics_balance_and_use_the_names_prometheus_expects(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    hand.beat()
    database.execute(TOTALS)
    database.execute(REFUSED)
    hand.raise_alert(1)
    client.get("/v1/alerts/1")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    for what, outcomes in (
        ("messages", ("stored", "duplicate", "conflict", "quarantined")),
        ("readings", ("stored", "duplicate", "conflict", "rejected")),
    ):
        for worker in ("ingest-1", "ingest-2"):
            ended = sum(
                samples[(f"fengsui_{what}_total", *sorted((worker, outcome)))] for outcome in outcomes
            )
            assert ended == samples[(f"fengsui_{what}_received_total", worker)]
    assert samples[("fengsui_alerts_open", "fire")] == 1
    assert samples[("fengsui_alerts_open", "test")] == 0
    assert samples[("fengsui_ingest_lag_seconds", "ingest-1")] == 0.01
    assert samples[("fengsui_quarantine_messages_total", "not_utf8")] == 20
    assert samples[("fengsui_database_up",)] == 1
    assert samples[("fengsui_api_request_duration_seconds_count", "/v1/alerts/{alert_id}", "200", "GET")] >= 1
