"""Declared tests, drills and maintenance: how they begin, how they end, and what alerts within them look like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from ingest.store_alerts import apply_changes
from rules.changes import ChangeKind, Part
from schemas.domain import Severity
from tests.api.conftest import Hand, make_change


def ahead(**delta: float) -> str:
    return (datetime.now(UTC) + timedelta(**delta)).isoformat()


def declare(client: httpx.Client, **others: Any) -> httpx.Response:
    body = {"kind": "drill", "building": "B1", "ends_at": ahead(hours=2), "reason": "季度演练", "by": "王"}
    return client.post("/v1/scopes", json=body | others)


def end(client: httpx.Client, scope_id: int, by: str = "李") -> httpx.Response:
    return client.request("DELETE", f"/v1/scopes/{scope_id}", json={"by": by})


def test_a_declared_drill_is_listed_until_somebody_ends_it(client: httpx.Client) -> None:
    answer = declare(client, zone="Z1")
    assert answer.status_code == 201
    scope = answer.json()
    assert answer.headers["location"] == f"/v1/scopes/{scope['id']}"
    assert (scope["kind"], scope["state"], scope["device"]) == ("drill", "running", None)
    assert scope["zone"] == {"code": "Z1", "name": "三层走道"}
    assert client.get("/v1/scopes").json()["scopes"] == [scope]
    ended = end(client, scope["id"])
    assert (ended.status_code, ended.json()["state"], ended.json()["ended_by"]) == (200, "ended", "李")
    assert client.get("/v1/scopes").json()["scopes"] == []
    assert client.get("/v1/scopes?open=false").json()["scopes"] == [ended.json()]
    assert client.get(f"/v1/scopes/{scope['id']}").json() == ended.json()


def test_a_window_ends_once_and_whoever_comes_second_is_told_who_ended_it(client: httpx.Client) -> None:
    scope_id = declare(client).json()["id"]
    first = end(client, scope_id).json()
    assert end(client, scope_id).json() == first
    second = end(client, scope_id, "赵")
    assert second.status_code == 409
    assert "李" in second.json()["detail"]
    assert end(client, 999).status_code == 404


def test_a_window_that_ended_by_itself_cannot_be_ended(
    client: httpx.Client, database: psycopg.Connection
) -> None:
    database.execute(
        "INSERT INTO maintenance_windows (kind, building_id, starts_at, ends_at, reason, declared_by)"
        " VALUES ('test', 1, now() - INTERVAL '2 hours', now() - INTERVAL '1 hour', '月检', '王')"
    )
    assert end(client, 1).status_code == 409
    assert client.get("/v1/scopes/1").json()["state"] == "ended"


def test_a_window_may_be_declared_ahead(client: httpx.Client) -> None:
    scope = declare(client, kind="maintenance", starts_at=ahead(days=1), ends_at=ahead(days=20)).json()
    assert scope["state"] == "coming"
    assert [one["id"] for one in client.get("/v1/scopes?building=B1").json()["scopes"]] == [scope["id"]]
    assert client.get("/v1/scopes?building=B2").json()["scopes"] == []


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"ends_at": ahead(hours=25)}, "too-long"),
        ({"kind": "maintenance", "ends_at": ahead(days=31)}, "too-long"),
        ({"ends_at": ahead(hours=-1)}, "over"),
        ({"starts_at": ahead(hours=-1)}, "begins-in-the-past"),
        ({"starts_at": ahead(hours=3)}, "over"),
        ({"building": "B9"}, "no-such-place"),
        ({"zone": "Z9"}, "no-such-place"),
        ({"building": "B2", "device": "D1"}, "no-such-place"),
        ({"zone": "Z1", "device": "D1"}, "invalid"),
        ({"ends_at": None}, "invalid"),
        ({"ends_at": 1_795_420_800}, "invalid"),
        ({"reason": " "}, "invalid"),
        ({"by": "a\nb"}, "invalid"),
        ({"kind": "holiday"}, "invalid"),
        ({"surprise": 1}, "invalid"),
    ],
)
def test_a_window_without_a_right_place_and_a_near_end_is_refused(
    client: httpx.Client, given: dict[str, Any], kind: str
) -> None:
    answer = declare(client, **given)
    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:fengsui:problem:{kind}")
    assert client.get("/v1/scopes?open=false").json()["scopes"] == []


def test_a_page_of_another_site_can_neither_declare_nor_end(client: httpx.Client) -> None:
    scope_id = declare(client).json()["id"]
    for method, path in (("POST", "/v1/scopes"), ("DELETE", f"/v1/scopes/{scope_id}")):
        headers = {"Sec-Fetch-Site": "cross-site"}
        assert client.request(method, path, json={"by": "王"}, headers=headers).status_code == 403
        assert client.request(method, path, content="{}").status_code == 415
    assert client.get(f"/v1/scopes/{scope_id}").json()["state"] == "running"


def test_pages_of_windows_follow_each_other(client: httpx.Client) -> None:
    for _ in range(5):
        declare(client)
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get("/v1/scopes", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [scope["id"] for scope in page["scopes"]]
        cursor = page["next"]
    assert seen == [5, 4, 3, 2, 1]


def test_an_alert_within_a_drill_names_it_and_breaks_through_with_its_reasons(
    client: httpx.Client, hand: Hand
) -> None:
    scope_id = declare(client).json()["id"]
    smoke = make_change(ChangeKind.RAISE, 1, "smoke_level_alarm", 1_795_420_800)
    within = smoke._replace(scope_id=scope_id, severity=Severity.YELLOW, parts=(Part("烟", "smoke", 2.0),))
    outside = smoke._replace(
        kind=ChangeKind.SEVERITY, severity=Severity.RED, parts=(Part("两处", "two", 5.0),)
    )
    with hand.database.transaction(), hand.database.cursor() as cursor:
        apply_changes(cursor, [within], "p1")
    (alert,) = client.get("/v1/alerts").json()["alerts"]
    assert (alert["class"], alert["severity"], alert["parameters_version"]) == ("test", "yellow", "p1")
    assert alert["scope"].pop("ends_at")
    assert alert["scope"] == {"id": scope_id, "kind": "drill", "reason": "季度演练", "declared_by": "王"}
    assert alert["parts"] == [{"text": {"zh": "烟", "en": "smoke"}, "points": 2.0}]
    with hand.database.transaction(), hand.database.cursor() as cursor:
        apply_changes(cursor, [outside], "p2")
    detail = client.get(f"/v1/alerts/{alert['id']}").json()
    assert (detail["class"], detail["severity"], detail["scope"]) == ("fire", "red", None)
    assert "two" in detail["why"]["en"]
    assert "两处" in detail["why"]["zh"]
    steps = [(entry["action"], entry["parameters_version"]) for entry in detail["history"]]
    assert steps == [("raised", "p1"), ("escalated", "p2"), ("broke_through", "p2")]
    changes = client.get("/v1/alerts/changes?after=1").json()["changes"]
    assert [change["parts"][0]["text"]["en"] for change in changes] == ["two", "two"]
