"""Fires that nobody acknowledges are told again and passed on, by the clock of the database."""

from __future__ import annotations

import time

import httpx
import psycopg
import pytest

from schemas.settings import Settings
from tests.api.conftest import Hand, running_api, wait_until
from tests.api.test_acts import act

STEPS = [("reminded", None), ("referred", "supervisor"), ("referred", "second_contact")]


def age(database: psycopg.Connection, seconds: float) -> None:
    database.execute("UPDATE alerts SET recorded_at = recorded_at - make_interval(secs => %s)", (seconds,))


def steps(client: httpx.Client, alert_id: int) -> list[tuple[str, str | None]]:
    history = client.get(f"/v1/alerts/{alert_id}").json()["history"]
    return [(entry["action"], entry["detail"]) for entry in history if entry["actor"] == "timer"]


def test_a_fire_that_nobody_acknowledges_is_told_again_and_passed_on_twice(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    alert_id = hand.raise_alert(1)
    for n_steps in (1, 2, 3):
        age(database, 30)
        wait_until(lambda n=n_steps: steps(client, alert_id) == STEPS[:n])  # type: ignore[misc]
    age(database, 3600)
    time.sleep(2.5)
    assert steps(client, alert_id) == STEPS
    alert = client.get(f"/v1/alerts/{alert_id}").json()
    assert (alert["referred"]["to"], alert["referred"]["by"]) == ("second_contact", "timer")
    assert alert["reminded_at"]
    told = client.get("/v1/alerts/changes?after=1").json()["changes"]
    assert [(change["change_id"], change["action"]) for change in told] == [
        (2, "reminded"), (3, "referred"), (4, "referred")
    ]  # fmt: skip


def test_only_a_fire_is_passed_on_and_only_until_somebody_acknowledges_or_rules(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    seen, ruled, rise, late = (
        hand.raise_alert(1),
        hand.raise_alert(2),
        hand.raise_alert(3, "smoke_rise"),
        hand.raise_alert(4),
    )
    act(client, seen, "acknowledge", by="王")
    act(client, ruled, "verdict", by="王", verdict="test")
    age(database, 300)
    # Of what is due at once, the highest step is taken.
    wait_until(lambda: steps(client, late) == STEPS[2:])
    assert [steps(client, alert_id) for alert_id in (seen, ruled, rise)] == [[], [], []]


def test_what_a_person_passed_on_is_not_passed_on_lower_and_undoing_begins_anew(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    high, undone = hand.raise_alert(1), hand.raise_alert(2)
    act(client, high, "escalate", by="王", to="second_contact")
    act(client, undone, "acknowledge", by="王")
    age(database, 65)
    act(client, undone, "undo", by="王")
    wait_until(lambda: steps(client, high) == STEPS[:1])
    time.sleep(1.5)
    assert client.get(f"/v1/alerts/{high}").json()["referred"]["by"] == "王"
    assert steps(client, undone) == []


def test_several_processes_take_each_step_once(
    client: httpx.Client, hand: Hand, database: psycopg.Connection, settings: Settings
) -> None:
    alerts = [hand.raise_alert(number) for number in range(1, 121)]
    with running_api(settings), running_api(settings):
        for _ in range(3):
            age(database, 30)
            time.sleep(2.5)
        wait_until(lambda: all(steps(client, alert_id) == STEPS for alert_id in alerts[-3:]), 20)
    rows = database.execute(
        "SELECT count(*), count(DISTINCT (alert_id, action, detail)) FROM alert_events WHERE actor = 'timer'"
    ).fetchone()
    assert rows is not None
    assert rows[0] == rows[1] >= 240


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_the_times_are_settings_and_none_is_never(
    hand: Hand, database: psycopg.Connection, settings: Settings, seconds: float
) -> None:
    alert_id = hand.raise_alert(1)
    changed = settings.model_copy(
        update={"remind_seconds": seconds, "supervisor_seconds": 0.0, "second_contact_seconds": 0.0}
    )
    with (
        running_api(changed) as address,
        httpx.Client(base_url=address, timeout=30, trust_env=False) as client,
    ):
        time.sleep(3)
        assert steps(client, alert_id) == (STEPS[:1] if seconds else [])
