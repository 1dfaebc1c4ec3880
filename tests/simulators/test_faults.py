"""The short form of the fault matrix, and the reference gateway by itself."""

from __future__ import annotations

import io
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from rich.console import Console

from deploy.stack import open_services
from ingest.store_alerts import write_catalogue
from rules.catalogue import CATALOGUE
from schemas.registry import import_records
from schemas.settings import Settings, load_settings
from simulators.faults.load import to_rows
from simulators.faults.report import UnknownFaultError, choose_faults, list_tasks, print_table
from simulators.faults.run import run_fault
from simulators.faults.scene import Servers
from simulators.faults.town import Town, make_records
from simulators.faults.verdict import Alert, Rows, Verdict, judge
from simulators.reference_gateway import OutboxFullError, ReferenceGateway

READINGS = 2500
# Other tests, and other people, run beside it.
LIMIT_SECONDS = 5.0
INSERT_READING = """
INSERT INTO readings (ts, received_at, value, sensor_id, quality)
SELECT to_timestamp(%s / 1000.0), now(), %s, sensor_id, 0 FROM sensors JOIN devices USING (device_id)
WHERE devices.code = %s AND channel = %s"""
INSERT_ALERT = """
INSERT INTO alerts (rule, subject_kind, subject_id, building_id, device_id, sensor_id, signal_class, severity,
                    severity_peak, latching, condition, raised_at)
SELECT %s, 'sensor', sensor_id, building_id, device_id, sensor_id, 'supervisory', 1, 1, true, %s, now()
FROM sensors JOIN devices USING (device_id) WHERE devices.code = %s AND channel = %s
RETURNING alert_id"""
INSERT_EVENT = """
INSERT INTO alert_events (alert_id, action, at, actor, condition, severity)
VALUES (%s, %s, now(), 'rules', %s, 1)"""
INSERT_QUARANTINE = """
INSERT INTO quarantine (topic, payload_sha256, reason, detail, payload_head, payload_bytes, samples_rejected,
                        occurrences, first_received_at, last_received_at)
VALUES ('t', '', 'timestamp_ahead', '', '', 0, 1, 3, now(), now())"""


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Servers, Settings]]:
    """A database and a broker of this module's own, to be killed."""
    with tempfile.TemporaryDirectory(prefix="fengsui-faults-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        settings = load_settings(data_dir=Path(folder) / "data", database_url=None, mqtt_url=None)
        with open_services(settings, keep_ports=False) as services:
            assert services.postgres is not None
            assert services.mosquitto is not None
            command = (sys.executable, "-m", "deploy.cli", "ingest")
            yield Servers(services.postgres, services.mosquitto, command), services.settings


@pytest.mark.parametrize(
    ("name", "scale"),
    [
        ("worker-sigkill", 0.3),
        ("database-sigkill-in-copy", 0.3),
        ("broker-sigkill", 0.3),
    ],
)
def test_a_fault_under_load_loses_and_doubles_nothing(
    stage: tuple[Servers, Settings], name: str, scale: float
) -> None:
    servers, settings = stage
    [fault] = choose_faults([name])
    verdict = run_fault(
        fault, 1, servers, settings, readings=READINGS, limit_seconds=LIMIT_SECONDS, scale=scale
    )
    assert verdict.passed, verdict
    assert verdict.published >= READINGS
    # Everything that was produced arrived, so what was promised and what is stored are the same rows.
    assert verdict.stored == verdict.published


@pytest.fixture
def town(settings: Settings) -> Town:
    """A town whose registry is in the tables, and nothing else."""
    import_records(settings.database_url or "", list(make_records()))
    with psycopg.connect(settings.database_url or "") as connection, connection.cursor() as cursor:
        write_catalogue(cursor, CATALOGUE)
    return Town(1)


def judge_town(database: psycopg.Connection, alerts: list[Alert], rows: Rows) -> Verdict:
    verdict = Verdict("none", 1, strict=True)
    judge(database, verdict, alerts, rows, rows)
    return verdict


def test_a_lost_and_a_foreign_reading_and_a_missing_alert_are_seen(
    town: Town, database: psycopg.Connection
) -> None:
    """The harness itself must not be blind."""
    rows = to_rows([town.measure(0), town.measure(1)])
    (sensor, ts_ms), *_ = rows
    database.execute(INSERT_READING, (ts_ms, rows[sensor, ts_ms], *sensor.split("/")))
    database.execute(INSERT_READING, (ts_ms + 1, 1.0, *sensor.split("/")))
    verdict = judge_town(database, town.expected_alerts, rows)
    assert (verdict.published, verdict.stored, verdict.lost, verdict.foreign) == (6, 2, 5, 1)
    assert [complaint.split(":")[0] for complaint in verdict.complaints] == [
        "counted as stored",
        "alerts missing",
    ]
    assert not verdict.passed


@pytest.mark.parametrize(
    ("condition", "actions", "complaints"),
    [
        ("cleared", ["raised", "cleared"], []),
        ("active", ["raised"], ["alerts missing", "alerts too many"]),
        ("cleared", ["raised", "cleared", "reactivated", "cleared"], ["alerts missing", "alerts too many"]),
        ("cleared", ["raised", "raised", "cleared"], ["alerts missing", "alerts too many"]),
    ],
)
def test_an_alert_that_did_not_clear_or_came_twice_is_seen(
    town: Town, database: psycopg.Connection, condition: str, actions: list[str], complaints: list[str]
) -> None:
    expected = next(alert for alert in town.expected_alerts if alert.condition == "cleared")
    device, channel = expected.subject.split("/")
    [(alert_id,)] = database.execute(INSERT_ALERT, (expected.rule, condition, device, channel)).fetchall()
    for action in actions:
        database.execute(INSERT_EVENT, (alert_id, action, condition))
    verdict = judge_town(database, [expected], {})
    assert [complaint.split(":")[0] for complaint in verdict.complaints] == complaints


def test_a_quarantined_message_is_seen(town: Town, database: psycopg.Connection) -> None:
    database.execute(INSERT_QUARANTINE)
    assert judge_town(database, [], {}).complaints == ["quarantined: 3 timestamp_ahead"]


def test_an_unknown_fault_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownFaultError, match=r"sharks.*worker-sigkill"):
        choose_faults(["sharks"])


