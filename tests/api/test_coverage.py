"""Coverage: which buildings that must be connected are, and run."""

from __future__ import annotations

import httpx
import psycopg
import pytest

REGISTRY = """
INSERT INTO areas (code, name, level, parent_id) VALUES ('G1', '一网格', 'grid', 1);
INSERT INTO buildings (code, name, area_id, building_class, building_use, height_m, floors, high_risk, must_connect)
VALUES ('B3', '三号楼', 2, 'high_rise_1', 'residential', 80, 26, true, true),
       ('B4', '四号楼', 2, 'industrial', 'industrial', 8, 1, false, false);
INSERT INTO devices (building_id, code, name) VALUES (3, 'F1', '三号楼一');
INSERT INTO device_state (device_id, last_received_at) SELECT n, now() FROM generate_series(1, 201) n;
INSERT INTO device_days (starts_at, device_id, received, expected, silent_seconds) VALUES
    ('2026-09-22 16:00Z', 1, 8640, 8640, 0), ('2026-09-23 16:00Z', 1, 8640, 8640, 0),
    ('2026-09-22 16:00Z', 201, 8640, 8640, 0), ('2026-09-23 16:00Z', 201, 864, 8640, 77760);
INSERT INTO building_days (starts_at, building_id, devices, received, expected, silent_seconds)
SELECT starts_at, building_id, count(*), sum(received), sum(expected), sum(silent_seconds)
FROM device_days JOIN devices USING (device_id) GROUP BY 1, 2
"""


@pytest.fixture
def city(client: httpx.Client, database: psycopg.Connection) -> httpx.Client:
    """B1 runs, B2 failed on the second day, B3 was never heard, B4 need not be connected."""
    database.execute(REGISTRY)
    return client


def test_coverage_counts_what_runs_and_names_what_is_missing(city: httpx.Client) -> None:
    body = city.get("/v1/coverage").json()
    assert body["period"] == {"from": "2026-09-18", "to": "2026-09-24", "days_judged": 2}
    total = body["total"]
    assert (total["buildings"], total["connected"], total["running"]) == (3, 2, 1)
    assert total["running_rate"] == pytest.approx(1 / 3)
    assert total["online"] == pytest.approx(1 - 77760 / (4 * 86400))
    assert total["completeness"] == pytest.approx((3 * 8640 + 864) / (4 * 8640))
    assert [(one["code"], one["state"]) for one in body["missing"]] == [
        ("B3", "never_heard"),
        ("B2", "failing"),
    ]
    assert body["missing_total"] == 2


def test_an_area_counts_what_lies_within_it(city: httpx.Client) -> None:
    body = city.get("/v1/coverage").json()
    assert {one["code"]: (one["buildings"], one["running"], one["parent"]) for one in body["by_area"]} == {
        "A1": (3, 1, None),
        "G1": (1, 0, "A1"),
    }
    assert {one["class"]: (one["buildings"], one["running"]) for one in body["by_class"]} == {
        "high_rise_1": (2, 1),
        "high_rise_2": (1, 0),
    }
    assert city.get("/v1/coverage?area=G1").json()["total"]["buildings"] == 1
    assert city.get("/v1/coverage?building=B1").json()["total"]["running_rate"] == 1.0


def test_a_period_or_a_demand_decides_who_runs(city: httpx.Client) -> None:
    one_day = city.get("/v1/coverage?from=2026-09-23&to=2026-09-23").json()
    assert one_day["total"]["running"] == 2
    lenient = city.get("/v1/coverage?least_online=0.5&least_completeness=0.5").json()
    assert (lenient["total"]["running"], lenient["demand"]["least_online"]) == (2, 0.5)
    unjudged = city.get("/v1/coverage?from=2026-01-01&to=2026-01-02").json()
    assert unjudged["period"]["days_judged"] == 0
    assert {one["state"] for one in unjudged["missing"]} == {"never_heard", "unproven"}
    assert unjudged["total"]["completeness"] is None


def test_buildings_are_listed_with_their_coverage_in_pages(city: httpx.Client) -> None:
    first = city.get("/v1/coverage/buildings?limit=3").json()
    rest = city.get("/v1/coverage/buildings", params={"limit": 3, "cursor": first["next"]}).json()
    assert [one["code"] for one in first["buildings"] + rest["buildings"]] == ["B1", "B2", "B3", "B4"]
    assert rest["next"] is None
    (one,) = city.get("/v1/coverage/buildings?state=failing").json()["buildings"]
    assert (one["code"], one["devices"], one["devices_heard"]) == ("B2", 1, 1)
    assert one["completeness"] == pytest.approx(0.55)
    listed = city.get("/v1/coverage/buildings?must_connect=false").json()["buildings"]
    assert [building["state"] for building in listed] == ["no_devices"]


@pytest.mark.parametrize(
    "query",
    ["from=2026-09-23", "from=2026-09-23&to=2026-09-22", "from=2024-01-01&to=2026-01-01", "least_online=1.1",
     "least_online=nan", "class=tall", "area=%00"],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(client: httpx.Client, query: str) -> None:
    assert client.get(f"/v1/coverage?{query}").status_code == 422
