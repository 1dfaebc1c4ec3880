"""What officers do: acknowledging, ruling, and what closes an alert."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import psycopg
import pytest

from tests.api.conftest import Hand


def act(
    client: httpx.Client, alert_id: int, what: str, headers: dict[str, str] | None = None, **body: Any
) -> httpx.Response:
    return client.post(f"/v1/alerts/{alert_id}/{what}", json=body, headers=headers)


def history(client: httpx.Client, alert_id: int) -> list[tuple[str, str]]:
    entries = client.get(f"/v1/alerts/{alert_id}").json()["history"]
    return [(entry["action"], entry["actor"]) for entry in entries]


def test_acknowledging_is_kept_apart_from_condition_and_verdict(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1)
    answer = act(client, alert_id, "acknowledge", by="王警官", note="已电话核实")
    assert answer.status_code == 200
    alert = answer.json()
    assert alert["acknowledged"]["by"] == "王警官"
    assert (alert["condition"], alert["verdict"], alert["closed_at"]) == ("active", None, None)
    assert answer.headers["etag"] == '"2"' == f'"{alert["change_id"]}"'
    (change,) = client.get("/v1/alerts/changes?after=1").json()["changes"]
    assert (change["action"], change["actor"], change["note"]) == ("acknowledged", "王警官", "已电话核实")


def test_saying_it_twice_changes_nothing_but_a_new_remark_is_kept(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1)
    first = act(client, alert_id, "acknowledge", by="王").json()
    again = act(client, alert_id, "acknowledge", headers={"If-Match": '"1"'}, by="王")
    assert (again.status_code, again.json()["change_id"]) == (200, first["change_id"])
    remark = act(client, alert_id, "acknowledge", by="王", note="有烟").json()
    assert remark["change_id"] == first["change_id"] + 1
    assert remark["acknowledged"] == first["acknowledged"]
    assert (
        act(client, alert_id, "acknowledge", by="王", note="有烟").json()["change_id"] == remark["change_id"]
    )
    for _ in range(2):
        act(client, alert_id, "verdict", by="王", verdict="false_alarm", note="水汽")
    assert history(client, alert_id)[1:] == [("acknowledged", "王")] * 2 + [("verdict", "王")]


def test_of_two_officers_acknowledging_at_once_one_does_and_the_other_is_told_who(
    client: httpx.Client, hand: Hand
) -> None:
    alert_id = hand.raise_alert(1)
    officers = [f"officer-{number}" for number in range(8)]
    answers: dict[str, httpx.Response] = {}

    def acknowledge(officer: str) -> None:
        answers[officer] = act(client, alert_id, "acknowledge", by=officer)

    threads = [threading.Thread(target=acknowledge, args=(officer,)) for officer in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [officer for officer, answer in answers.items() if answer.status_code == 200]
    for officer in set(officers) - {winner}:
        assert answers[officer].status_code == 409
        assert winner in answers[officer].json()["detail"]
    assert history(client, alert_id)[1:] == [("acknowledged", winner)]


def test_a_verdict_on_what_has_cleared_closes_a_latching_alert(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1)
    hand.clear(1)
    assert client.get("/v1/alerts").json()["alerts"][0]["condition"] == "cleared"
    closed = act(client, alert_id, "verdict", by="王", verdict="real_fire").json()
    assert closed["verdict"]["verdict"] == "real_fire"
    assert closed["closed_at"]
    assert client.get("/v1/alerts").json()["alerts"] == []
    assert history(client, alert_id)[2:] == [("verdict", "王"), ("closed", "王")]
    assert client.get("/v1/alerts/changes?after=3").json()["changes"][0]["alert"]["closed_at"]


def test_a_verdict_on_an_active_alert_leaves_it_open_until_the_worker_clears_it(
    client: httpx.Client, hand: Hand
) -> None:
    alert_id = hand.raise_alert(1)
    assert act(client, alert_id, "verdict", by="王", verdict="drill").json()["closed_at"] is None
    hand.clear(1)
    assert client.get(f"/v1/alerts/{alert_id}").json()["closed_at"]
    assert [action for action, _ in history(client, alert_id)] == ["raised", "verdict", "cleared", "closed"]


def test_an_alert_that_does_not_latch_is_closed_by_its_clearing_and_may_be_ruled_on_later(
    client: httpx.Client, hand: Hand
) -> None:
    alert_id = hand.raise_alert(1, "smoke_rise")
    hand.clear(1, "smoke_rise")
    closed_at = client.get(f"/v1/alerts/{alert_id}").json()["closed_at"]
    assert closed_at
    ruled = act(client, alert_id, "verdict", by="王", verdict="false_alarm").json()
    assert (ruled["verdict"]["verdict"], ruled["closed_at"]) == ("false_alarm", closed_at)


def test_a_later_verdict_replaces_the_earlier_one_and_the_history_keeps_both(
    client: httpx.Client, hand: Hand
) -> None:
    alert_id = hand.raise_alert(1)
    act(client, alert_id, "verdict", by="王", verdict="false_alarm")
    assert act(client, alert_id, "verdict", by="李", verdict="real_fire").json()["verdict"]["by"] == "李"
    assert history(client, alert_id)[1:] == [("verdict", "王"), ("verdict", "李")]


def test_acknowledging_a_closed_alert_is_refused_and_says_so(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1, "smoke_rise")
    hand.clear(1, "smoke_rise")
    answer = act(client, alert_id, "acknowledge", by="王")
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:fengsui:problem:closed"
    assert "closed" in answer.json()["detail"]


def test_if_match_lets_only_those_act_who_have_seen_the_newest(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1)
    seen = client.get(f"/v1/alerts/{alert_id}").headers["etag"]
    hand.clear(1)
    stale = act(client, alert_id, "verdict", headers={"If-Match": seen}, by="王", verdict="fault")
    assert stale.status_code == 412
    assert client.get(f"/v1/alerts/{alert_id}").json()["verdict"] is None
    fresh = client.get(f"/v1/alerts/{alert_id}").headers["etag"]
    assert (
        act(client, alert_id, "verdict", headers={"If-Match": fresh}, by="王", verdict="fault").status_code
        == 200
    )
    assert act(client, alert_id, "acknowledge", headers={"If-Match": "812"}, by="王").status_code == 400


def test_acting_on_an_alert_that_is_not_there_is_404(client: httpx.Client) -> None:
    for what, body in (("acknowledge", {"by": "王"}), ("verdict", {"by": "王", "verdict": "test"})):
        assert client.post(f"/v1/alerts/999/{what}", json=body).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"by": ""},
        {"by": "   "},
        {"by": 7},
        {"by": "x" * 65},
        {"by": "a\u0000b"},
        {"by": "a\nb"},
        {"by": "王", "note": "x" * 1001},
        {"by": "王", "note": "a\u0000b"},
        {"by": "王", "note": "\u001b[2J"},
        {"by": "王", "surprise": 1},
        [],
        "王",
    ],
)
def test_a_body_that_is_not_understood_changes_nothing(
    client: httpx.Client, hand: Hand, body: object
) -> None:
    alert_id = hand.raise_alert(1)
    answer = client.post(f"/v1/alerts/{alert_id}/acknowledge", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert client.get(f"/v1/alerts/{alert_id}").json()["acknowledged"] is None


def test_text_that_looks_like_sql_or_html_is_kept_as_text(client: httpx.Client, hand: Hand) -> None:
    alert_id = hand.raise_alert(1)
    name = "Robert'); DROP TABLE alerts;-- <b>"
    assert act(client, alert_id, "acknowledge", by=name).json()["acknowledged"]["by"] == name


def test_an_act_waits_for_a_worker_that_holds_the_alert_and_then_counts(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    alert_id = hand.raise_alert(1)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(act(client, alert_id, "acknowledge", by="王")))
    with database.transaction():
        database.execute("UPDATE alerts SET value = 1 WHERE alert_id = %s", (alert_id,))
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join()
    assert answers[0].status_code == 200


def test_an_act_that_waits_too_long_for_a_lock_is_answered_with_503_to_try_again(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    alert_id = hand.raise_alert(1)
    with database.transaction():
        database.execute("UPDATE alerts SET value = 1 WHERE alert_id = %s", (alert_id,))
        answer = act(client, alert_id, "acknowledge", by="王")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert act(client, alert_id, "acknowledge", by="王").status_code == 200
