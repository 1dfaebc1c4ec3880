"""Whether the service is ready, and what every answer says of how fresh it is."""

from __future__ import annotations

import httpx
import psycopg
from psycopg import sql

from tests.api.conftest import Hand, wait_until


def test_readiness_names_the_part_that_is_missing(client: httpx.Client, hand: Hand) -> None:
    def unready() -> set[str]:
        answer = client.get("/readyz")
        parts = {name for name, part in answer.json()["parts"].items() if not part["ready"]}
        assert answer.status_code == (503 if parts else 200)
        assert answer.json()["ready"] == (not parts)
        return parts

    assert client.get("/healthz").json() == {"state": "alive"}
    assert unready() == {"worker", "broker"}
    hand.beat(connected=False)
    assert unready() == {"broker"}
    hand.beat()
    assert unready() == set()
    hand.beat(worker="ingest-2", connected=False)
    assert unready() == {"broker"}
    hand.beat(worker="ingest-2", age=11)
    assert unready() == {"worker"}
    hand.beat(age=11)
    assert unready() == {"worker", "broker"}


def test_a_database_that_can_only_be_read_is_not_ready(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    hand.beat()
    name = sql.Identifier(database.info.dbname)
    database.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name))
    _cut_connections(database)
    try:
        wait_until(lambda: client.get("/readyz").json()["parts"]["database"]["note"] == "can only be read")
        assert client.get("/readyz").status_code == 503
    finally:
        database.execute("SET default_transaction_read_only = off")
        database.execute(sql.SQL("ALTER DATABASE {} RESET default_transaction_read_only").format(name))
        _cut_connections(database)
    wait_until(lambda: client.get("/readyz").status_code == 200)


def _cut_connections(database: psycopg.Connection) -> None:
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name LIKE 'fengsui api%' AND datname = current_database()"
    )


def test_every_answer_tells_what_is_not_known(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    hand.beat(spool=(7, "7 batches wait in the spool"))
    hand.beat(worker="ingest-2", connected=False, note="refused")
    database.execute("UPDATE devices SET gateway_id = 10 WHERE device_id BETWEEN 11 AND 15")
    hand.raise_alert(11, "device_silent")
    alert_id = hand.raise_alert(10, "gateway_silent")
    for path in ("/v1/alerts", "/v1/alerts/changes?after=0", "/v1/buildings", "/v1/status"):
        answer = client.get(path)
        pipeline = answer.json()["pipeline"]
        assert (pipeline["database"], pipeline["broker"], pipeline["spool_batches"]) == ("up", "partly", 7), (
            path
        )
        assert pipeline["silent_devices"] == 6
        assert answer.headers["fengsui-silent-devices"] == "6"
    assert client.get(f"/v1/alerts/{alert_id}").headers["fengsui-silent-devices"] == "6"


def test_readiness_wants_every_migration(
    client: httpx.Client, hand: Hand, database: psycopg.Connection
) -> None:
    hand.beat()
    row = database.execute(
        "DELETE FROM schema_migrations WHERE name LIKE '0004%' RETURNING name, sha256"
    ).fetchone()
    try:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "0004" in answer.json()["parts"]["migrations"]["note"]
    finally:
        database.execute("INSERT INTO schema_migrations (name, sha256) VALUES (%s, %s)", row)
