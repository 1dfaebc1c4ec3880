"""Work on alerts: assigning, commenting, passing on, closing by hand, taking back, and sending a request twice."""

from __future__ import annotations

import threading
import time
from typing import Any

import httpx
import psycopg
import pytest

from ingest.store_alerts import apply_changes
from rules.changes import ChangeKind
from schemas.domain import Severity
from tests.api.conftest import Hand, make_change
from tests.api.test_acts import act, history


def entries(client: httpx.Client, alert_id: int) -> list[dict[str, Any]]:
    history: list[dict[str, Any]] = client.get(f"/v1/alerts/{alert_id}").json()["history"]
    return history


def test_every_act_is_in_the_history_with_who_when_from_where_and_why(
    client: httpx.Client, hand: Hand
) -> None:
    alert_id = hand.raise_alert(1)
    assert act(client, alert_id, "assign", by="王", to="李", note="他离得近").json()["assigned"]["to"] == "李"
    act(client, alert_id, "comment", by="李", note="在路上")
    referred = act(client, alert_id, "escalate", by="李", to="supervisor", note="需要支援").json()["referred"]
    assert (referred["to"], referred["by"]) == ("supervisor", "李")
    act(client, alert_id, "verdict", by="李", verdict="real_fire")
    told = [(e["action"], e["actor"], e["origin"], e["detail"], e["note"]) for e in entries(client, alert_id)]
    assert told[1:] == [
        ("assigned", "王", "127.0.0.1", "李", "他离得近"),
        ("commented", "李", "127.0.0.1", None, "在路上"),
        ("referred", "李", "127.0.0.1", "supervisor", "需要支援"),
        ("verdict", "李", "127.0.0.1", "real_fire", None),
    ]
    assert [change["detail"] for change in client.get("/v1/alerts/changes?after=1").json()["changes"]] == [
        "李", None, "supervisor", "real_fire"
    ]  # fmt: skip


def test_an_assignment_can_be_taken_away_and_said_twice(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1)
    for _ in range(2):
        act(client, alert_id, "assign", by="王", to="李")
    assert act(client, alert_id, "assign", by="王", to=None).json()["assigned"] is None
    assert history(client, alert_id)[1:] == [("assigned", "王")] * 2
    assert act(client, alert_id, "assign", by="王").status_code == 422


def test_an_alert_is_not_closed_by_hand_before_it_is_over_except_by_force(
    client: httpx.Client, hand: Hand
) -> None:
    alert_id = hand.raise_alert(1)
    active = act(client, alert_id, "close", by="王", note="没事")
    assert (active.status_code, active.json()["type"]) == (409, "urn:fengsui:problem:not-cleared")
    hand.clear(1)
    unruled = act(client, alert_id, "close", by="王", note="没事")
    assert (unruled.status_code, unruled.json()["type"]) == (409, "urn:fengsui:problem:no-verdict")
    assert act(client, alert_id, "close", by="王", force=True).status_code == 422
    closed = act(client, alert_id, "close", by="王", note="探测器已拆", force=True).json()
    assert closed["closed_at"]
    assert closed["closed_by"] == "王"
    assert client.get("/v1/alerts").json()["alerts"] == []
    again = act(client, alert_id, "close", by="李", note="探测器已拆", force=True)
    assert (again.status_code, again.json()["type"]) == (409, "urn:fengsui:problem:closed")


def test_what_was_closed_by_force_stays_closed_clears_and_comes_back_as_something_new(
    client: httpx.Client, hand: Hand
) -> None:
    first = hand.raise_alert(1)
    act(client, first, "close", by="王", note="施工", force=True)
    hand.clear(1)
    alert = client.get(f"/v1/alerts/{first}").json()
    assert (alert["condition"], alert["closed_by"]) == ("cleared", "王")
    assert [action for action, _ in history(client, first)] == ["raised", "closed", "cleared"]
    assert hand.raise_alert(1) != first


