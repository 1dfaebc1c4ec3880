"""Lists that are kept true by changes say exactly what the tables said, whoever asks and whatever is written meanwhile.

Beside the tables a journal keeps every state that an alert was ever committed in. An answer names the change that it is
as of; so what it should have said then can be asked of the journal, in SQL that knows nothing of how lists are kept.
"""

from __future__ import annotations

import base64
import json
import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import httpx
import psycopg
import pytest
from psycopg.rows import TupleRow

from ingest.store_alerts import apply_changes
from rules.changes import ChangeKind
from schemas.account_tables import add_account, make_key
from schemas.accounts import Role
from schemas.settings import Settings
from tests.api.conftest import Api, Hand, make_change
from tests.api.test_list_memory import is_remembered, settle

SECONDS = float(os.environ.get("FENGSUI_TEST_KEPT_SECONDS", "4"))
N_WRITERS = N_POLLERS = 3
SUBJECTS = (*range(1, 13), 201, 202)
RULES = ("smoke_rise", "smoke_level_alarm", "device_silent")
JOURNAL = """
CREATE TABLE journal AS SELECT * FROM alerts WITH NO DATA;
ALTER TABLE journal ADD PRIMARY KEY (alert_id, change_id);
CREATE FUNCTION keep_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO journal SELECT * FROM alerts WHERE alert_id = NEW.alert_id ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER alerts_journal AFTER INSERT OR UPDATE ON alerts DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION keep_journal()"""
NO_JOURNAL = "DROP TRIGGER alerts_journal ON alerts; DROP FUNCTION keep_journal; DROP TABLE journal"
# As the API's acts and the rules leave an alert; each with an entry of the history.
ACTS = (
    "acknowledged_at = clock_timestamp(), acknowledged_by = '王'",
    "acknowledged_at = NULL, acknowledged_by = NULL",
    "assigned_to = '李', assigned_at = clock_timestamp(), assigned_by = '王'",
    "assigned_to = NULL, assigned_at = NULL, assigned_by = NULL",
    "verdict = 'drill', verdict_at = clock_timestamp(), verdict_by = '李', closed_at = clock_timestamp()",
    "severity = 1 + severity % 4",
    "signal_class = CASE signal_class WHEN 'test' THEN 'fire' ELSE 'test' END",
    "value = value + 0.1",
)
ACT = """
UPDATE alerts SET {} WHERE alert_id = (SELECT alert_id FROM alerts WHERE closed_at IS NULL ORDER BY random() LIMIT 1)
RETURNING alert_id, severity"""
NOTE_ACT = """
INSERT INTO alert_events (alert_id, action, at, actor, condition, severity)
VALUES (%s, 'commented', now(), '王', 'active', %s)
RETURNING change_id"""
# What is asked, and what it means.
LISTS = (
    ("limit=100", "closed_at IS NULL"),
    ("limit=3", "closed_at IS NULL"),
    ("open=all&limit=5", "true"),
    ("open=all&order=newest&limit=4", "true"),
    ("open=false&verdict=none&limit=3", "closed_at IS NOT NULL AND verdict IS NULL"),
    ("class=fire&class=test&limit=3", "closed_at IS NULL AND signal_class IN ('fire', 'test')"),
    ("severity=orange&severity=red&limit=2", "closed_at IS NULL AND severity IN (1, 2)"),
    ("building=B2&open=all&limit=4", "building_id = 2"),
    ("area=A1&limit=6&order=newest", "closed_at IS NULL"),
    ("zone=Z1&limit=4", "closed_at IS NULL AND zone_id = 1"),
    ("device=D3&device=D4&open=all&limit=4", "device_id IN (3, 4)"),
    ("rule=smoke_rise&limit=4", "closed_at IS NULL AND rule = 'smoke_rise'"),
    ("condition=cleared&open=all&limit=4", "condition = 'cleared'"),
    ("acknowledged=true&limit=2", "closed_at IS NULL AND acknowledged_at IS NOT NULL"),
    ("acknowledged=false&open=all&limit=4", "acknowledged_at IS NULL"),
    ("assigned=%E6%9D%8E&open=all&limit=4", "assigned_to = '李'"),
    ("raised_from=2026-01-01T00:30:00Z&raised_to=2026-01-01T01:00:00Z&open=all&limit=4",
     "raised_at >= '2026-01-01T00:30Z' AND raised_at < '2026-01-01T01:00Z'"),
    ("cleared_to=2026-01-01T01:00:00Z&open=all&limit=4", "cleared_at < '2026-01-01T01:00Z'"),
    ("changed_from=2026-01-01T00:00:00Z&open=all&limit=3", "changed_at >= '2026-01-01T00:00Z'"),
    ("incident=1&open=all&limit=4", "incident_id = 1"),
    ("q=smoke&limit=3", "closed_at IS NULL AND rule IN ('smoke_rise', 'smoke_level_alarm')"),
    ("total=true&limit=2", "closed_at IS NULL"),
)  # fmt: skip
AS_OF = """
WITH known AS (
    SELECT DISTINCT ON (alert_id) * FROM journal WHERE change_id <= %(change_id)s ORDER BY alert_id, change_id DESC
)
SELECT alert_id, change_id, signal_class, condition, acknowledged_by, assigned_to, verdict, closed_at IS NOT NULL
FROM known a WHERE {} AND {} AND {} ORDER BY {} LIMIT %(limit)s"""
ORDERS = {
    False: ("urgency DESC, raised_at DESC, alert_id DESC",
            "(urgency, raised_at, alert_id) < (%(urgency)s, %(raised_at)s, %(id)s)"),
    True: ("raised_at DESC, alert_id DESC", "(raised_at, alert_id) < (%(raised_at)s, %(id)s)"),
}  # fmt: skip

