"""Finding alerts by place, rule, verdict, person, time and text; totals, pages of long lists, what belongs together."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import httpx
import psycopg
import pytest

from api.alert_lists import AlertKey, PageAsked, find_alerts, take_page
from api.alert_question import AlertOrder, AlertQuestion
from api.connections import Connection
from api.written_alerts import WrittenAlerts
from schemas.settings import Settings
from tests.api.conftest import Hand


def test_lists_are_asked_for_by_place_rule_verdict_person_time_and_text(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    database.execute(
        "INSERT INTO areas (code, name, level, parent_id) VALUES ('G1', '一网格', 'grid', 1);"
        "UPDATE buildings SET area_id = 2 WHERE code = 'B2'"
    )
    fire = hand.raise_alert(1, at=1000)
    rise = hand.raise_alert(2, "smoke_rise", at=2000)
    silent = hand.raise_alert(201, "device_silent", at=3000)
    hand.clear(1, at=1500)
    client.post(f"/v1/alerts/{rise}/acknowledge", json={"by": "王警官"})
    client.post(f"/v1/alerts/{rise}/assign", json={"by": "王警官", "to": "李警官"})
    time.sleep(0.01)
    middle = client.get("/v1/status").headers["fengsui-as-of"]
    time.sleep(0.01)
    client.post(f"/v1/alerts/{fire}/verdict", json={"by": "王警官", "verdict": "test"})

    def listed(**query: str) -> list[int]:
        answer = client.get("/v1/alerts", params={"open": "all", **query})
        assert answer.status_code == 200, answer.text
        return [alert["id"] for alert in answer.json()["alerts"]]

    assert listed(area="G1") == [silent]
    assert listed(area="A1") == [fire, rise, silent]
    assert listed(area="A1", building="B2") == [silent]
    assert listed(zone="Z1") == [fire, rise]
    assert listed(device="D2") == [rise]
    assert listed(device="D2", building="B2") == []
    assert listed(rule="smoke_rise") == [rise]
    assert listed(verdict="test") == [fire]
    assert listed(verdict="none") == [rise, silent]
    assert listed(acknowledged="true") == [rise]
    assert listed(acknowledged="false") == [fire, silent]
    assert listed(assigned="李警官") == [rise]
    assert listed(raised_from="1970-01-01T00:16:40Z", raised_to="1970-01-01T00:33:20Z") == [fire]
    assert listed(cleared_from="1970-01-01T00:25:00Z", cleared_to="1970-01-01T00:25:00.001Z") == [fire]
    assert listed(changed_from=middle) == [fire]
    assert listed(changed_to=middle) == [rise, silent]
    assert listed(order="newest") == [silent, rise, fire]
    assert listed(q="三层") == [fire, rise]
    assert listed(q="二号楼") == [silent]
    assert listed(q="smoke_RISE") == [rise]
    assert listed(q="李警") == [rise]
    assert listed(q="%") == []
    assert silent in listed(q=str(silent))


def test_the_total_is_counted_when_asked_for_and_is_of_all_pages(client: httpx.Client, hand: Hand) -> None:
    for number in range(1, 6):
        hand.raise_alert(number)
    hand.raise_alert(201, "device_silent")
    assert client.get("/v1/alerts?limit=2").json()["total"] is None
    page = client.get("/v1/alerts?limit=2&total=true&building=B1").json()
    assert (page["total"], len(page["alerts"])) == (5, 2)
    following = client.get(f"/v1/alerts?limit=2&total=true&building=B1&cursor={page['next']}").json()
    assert following["total"] == 5


def test_a_page_stays_where_it_was_while_alerts_come_and_go(client: httpx.Client, hand: Hand) -> None:
    raised = [hand.raise_alert(number, at=1000 + number) for number in range(1, 11)]
    first = client.get("/v1/alerts?limit=4&order=newest").json()
    hand.raise_alert(11, at=2000)
    hand.clear(3)
    client.post(f"/v1/alerts/{raised[2]}/verdict", json={"by": "王", "verdict": "test"})
    seen = [alert["id"] for alert in first["alerts"]]
    cursor = first["next"]
    while cursor:
        page = client.get(f"/v1/alerts?limit=4&order=newest&cursor={cursor}").json()
        seen += [alert["id"] for alert in page["alerts"]]
        cursor = page["next"]
    assert seen == [alert_id for alert_id in reversed(raised) if alert_id != raised[2]]


MIDDLE = AlertKey(urgency=6, raised_at=datetime.fromtimestamp(2_000, UTC), id=2_000)


@pytest.mark.parametrize(
    "question",
    [
        AlertQuestion(),
        AlertQuestion(order=AlertOrder.NEWEST),
        AlertQuestion(devices=("D2", "D3")),
        AlertQuestion(devices=("D2",), order=AlertOrder.NEWEST),
        AlertQuestion(areas=("A1",), classes=("warning", "fault")),
        AlertQuestion(rules=("smoke_rise",)),
        AlertQuestion(verdicts=("real_fire",)),
        AlertQuestion(assigned="李警官"),
        AlertQuestion(
            raised_from=datetime.fromtimestamp(1_000, UTC), raised_to=datetime.fromtimestamp(3_500, UTC)
        ),
        AlertQuestion(text="李警官"),
        AlertQuestion(text="探测器 3"),
        AlertQuestion(text="没有这样的东西"),
    ],
    ids=repr,
)
def test_a_page_deep_in_a_long_list_is_read_along_an_index(
    hand: Hand, database: psycopg.Connection, settings: Settings, question: AlertQuestion
) -> None:
    hand.raise_alert(1)
    database.execute(
        "INSERT INTO alerts (rule, subject_kind, subject_id, building_id, device_id, signal_class, severity, "
        "severity_peak, latching, raised_at, closed_at, assigned_to, assigned_at, assigned_by) "
        "SELECT 'smoke_rise', 'sensor', 2, 1 + n % 2, 2 + n % 2, 'warning', 3, 3, false, to_timestamp(n), now(), "
        "'李警官', now(), '王警官' FROM generate_series(1, 4000) n"
    )
    database.execute("ANALYZE alerts")
    assert settings.database_url
    n_alerts, n_read = asyncio.run(_read_a_page_in_the_middle(settings.database_url, question))
    nothing = question.text == "没有这样的东西" or question.verdicts
    assert n_alerts == (0 if nothing else 10)
    assert n_read < 500


async def _read_a_page_in_the_middle(database_url: str, question: AlertQuestion) -> tuple[int, int]:
    """How many alerts were found, and how many rows of the table were read for them."""
    connection = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
    async with connection:
        before = await _count_rows_read(connection)
        found = await find_alerts(connection, PageAsked(question, MIDDLE, 10), WrittenAlerts(), 1)
        return len(take_page(found, 10).alerts), await _count_rows_read(connection) - before


async def _count_rows_read(connection: Connection) -> int:
    await connection.execute("SELECT pg_stat_force_next_flush()")
    row = await (
        await connection.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'alerts'"
        )
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_an_alert_about_a_zone_shows_the_sensors_that_moved_most_and_what_belongs_to_it(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    raised_at = time.time() - 3600
    beside = hand.raise_alert(5, at=raised_at)
    elsewhere = hand.raise_alert(201, "device_silent", at=raised_at)
    long_ago = hand.raise_alert(6, "smoke_rise", at=raised_at - 7200)
    hand.clear(6, "smoke_rise", at=raised_at - 7000)
    alert_id = hand.raise_alert(1, "smoke_rise", at=raised_at)
    database.execute(
        "UPDATE alerts SET subject_kind = 'zone', subject_id = 1, device_id = NULL, sensor_id = NULL "
        "WHERE alert_id = %s",
        (alert_id,),
    )
    database.execute(
        "INSERT INTO readings (ts, received_at, value, sensor_id, quality) "
        "SELECT to_timestamp(%s + n), now(), CASE WHEN n = 0 THEN s * 0.01 ELSE 0 END, s, 0 "
        "FROM generate_series(-300, 300) n, generate_series(1, 20) s",
        (raised_at,),
    )
    alert = client.get(f"/v1/alerts/{alert_id}").json()
    assert alert["readings"] is None
    assert [readings["sensor_id"] for readings in alert["group_readings"]] == list(range(20, 12, -1))
    assert sum(len(readings["points"]) for readings in alert["group_readings"]) <= 2000
    assert max(point["maximum"] for point in alert["group_readings"][0]["points"]) == 0.2
    related = [other["id"] for other in alert["related"]]
    assert related == [beside]
    assert not {elsewhere, long_ago} & set(related)
