"""Response times: who took how long, in which shift."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import psycopg
import pytest

from api.moments import CHINA
from ingest.slow.answers import pack_answers
from ingest.slow.progress import HOURS, note_progress, read_progress
from rules.slow.bucket_times import HOUR_US
from tests.api.conftest import Hand

# 09:00 and 22:30 in China.
DAY, NIGHT = "2026-09-24 01:00Z", "2026-09-24 14:30Z"


@pytest.fixture
def answered(client: httpx.Client, hand: Hand, database: psycopg.Connection) -> httpx.Client:
    """王 acknowledged after 10, 20, 30 s by day, 李 after 100 s by night and ruled after 400 s; one waits."""
    acts = [(1, DAY, "王", 10), (2, DAY, "王", 20), (3, DAY, "王", 30), (4, NIGHT, "李", 100)]
    for number, moment, person, seconds in acts:
        database.execute(
            "UPDATE alerts SET recorded_at = %s, acknowledged_by = %s, "
            "acknowledged_at = %s::timestamptz + make_interval(secs => %s) WHERE alert_id = %s",
            (moment, person, moment, seconds, hand.raise_alert(number)),
        )
    database.execute(
        "UPDATE alerts SET verdict = 'test', verdict_by = '李', verdict_at = recorded_at + interval '400 s' "
        "WHERE acknowledged_by = '李'"
    )
    database.execute("UPDATE alerts SET recorded_at = %s WHERE alert_id = %s", (DAY, hand.raise_alert(201)))
    return client


def read(client: httpx.Client, query: str = "") -> dict[str, object]:
    answer = client.get(f"/v1/response-times?from=2026-09-24&to=2026-09-24&{query}")
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.json()
    return body


def test_times_are_told_by_person(answered: httpx.Client) -> None:
    body = read(answered)
    assert body["counts"] == {"alerts": 5, "acknowledged": 4, "ruled_on": 1, "waiting": 1}
    li, wang = body["rows"]  # type: ignore[misc]
    assert (wang["person"], wang["shift"], wang["verdict"]) == ("王", None, None)
    assert wang["acknowledged"] == {
        "n": 3, "median_seconds": 20.0, "p95_seconds": pytest.approx(29.0), "longest_seconds": 30.0
    }  # fmt: skip
    assert (li["acknowledged"]["n"], li["verdict"]["median_seconds"]) == (1, 400.0)


def test_times_are_told_by_shift_and_night_goes_over_midnight(
    answered: httpx.Client, database: psycopg.Connection
) -> None:
    rows = read(answered, "by=shift")["rows"]
    assert [(one["shift"], one["acknowledged"]["n"]) for one in rows] == [(8, 3), (20, 1)]  # type: ignore[attr-defined]
    database.execute(
        "UPDATE alerts SET recorded_at = '2026-09-23 18:00Z', acknowledged_at = '2026-09-23 18:01Z'"
    )
    (row,) = read(answered, "by=both&class=fire&building=B1")["rows"][1:]  # type: ignore[index]
    assert (row["person"], row["shift"], row["acknowledged"]["n"]) == ("王", 20, 3)


def test_times_are_told_of_any_span_and_its_end_is_not_in_it(answered: httpx.Client) -> None:
    def count(begin: str, end: str) -> int:
        answer = answered.get("/v1/response-times", params={"from": begin, "to": end})
        assert answer.status_code == 200, answer.text
        alerts: int = answer.json()["counts"]["alerts"]
        return alerts

    assert count("2026-09-24", "2026-09-24") == 5
    assert count("2026-09-24T01:00:00.000Z", "2026-09-24T14:30:00.000Z") == 4
    assert count("2026-09-24T01:00:00.001Z", "2026-09-24T14:30:00.001Z") == 1
    assert count("2026-09-24T22:30:00+08:00", "2026-09-25T06:30:00+08:00") == 1
    days = answered.get("/v1/response-times?from=2026-09-24&to=2026-09-25").json()
    assert (days["from"], days["to"]) == ("2026-09-23T16:00:00.000Z", "2026-09-25T16:00:00.000Z")


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("2026-09-24", "2026-09-25T00:00:00Z"),
        ("2026-09-24T00:00:00Z", "2026-09-25"),
        ("2026-09-24T00:00:00", "2026-09-25T00:00:00"),
        ("2026-09-24T00:00:00Z", "2026-09-24T00:00:00Z"),
        ("2026-09-24T00:00:00Z", "2027-09-26T00:00:00Z"),
        ("1790179200", "1790179300"),
        ("2300-01-01", "2300-01-01"),
    ],
)
def test_a_span_that_is_none_is_refused(client: httpx.Client, begin: str, end: str) -> None:
    assert client.get("/v1/response-times", params={"from": begin, "to": end}).status_code == 422


def pack(database: psycopg.Connection) -> None:
    """As the slow work does once more hours have been summed up."""
    hour = read_progress(database, HOURS)
    note_progress(database, HOURS, HOUR_US if hour is None else hour + HOUR_US)
    while pack_answers(database):
        pass


QUESTIONS = (
    "by=person",
    "by=shift",
    "by=both",
    "by=both&class=fire",
    "class=fault",
    "shift=9&by=shift",
    "building=B1",
)


def test_the_same_is_told_of_days_that_are_packed(
    answered: httpx.Client, database: psycopg.Connection
) -> None:
    def tell() -> list[dict[str, object]]:
        return [{**read(answered, query), "as_of": None, "pipeline": None} for query in QUESTIONS]

    told = tell()
    pack(database)
    packed = database.execute(
        "SELECT act, person, length(hours) / 2 FROM answer_days ORDER BY 1, 2"
    ).fetchall()
    assert packed == [("acknowledged", "李", 1), ("acknowledged", "王", 3), ("verdict", "李", 1)]
    assert tell() == told


def test_what_is_done_or_undone_after_a_day_was_packed_counts_at_once(
    answered: httpx.Client, database: psycopg.Connection
) -> None:
    database.execute(
        "UPDATE alerts SET recorded_at = clock_timestamp(), acknowledged_at = NULL, acknowledged_by = NULL"
    )
    day = datetime.now(CHINA).date() - timedelta(days=1)
    query = f"/v1/response-times?from={day}&to={day + timedelta(days=2)}"
    pack(database)
    alert_id, other = (alert["id"] for alert in answered.get("/v1/alerts?limit=2").json()["alerts"])
    for each, person in ((alert_id, "赵"), (other, "钱")):
        answered.post(f"/v1/alerts/{each}/acknowledge", json={"by": person}).raise_for_status()
    assert [row["person"] for row in answered.get(query).json()["rows"] if row["acknowledged"]] == [
        "赵",
        "钱",
    ]
    pack(database)
    answered.post(f"/v1/alerts/{alert_id}/undo", json={"by": "赵"}).raise_for_status()
    assert [row["person"] for row in answered.get(query).json()["rows"] if row["acknowledged"]] == ["钱"]
    pack(database)
    assert [row["person"] for row in answered.get(query).json()["rows"] if row["acknowledged"]] == ["钱"]
    assert database.execute("SELECT person FROM answer_days WHERE act = 'acknowledged'").fetchall() == [
        ("钱",)
    ]


def test_nothing_is_told_of_another_period_or_place(answered: httpx.Client) -> None:
    body = read(answered, "building=B2")
    assert (body["rows"], body["counts"]["waiting"]) == ([], 1)  # type: ignore[index]
    assert body["total"] == {"person": None, "shift": None, "acknowledged": None, "verdict": None}
    for query in ("from=2026-09-25&to=2026-09-24", "from=2024-01-01&to=2026-01-01", "from=2026-09-24"):
        assert answered.get(f"/v1/response-times?{query}").status_code == 422
    assert answered.get("/v1/response-times?from=2026-09-24&to=2026-09-24&shift=24").status_code == 422