Json = dict[str, object]


@dataclass
class Lived:
    """What was committed, each commit by a time at which it certainly was, and what was answered."""

    commits: list[tuple[datetime, int]] = field(default_factory=list)
    answers: list[Answered] = field(default_factory=list)


@dataclass(frozen=True)
class Answered:
    query: str
    condition: str
    sees_all: bool
    cursor: str | None
    body: Json


@pytest.fixture
def journal(database: psycopg.Connection) -> Iterator[None]:
    database.execute(JOURNAL)
    yield
    database.execute(NO_JOURNAL)


def write_at_random(database_url: str, chance: random.Random, lived: Lived, until: float) -> None:
    with psycopg.connect(database_url) as connection:
        while time.monotonic() < until:
            with connection.cursor() as cursor:
                changes = _work(cursor, chance) if chance.random() < 0.5 else _act(cursor, chance)
                time.sleep(chance.choice((0, 0, 0.002, 0.01)))
            if changes is None or chance.random() < 0.1:
                connection.rollback()
                continue
            connection.commit()
            (committed_at,) = connection.execute("SELECT clock_timestamp()").fetchone() or (None,)
            assert committed_at is not None
            connection.rollback()
            lived.commits.append((committed_at, changes))
            time.sleep(chance.random() * 0.03)


def _work(cursor: psycopg.Cursor[TupleRow], chance: random.Random) -> int | None:
    """As a worker's batch; returns the newest change."""
    subjects = sorted(chance.sample(SUBJECTS, chance.randint(1, 4)))
    kind = chance.choice((ChangeKind.RAISE, ChangeKind.RAISE, ChangeKind.CLEAR))
    at = 1_767_225_600 + chance.randint(0, 5000)
    apply_changes(cursor, [make_change(kind, number, chance.choice(RULES), at) for number in subjects])
    return _read_number(cursor.execute("SELECT last_id FROM change_counter"))


def _act(cursor: psycopg.Cursor[TupleRow], chance: random.Random) -> int | None:
    """As a desk's act; returns its change."""
    # Whoever writes alerts takes them before the counter of changes; two at once would else wait for each other.
    acted = cursor.execute(ACT.format(chance.choice(ACTS)).encode()).fetchone()
    if acted is None:
        return None
    return _read_number(cursor.execute(NOTE_ACT, acted))


def _read_number(cursor: psycopg.Cursor[TupleRow]) -> int:
    row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def poll_at_random(
    url: str, key: str, sees_all: bool, chance: random.Random, lived: Lived, until: float
) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, timeout=30, trust_env=False, headers=headers) as client:
        while time.monotonic() < until:
            query, condition = chance.choice(LISTS)
            cursor = None
            for _ in range(chance.randint(1, 3)):
                answer = client.get(f"/v1/alerts?{query}" + (f"&cursor={cursor}" if cursor else ""))
                assert answer.status_code == 200, answer.text
                lived.answers.append(Answered(query, condition, sees_all, cursor, answer.json()))
                cursor = answer.json()["next"]
                if cursor is None:
                    break