def test_a_stopped_matrix_says_how_many_seeds_each_row_has_had() -> None:
    tasks = list_tasks(choose_faults(["worker-sigkill", "spool-disk-full"]), 2)
    assert tasks[:2] == [("worker-sigkill", 1), ("spool-disk-full", 1)]
    runs = [
        Verdict("worker-sigkill", 1, strict=True, published=6, stored=6),
        Verdict("worker-sigkill", 2, strict=True, published=6, stored=5, lost=1),
        Verdict("spool-disk-full", 1, strict=True, skipped="only root may mount a small disk"),
    ]
    shown = Console(file=io.StringIO(), width=140)
    print_table(runs, 3, shown)
    assert isinstance(shown.file, io.StringIO)
    text = " ".join(shown.file.getvalue().replace("│", " ").split())
    assert "worker-sigkill 2 of 3 12 11 1 0" in text
    assert "FAILED 1" in text
    assert "spool-disk-full 0 of 3" in text
    assert "spool-disk-full: skipped, only root may mount a small disk" in text


def make_gateway(outbox: Path, limit: int = 100) -> ReferenceGateway:
    return ReferenceGateway("mqtt://127.0.0.1:1", "t/B1", ["D1"], outbox, random.Random(1), limit)


KEEP_AND_DIE = """
import os, random, signal, sys
from pathlib import Path
from simulators.reference_gateway import ReferenceGateway

gateway = ReferenceGateway("mqtt://127.0.0.1:1", "t/B1", ["D1"], Path(sys.argv[1]), random.Random(1))
gateway.keep([("D1", {"values": {"smoke": 0.1}})] * 3)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_outbox_and_its_numbering_outlive_a_killed_gateway(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox.sqlite"
    died = subprocess.run([sys.executable, "-c", KEEP_AND_DIE, str(outbox)], check=False)
    assert died.returncode == -signal.SIGKILL
    gateway = make_gateway(outbox)
    gateway.keep([("D1", {"values": {"smoke": 0.2}})])
    assert gateway.held == 4
    gateway.stop()
    file = sqlite3.connect(outbox)
    assert file.execute("SELECT max(seq) FROM outbox").fetchone() == (4,)
    file.close()


def test_a_full_outbox_keeps_nothing_of_what_it_refuses(tmp_path: Path) -> None:
    gateway = make_gateway(tmp_path / "outbox.sqlite", limit=3)
    gateway.keep([("D1", {})] * 2)
    with pytest.raises(OutboxFullError):
        gateway.keep([("D1", {})] * 2)
    assert gateway.held == 2
    gateway.stop()