def test_what_grows_graver_after_it_was_closed_by_force_is_raised_anew(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    first = hand.raise_alert(1)
    act(client, first, "close", by="王", note="施工", force=True)

    def recolour(severity: Severity) -> list[int]:
        change = make_change(ChangeKind.SEVERITY, 1, "smoke_level_alarm", time.time())
        with database.transaction(), database.cursor() as cursor:
            apply_changes(cursor, [change._replace(severity=severity)])
        return [alert["id"] for alert in client.get("/v1/alerts").json()["alerts"]]

    assert recolour(Severity.YELLOW) == []
    (second,) = recolour(Severity.RED)
    assert second != first
    assert recolour(Severity.ORANGE) == [second]
    hand.clear(1)
    assert client.get(f"/v1/alerts/{first}").json()["condition"] == "cleared"
    assert client.get(f"/v1/alerts/{second}").json()["condition"] == "cleared"


@pytest.mark.parametrize(
    ("what", "body", "member"),
    [
        ("acknowledge", {}, "acknowledged"),
        ("assign", {"to": "李"}, "assigned"),
        ("escalate", {"to": "second_contact"}, "referred"),
        ("verdict", {"verdict": "test"}, "verdict"),
        ("close", {"note": "施工", "force": True}, "closed_by"),
    ],
)
def test_an_act_is_taken_back_within_a_minute_and_the_history_keeps_both(
    client: httpx.Client, hand: Hand, what: str, body: dict[str, Any], member: str
) -> None:
    alert_id = hand.raise_alert(1)
    done = act(client, alert_id, what, by="王", **body).json()
    assert done[member]
    undone = act(client, alert_id, "undo", by="王", change=done["change_id"], note="点错了").json()
    assert undone[member] is None
    assert undone["closed_at"] is None
    last = entries(client, alert_id)[-1]
    assert (last["action"], last["undoes"], last["note"]) == ("undone", done["change_id"], "点错了")
    # Said twice it takes back nothing more.
    assert (
        act(client, alert_id, "undo", by="王", change=done["change_id"]).json()["change_id"]
        == undone["change_id"]
    )


def test_taking_back_brings_back_what_somebody_had_said_before(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1)
    before = act(client, alert_id, "verdict", by="李", verdict="real_fire").json()["verdict"]
    act(client, alert_id, "verdict", by="王", verdict="false_alarm")
    assert act(client, alert_id, "undo", by="王").json()["verdict"] == before


def test_only_the_newest_act_ones_own_and_a_fresh_one_is_taken_back(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    alert_id = hand.raise_alert(1)

    def refused(by: str, **body: Any) -> str:
        answer = act(client, alert_id, "undo", by=by, **body)
        assert answer.status_code == 409
        return str(answer.json()["type"]).rpartition(":")[2]

    assert refused("王") == "nothing-to-undo"
    first = act(client, alert_id, "assign", by="王", to="李").json()["change_id"]
    act(client, alert_id, "acknowledge", by="李")
    assert refused("王") == "not-the-newest"
    assert refused("李", change=first) == "not-the-newest"
    with database.transaction():
        database.execute("SET LOCAL session_replication_role = replica")
        database.execute("UPDATE alert_events SET recorded_at = recorded_at - interval '61 seconds'")
    assert refused("李") == "too-late-to-undo"


def test_a_verdict_taken_back_opens_what_it_closed_unless_the_same_was_raised_anew(
    client: httpx.Client, hand: Hand
) -> None:
    alert_id = hand.raise_alert(1)
    hand.clear(1)
    assert act(client, alert_id, "verdict", by="王", verdict="test").json()["closed_at"]
    assert act(client, alert_id, "undo", by="王").json()["closed_at"] is None
    assert act(client, alert_id, "verdict", by="王", verdict="test").json()["closed_at"]
    hand.raise_alert(1)
    answer = act(client, alert_id, "undo", by="王")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:fengsui:problem:raised-anew")


def test_a_clearing_after_an_act_stays_when_the_act_is_taken_back(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1, "smoke_rise")
    act(client, alert_id, "acknowledge", by="王")
    hand.clear(1, "smoke_rise")
    alert = act(client, alert_id, "undo", by="王").json()
    assert (alert["acknowledged"], alert["condition"]) == (None, "cleared")
    assert alert["closed_at"]


def test_rules_never_overwrite_what_a_person_wrote(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1)
    act(client, alert_id, "acknowledge", by="王")
    act(client, alert_id, "assign", by="王", to="李")
    act(client, alert_id, "escalate", by="王", to="second_contact")
    ruled = act(client, alert_id, "verdict", by="王", verdict="real_fire").json()
    hand.raise_alert(1)
    hand.clear(1)
    closed = client.get(f"/v1/alerts/{alert_id}").json()
    for member in ("acknowledged", "assigned", "referred", "verdict"):
        assert closed[member] == ruled[member]
    assert closed["closed_at"]
    assert closed["closed_by"] is None


def test_the_same_request_sent_again_acts_once_and_its_key_serves_nothing_else(
    client: httpx.Client, hand: Hand
) -> None:
    alert_id, other = hand.raise_alert(1), hand.raise_alert(2)
    key = {"Idempotency-Key": "8e03978e-40d5"}
    answers = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(act(client, alert_id, "comment", headers=key, by="王", note="有烟"))
        )
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 6
    assert sorted(answer.headers["fengsui-acted"] for answer in answers) == ["false"] * 5 + ["true"]
    act(client, alert_id, "comment", by="李", note="没有烟")
    late = act(client, alert_id, "comment", headers=key, by="王", note="有烟")
    assert late.headers["fengsui-acted"] == "false"
    assert history(client, alert_id)[1:] == [("commented", "王"), ("commented", "李")]
    for answer in (
        act(client, alert_id, "comment", headers=key, by="王", note="火"),
        act(client, other, "comment", headers=key, by="王", note="有烟"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:fengsui:problem:key-reused")
    assert (
        act(client, other, "comment", headers={"Idempotency-Key": "a b"}, by="王", note="x").status_code
        == 422
    )


def test_an_act_that_was_refused_leaves_its_key_free(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1)
    key = {"Idempotency-Key": "1"}
    refused = act(client, alert_id, "close", headers=key, by="王", note="没事")
    assert refused.status_code == 409
    hand.clear(1)
    act(client, alert_id, "verdict", by="王", verdict="test")
    act(client, alert_id, "undo", by="王")
    forced = act(client, alert_id, "close", headers=key, by="王", note="没事", force=True)
    assert forced.status_code == 200


def test_an_act_on_a_selection_has_a_fate_for_each_and_goes_on_where_it_was_cut_off(
    client: httpx.Client, hand: Hand
) -> None:
    first, second, third = (hand.raise_alert(number) for number in (1, 2, 3))
    seen = client.get(f"/v1/alerts/{second}").json()["change_id"]
    act(client, second, "comment", by="李", note="有烟")
    act(client, third, "acknowledge", by="李")
    body = {
        "act": {"kind": "acknowledge", "by": "王"},
        "alerts": [{"id": third}, {"id": second, "change_id": seen}, {"id": first}, {"id": 999}],
    }

    def send() -> list[tuple[int, int, bool]]:
        answer = client.post("/v1/alerts/acts", json=body, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["as_of"]
        return [(fate["id"], fate["status"], fate["acted"]) for fate in answer.json()["results"]]

    assert send() == [(first, 200, True), (second, 412, False), (third, 409, False), (999, 404, False)]
    body["alerts"][1].pop("change_id")  # type: ignore[index, attr-defined]
    assert send() == [(first, 200, False), (second, 200, True), (third, 409, False), (999, 404, False)]


@pytest.mark.parametrize(
    "body",
    [
        {"act": {"kind": "acknowledge", "by": "王"}, "alerts": []},
        {"act": {"kind": "acknowledge", "by": "王"}, "alerts": [{"id": 1}] * 201},
        {"act": {"kind": "dance", "by": "王"}, "alerts": [{"id": 1}]},
        {"act": {"by": "王"}, "alerts": [{"id": 1}]},
        {"act": {"kind": "close", "by": "王", "force": True}, "alerts": [{"id": 1}]},
    ],
)
def test_a_selection_that_is_not_understood_changes_nothing(client: httpx.Client, body: object) -> None:
    assert client.post("/v1/alerts/acts", json=body).status_code == 422


def test_of_acts_and_undoings_at_once_the_history_tells_the_state(client: httpx.Client, hand: Hand) -> None:
    """Whatever order they come in, the alert is what its last entry that was not taken back says."""
    alert_id = hand.raise_alert(1)

    def work(name: str) -> None:
        for _ in range(8):
            done = act(client, alert_id, "assign", by=name, to=name)
            if done.headers["fengsui-acted"] == "true":
                act(client, alert_id, "undo", by=name, change=done.json()["change_id"])

    threads = [threading.Thread(target=work, args=(f"officer-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = entries(client, alert_id)
    undone = {entry["undoes"] for entry in told}
    standing = [e["detail"] for e in told if e["action"] == "assigned" and e["change_id"] not in undone]
    assigned = client.get(f"/v1/alerts/{alert_id}").json()["assigned"]
    assert (assigned and assigned["to"]) == (standing[-1] if standing else None)
    assert len(undone) > 1
