"""The hazards ledger as people see and use it: reported, assigned, said to be mended, dismissed, open again."""

from __future__ import annotations

from typing import Any

import httpx
import psycopg
import pytest

from tests.api.conftest import Hand

FOUND_BY_RULE = """
INSERT INTO hazards (kind, rule, alert_id, subject_kind, subject_id, building_id, zone_id, device_id, sensor_id,
                     found_at, found_by, owner, due_at)
VALUES ('dead_detector', 'detector_dead', %s, 'sensor', 1, 1, 1, 1, 1, now() - INTERVAL '4 days', 'rules',
        'maintenance', now() - INTERVAL '1 day')
RETURNING hazard_id"""


def report(client: httpx.Client, **others: Any) -> httpx.Response:
    body = {"kind": "blocked_exit", "building": "B1", "note": "二层通道堆物", "by": "王"}
    return client.post("/v1/hazards", json=body | others)


def act(client: httpx.Client, hazard_id: int, deed: str, **body: Any) -> httpx.Response:
    return client.post(f"/v1/hazards/{hazard_id}/{deed}", json={"by": "李"} | body)


def find(hand: Hand, database: psycopg.Connection) -> int:
    """A hazard that a rule found and that is overdue."""
    alert_id = hand.raise_alert(1, "detector_dead")
    row = database.execute(FOUND_BY_RULE, (alert_id,)).fetchone()
    assert row is not None
    return int(row[0])


def test_what_an_officer_reports_is_open_with_the_terms_of_its_kind(client: httpx.Client) -> None:
    answer = report(client, zone="Z1")
    assert answer.status_code == 201
    hazard = answer.json()
    assert answer.headers["location"] == f"/v1/hazards/{hazard['id']}"
    assert (hazard["state"], hazard["owner"], hazard["zone"]["code"]) == ("open", "building", "Z1")
    assert hazard["title"] == {"zh": "疏散通道堵塞", "en": "Blocked way out"}
    assert hazard["found_at"] < hazard["due_at"]
    assert [(entry["action"], entry["actor"]) for entry in hazard["history"]] == [("found", "王")]
    (listed,) = client.get("/v1/hazards").json()["hazards"]
    assert listed == {name: value for name, value in hazard.items() if name != "history"}


def test_of_what_a_person_found_a_word_is_the_proof(client: httpx.Client) -> None:
    hazard_id = report(client).json()["id"]
    assigned = act(client, hazard_id, "assign", owner="maintenance", due_at="2027-01-01T00:00:00Z").json()
    assert (assigned["owner"], assigned["due_at"]) == ("maintenance", "2027-01-01T00:00:00.000Z")
    mended = act(client, hazard_id, "mended", note="已清理").json()
    assert (mended["state"], mended["proof"]) == ("mended", None)
    assert client.get("/v1/hazards").json()["hazards"] == []
    assert [one["id"] for one in client.get("/v1/hazards?open=false").json()["hazards"]] == [hazard_id]
    opened = act(client, hazard_id, "reopen", note="又堆上了").json()
    assert (opened["state"], opened["reopened"]) == ("open", 1)
    actions = [entry["action"] for entry in opened["history"]]
    assert actions == ["found", "assigned", "mended", "reopened"]


def test_of_what_a_rule_found_a_word_is_but_a_claim(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    hazard_id = find(hand, database)
    claimed = act(client, hazard_id, "mended").json()
    assert (claimed["state"], claimed["claimed_by"], claimed["closed_at"]) == ("claimed", "李", None)
    assert [one["id"] for one in client.get("/v1/hazards?overdue=true").json()["hazards"]] == [hazard_id]


def test_what_is_closed_takes_no_deed_but_to_be_opened(client: httpx.Client) -> None:
    hazard_id = report(client).json()["id"]
    assert act(client, hazard_id, "reopen", note="?").status_code == 409
    assert act(client, hazard_id, "dismiss", note="看错了").json()["state"] == "dismissed"
    for deed in ("mended", "assign", "dismiss"):
        answer = act(client, hazard_id, deed, note="x", **({"owner": "building"} if deed == "assign" else {}))
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:fengsui:problem:wrong-state")
    assert act(client, 999, "mended").status_code == 404


def test_one_that_was_found_anew_is_not_opened_twice(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    first = find(hand, database)
    assert act(client, first, "dismiss", note="已更换").status_code == 200
    find(hand, database)
    assert act(client, first, "reopen", note="还是坏的").status_code == 409


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"building": "B9"}, "no-such-place"),
        ({"zone": "Z9"}, "no-such-place"),
        ({"building": "B2", "device": "D1"}, "no-such-place"),
        ({"kind": "ghost"}, "invalid"),
        ({"note": " "}, "invalid"),
        ({"due_at": "tomorrow"}, "invalid"),
        ({"surprise": 1}, "invalid"),
    ],
)
def test_a_report_without_a_right_place_and_kind_is_refused(
    client: httpx.Client, given: dict[str, Any], kind: str
) -> None:
    answer = report(client, **given)
    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:fengsui:problem:{kind}")
    assert client.get("/v1/hazards?open=all").json()["hazards"] == []


def test_lists_are_filtered_and_pages_follow_each_other(client: httpx.Client) -> None:
    for building in ("B1", "B2", "B1"):
        report(client, building=building)
    report(client, kind="other", owner="electrician")
    assert [one["id"] for one in client.get("/v1/hazards?building=B2").json()["hazards"]] == [2]
    assert [one["id"] for one in client.get("/v1/hazards?kind=other").json()["hazards"]] == [4]
    assert [one["id"] for one in client.get("/v1/hazards?owner=electrician").json()["hazards"]] == [4]
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        params = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/hazards", params=params).json()
        seen += [one["id"] for one in page["hazards"]]
        cursor = page["next"]
    assert seen == [4, 3, 2, 1]
