"""A replay over what was received comes to the alerts that there were; with other parameters it says what changes."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from deploy.exits import DeployError
from deploy.replay_history import Question, make_span, minutes, replay_file, replay_tables
from deploy.replay_report import ReplayReport, describe_report
from ingest.closed_by_force import raise_anew
from ingest.store_roster import load_roster
from rules.catalogue import CATALOGUE
from rules.parameters import Parameters
from schemas.roster import Roster
from schemas.settings import Settings
from tests.ingest.conftest import Publisher, running_worker, wait_until

FLOW = "sprinkler_water_flow"
BUILT_IN = Parameters.built_in(CATALOGUE)


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def replay_last_minutes(
    settings: Settings, parameters: Parameters = BUILT_IN, buildings: list[str] | None = None
) -> ReplayReport:
    now = round(time.time() * 1e6)
    span = make_span(now - minutes(10), now + minutes(1), buildings or [])
    return replay_tables(settings, parameters, Question(span, minutes(10)))


@pytest.fixture
def lived(registry: Settings, publisher: Publisher, database: psycopg.Connection) -> Settings:
    """Water flowed for half a minute, and a detector declared a fire: two alerts, and groups that follow from them."""
    with running_worker(registry):
        samples = [{"ts": ago(30 - 5 * i), "channel": "flow", "value": 2.0 + 0.001 * i} for i in range(7)]
        publisher.send("B1/D1/readings", {"samples": samples})
        publisher.send("B1/D2/events", {"ts": ago(0), "event": "fire", "state": "active"})
        publisher.send("B2/D7/readings", {"ts": ago(0), "values": {"smoke": 0.02}})
        wait_until(lambda: count(database, "readings") == 8 and count(database, "alerts") >= 2)
    return registry


def count(database: psycopg.Connection, table: str) -> int:
    row = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a name of this file
    return int(row[0]) if row else 0


def test_a_replay_comes_to_the_alerts_that_there_were(lived: Settings, database: psycopg.Connection) -> None:
    report = replay_last_minutes(lived)
    assert (report.readings, report.events) == (8, 1)
    found = report.against_alerts
    assert found is not None
    assert (found.new, found.missing, found.other_colour) == ([], [], [])
    assert found.same == count(database, "alerts")
    assert {FLOW, "detector_fire_state"} <= report.by_rule.keys()
    assert report.by_building == {"B1": report.raised}


def test_with_other_parameters_it_says_what_changes(lived: Settings) -> None:
    report = replay_last_minutes(lived, BUILT_IN.set_everywhere({(FLOW, "limit"): 5.0}))
    found = report.against_alerts
    assert found is not None
    gone = [(entry.rule, entry.subject) for entry in found.missing if entry.rule == FLOW]
    assert gone == [(FLOW, "B1/D1/flow")]
    assert FLOW not in report.by_rule
    assert any(f"missing: {FLOW} B1/D1/flow" in line for line in describe_report(report))


def test_an_alert_that_was_never_raised_is_new(lived: Settings, database: psycopg.Connection) -> None:
    database.execute("TRUNCATE alerts CASCADE")
    found = replay_last_minutes(lived).against_alerts
    assert found is not None
    assert {"B1/D1/flow", "B1/D2"} <= {entry.subject for entry in found.new}


def test_only_the_buildings_that_are_named_are_replayed(lived: Settings) -> None:
    report = replay_last_minutes(lived, buildings=["B2"])
    assert (report.readings, report.events, report.raised) == (1, 0, 0)
    with pytest.raises(DeployError, match="not registered: B9"):
        replay_last_minutes(lived, buildings=["B9"])


@pytest.mark.parametrize("suffix", ["csv", "ndjson"])
def test_a_file_is_replayed_like_the_tables(registry: Settings, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"recorder.{suffix}"
    rows = [("B1", "D1", "flow", ago(30 - 5 * i), 2.0 + 0.001 * i) for i in range(7)]
    if suffix == "csv":
        lines = ["building,device,channel,ts,value"]
        lines += [",".join(str(field) for field in row) for row in rows]
    else:
        lines = [
            f'{{"building": "{b}", "device": "{d}", "channel": "{c}", "ts": "{ts}", "value": {value}}}'
            for b, d, c, ts, value in rows
        ]
    path.write_text("\n".join(lines) + "\n")
    report = replay_file(registry, BUILT_IN, path)
    assert (report.readings, report.against_alerts) == (7, None)
    assert [(entry.rule, entry.subject) for entry in report.episodes] == [(FLOW, "B1/D1/flow")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("B1,D1,flow,yesterday,2.0", "not RFC 3339"),
        ("B1,D1,steam,2026-11-23T08:00:00Z,2.0", "B1/D1/steam is not registered"),
        ("B1,D1,flow,2026-11-23T08:00:00Z,much", "could not convert"),
        ("B1,D1,flow,2026-11-23T08:00:00Z,", "value is missing"),
    ],
)
def test_a_wrong_line_of_a_file_is_named(registry: Settings, tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "recorder.csv"
    path.write_text(f"building,device,channel,ts,value\n{line}\n")
    with pytest.raises(DeployError, match=rf"recorder\.csv:2: .*{words}"):
        replay_file(registry, BUILT_IN, path)


def test_what_went_on_after_it_was_closed_by_force_is_one_with_the_alert_before_it(
    lived: Settings, database: psycopg.Connection
) -> None:
    alerts = count(database, "alerts")
    database.execute(
        "UPDATE alerts SET closed_at = clock_timestamp() - INTERVAL '2 minutes', closed_by = '王' WHERE rule = %s",
        (FLOW,),
    )
    assert raise_anew(database, load_roster(database, Roster.empty(), lived.share)) is not None
    found = replay_last_minutes(lived).against_alerts
    assert found is not None
    assert (found.new, found.missing, found.same) == ([], [], alerts)
