"""Risk as it is served: scores out of parts, areas, and where to go next."""

from __future__ import annotations

import httpx
import psycopg
import pytest

from ingest.slow.risk import write_risk
from tests.api.conftest import Hand
from tests.api.test_hazards import report

NOW = 4_000_000_000_000_000
HOUR = 3_600_000_000


@pytest.fixture
def judged(client: httpx.Client, hand: Hand, database: psycopg.Connection) -> httpx.Client:
    """A dry hydrant in the first building, judged in a later hour than when nothing was known."""
    write_risk(database, NOW - HOUR)
    hand.raise_alert(1, "hydrant_pressure_zero", at=NOW / 1e6 - 60)
    report(client, kind="blocked_exit")
    write_risk(database, NOW)
    return client


def test_buildings_come_by_their_risk_with_parts_that_add_up(judged: httpx.Client) -> None:
    first, second = judged.get("/v1/risk/buildings").json()["buildings"]
    assert (first["code"], second["code"]) == ("B1", "B2")
    assert first["score"] > second["score"]
    for building in (first, second):
        assert sum(part["points"] for part in building["parts"]) == pytest.approx(building["score"], abs=0.02)
    assert first["area"] == {"code": "A1", "name": "青禾街道"}
    changes = {change["change"]: change for change in first["changes"]}
    assert changes["restore_water"]["text"]["en"] == "put right alerts of the water supply: 1"
    assert changes["restore_water"]["points"] > 0
    assert len(first["changes"]) <= 3


def test_an_earlier_hour_can_be_asked_for(judged: httpx.Client) -> None:
    now, *_ = judged.get("/v1/risk/buildings?building=B1").json()["buildings"]
    before, *_ = judged.get("/v1/risk/buildings?building=B1&at=2096-10-02T06:30:00Z").json()["buildings"]
    assert before["score"] < now["score"]
    assert before["at"] < now["at"]


def test_pages_of_buildings_follow_each_other(judged: httpx.Client) -> None:
    first = judged.get("/v1/risk/buildings?limit=1").json()
    second = judged.get("/v1/risk/buildings", params={"limit": 1, "cursor": first["next"]}).json()
    assert [page["buildings"][0]["code"] for page in (first, second)] == ["B1", "B2"]
    assert second["next"] is None
    assert judged.get("/v1/risk/buildings?area=A9").json()["buildings"] == []


def test_an_area_is_as_its_worst_buildings_are(judged: httpx.Client) -> None:
    (area,) = judged.get("/v1/risk/areas").json()["areas"]
    worst, *_ = judged.get("/v1/risk/buildings").json()["buildings"]
    assert (area["code"], area["buildings"], area["worst"]["code"]) == ("A1", 2, "B1")
    assert area["score"] == pytest.approx(worst["score"], abs=1e-3)


def test_where_to_go_next_says_what_is_to_be_looked_at(judged: httpx.Client) -> None:
    first, *_ = judged.get("/v1/risk/inspect-next?limit=5").json()["buildings"]
    assert (first["rank"], first["code"]) == (1, "B1")
    reasons = [reason["en"] for reason in first["reasons"]]
    assert "put right alerts of the water supply: 1" in reasons
    assert "Blocked way out: 1" in reasons


def test_before_the_first_hour_nothing_is_said(client: httpx.Client) -> None:
    for path in ("buildings", "inspect-next"):
        assert client.get(f"/v1/risk/{path}").json()["buildings"] == []
    assert client.get("/v1/risk/areas").json()["areas"] == []