def check_answer(
    database: psycopg.Connection, answered: Answered, commits: list[tuple[datetime, int]]
) -> None:
    """See that an answer is what the journal says of the change it names, and that it names the newest one."""
    body, limit = answered.body, int(answered.query.partition("limit=")[2].partition("&")[0])
    order, following = ORDERS["order=newest" in answered.query]
    key = _decode(answered.cursor) if answered.cursor else {}
    own = "true" if answered.sees_all else "building_id = 1"
    query = AS_OF.format(answered.condition, own, following if key else "true", order)
    params = key | {"change_id": body["change_id"], "limit": limit + 1}
    expected = database.execute(query.encode(), params).fetchall()
    alerts, following_cursor = body["alerts"], body["next"]
    assert isinstance(alerts, list)
    assert [_take_state(alert) for alert in alerts] == expected[:limit], answered
    assert (following_cursor is not None) == (len(expected) > limit), answered
    if following_cursor is not None:
        assert _decode(str(following_cursor))["id"] == expected[limit - 1][0]
    as_of = datetime.fromisoformat(str(body["as_of"]))
    assert isinstance(body["change_id"], int)
    assert body["change_id"] >= max((change for at, change in commits if at <= as_of), default=0)


def _take_state(alert: Json) -> tuple[object, ...]:
    acted = []
    for axis, member in (("acknowledged", "by"), ("assigned", "to"), ("verdict", "verdict")):
        act = alert[axis]
        assert act is None or isinstance(act, dict)
        acted.append(act[member] if act else None)
    plain = [alert[name] for name in ("id", "change_id", "class", "condition")]
    return (*plain, *acted, alert["closed_at"] is not None)


def _decode(cursor: str) -> Json:
    key: Json = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return key


def run_all(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.timeout(120 + 5 * SECONDS)
def test_every_list_is_what_the_tables_said_at_the_change_it_names_while_others_write(
    api: Api, hand: Hand, database: psycopg.Connection, settings: Settings, journal: None
) -> None:
    hand.beat()
    keys = {}
    for name, role, buildings in (("值班员", Role.ADMIN, ()), ("物业经理", Role.VIEWER, ("B1",))):
        add_account(database, name, role, buildings, None)
        keys[not buildings] = make_key(database, name).text
    api.app.state.doors.forget()
    assert settings.database_url
    lived, until = Lived(), time.monotonic() + SECONDS
    writers = [
        threading.Thread(
            target=write_at_random, args=(settings.database_url, random.Random(seed), lived, until)
        )
        for seed in range(N_WRITERS)
    ]
    pollers = [
        threading.Thread(
            target=poll_at_random,
            args=(api.url, keys[bool(seed)], bool(seed), random.Random(seed), lived, until),
        )
        for seed in range(N_POLLERS)
    ]
    try:
        run_all(writers + pollers)
    finally:
        database.execute("DELETE FROM accounts")
        api.app.state.doors.forget()
    assert len(lived.commits) > 10 * SECONDS
    assert len(lived.answers) > 10 * SECONDS
    for answered in lived.answers:
        check_answer(database, answered, lived.commits)


@pytest.mark.parametrize(
    ("query", "is_kept"), [("limit=2", True), ("q=smoke&limit=2", False), ("total=true&limit=2", False)]
)
def test_a_list_takes_changes_in_without_the_tables_where_an_alert_tells_by_itself(
    api: Api, hand: Hand, query: str, is_kept: bool
) -> None:
    hand.beat()
    raised = [hand.raise_alert(number, at=1000 + number) for number in (1, 2, 3)]
    settle(api)
    with httpx.Client(base_url=api.url, timeout=30, trust_env=False) as client:
        client.get(f"/v1/alerts?{query}")
        for number in range(4, 8):
            raised.append(hand.raise_alert(number, at=1000 + number))
            settle(api)
            assert is_remembered(api, query.encode()) == is_kept
            body = client.get(f"/v1/alerts?{query}").json()
            assert [alert["id"] for alert in body["alerts"]] == raised[:-3:-1]
            assert body["change_id"] == number
            assert body["total"] == (number if "total" in query else None)


def test_a_page_from_which_many_have_gone_is_read_anew(
    api: Api, hand: Hand, database: psycopg.Connection
) -> None:
    hand.beat()
    raised = [hand.raise_alert(number, "smoke_rise", at=1000 + number) for number in range(1, 11)]
    settle(api)
    with httpx.Client(base_url=api.url, timeout=30, trust_env=False) as client:
        client.get("/v1/alerts?limit=3")
        for n_gone in range(1, 11):
            hand.clear(11 - n_gone, "smoke_rise", at=2000)
            settle(api)
            body = client.get("/v1/alerts?limit=3").json()
            left = raised[: 10 - n_gone]
            assert [alert["id"] for alert in body["alerts"]] == left[:-4:-1]
            assert (body["next"] is not None) == (len(left) > 3)
