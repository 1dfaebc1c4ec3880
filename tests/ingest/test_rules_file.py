"""The file of parameters is taken while the worker runs; one that is not valid changes nothing and is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from ingest.rules_file import RulesFile
from rules.catalogue import CATALOGUE
from rules.parameter_file import read_parameters
from rules.parameters import Parameters
from schemas.settings import Settings
from tests.ingest.conftest import Publisher, running_worker, wait_until

FLOW = "sprinkler_water_flow"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "city.toml"
    written.write_text(f"[{FLOW}]\nlimit = 5.0\n")
    return written


@pytest.fixture
def settings_with_file(registry: Settings, path: Path) -> Settings:
    return registry.model_copy(update={"rules_file": path})


def in_force(database: psycopg.Connection) -> tuple[str, str]:
    row = database.execute("SELECT rules_version, rules_error FROM workers").fetchone()
    return ("", "") if row is None else (str(row[0]), str(row[1]))


def version_of(path: Path) -> str:
    return read_parameters(path.read_text(), str(path), CATALOGUE).version


def flow_for_half_a_minute(publisher: Publisher, litres_per_second: float) -> None:
    """Water flows steadily, in the half minute up to now."""
    now = datetime.now(UTC)
    samples = [
        {
            "ts": (now - timedelta(seconds=30 - 5 * i)).isoformat(timespec="milliseconds"),
            "channel": "flow",
            "value": litres_per_second + 0.001 * i,
        }
        for i in range(7)
    ]
    publisher.send("B1/D1/readings", {"samples": samples})


def raised(database: psycopg.Connection) -> list[str]:
    """Versions of the parameters that raised alerts of flow."""
    query = "SELECT parameters_version FROM alerts WHERE rule = %s"
    return [row[0] for row in database.execute(query, (FLOW,))]


def test_a_changed_file_is_in_force_without_a_restart_and_alerts_keep_its_version(
    settings_with_file: Settings, path: Path, publisher: Publisher, database: psycopg.Connection
) -> None:
    with running_worker(settings_with_file):
        wait_until(lambda: in_force(database) == (version_of(path), ""))
        flow_for_half_a_minute(publisher, 2.0)
        wait_until(_counts(database, 7))
        assert raised(database) == []
        path.write_text(f"[{FLOW}]\nlimit = 1.5\n")
        wait_until(lambda: in_force(database) == (version_of(path), ""))
        flow_for_half_a_minute(publisher, 2.0)
        wait_until(lambda: raised(database) == [version_of(path)])


def test_a_wrong_file_keeps_the_parameters_in_force_and_says_what_is_wrong(
    settings_with_file: Settings, path: Path, database: psycopg.Connection
) -> None:
    version = version_of(path)
    with running_worker(settings_with_file):
        wait_until(lambda: in_force(database) == (version, ""))
        path.write_text(f"[{FLOW}]\nlimit = 1000\n")
        wait_until(lambda: in_force(database)[1] != "")
        told = in_force(database)
        assert told[0] == version
        assert f"{FLOW}.limit = 1000, but must be a number from 0.1 to 10 L/s" in told[1]
        path.write_text(f"[{FLOW}]\nlimit = 2.0\n")
        wait_until(lambda: in_force(database) == (version_of(path), ""))


def _counts(database: psycopg.Connection, n: int) -> Callable[[], bool]:
    def enough() -> bool:
        row = database.execute("SELECT count(*) FROM readings").fetchone()
        return row is not None and row[0] >= n

    return enough


def test_a_wrong_file_at_start_leaves_what_is_built_in(path: Path) -> None:
    path.write_text("[nothing]\nlimit = 1\n")
    file = RulesFile(path, CATALOGUE)
    built_in = Parameters.built_in(CATALOGUE)
    taken = file.take()
    assert taken is not None
    assert taken.version == built_in.version == file.state.version
    assert 'there is no rule "nothing"' in file.state.error


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a = " + "[" * 100_000, "nested too deeply"),
        (f"[{FLOW}]\nlimit = " + "9" * 5000, "not valid TOML"),
        (f"[{FLOW}]\nlimit = " + "9" * 400, "must be a number from"),
        (f"[{FLOW}]\nlimit = nan", "must be a number from"),
        (f"[{FLOW}]\nlimit = inf", "must be a number from"),
    ],
    ids=["deep", "5,000 digits", "400 digits", "NaN", "infinity"],
)
def test_a_hostile_file_changes_nothing_and_ends_nobody(path: Path, content: str, told: str) -> None:
    file = RulesFile(path, CATALOGUE)
    version = file.state.version
    path.write_text(content)
    file.look()
    assert file.state.version == version
    assert told in file.state.error


def test_a_wrong_file_is_logged_once_for_each_content(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.write_text("[nothing]\nlimit = 1\n")
    file = RulesFile(path, CATALOGUE)
    for _ in range(3):
        file.look()
    assert len(caplog.records) == 1
    path.write_text("[nobody]\nlimit = 1\n")
    file.look()
    assert len(caplog.records) == 2


def test_a_file_that_is_taken_away_for_a_moment_changes_nothing(path: Path) -> None:
    file = RulesFile(path, CATALOGUE)
    file.take()
    content, version = path.read_text(), version_of(path)
    path.unlink()
    file.look()
    assert file.take() is None
    assert file.state.version == version
    assert "cannot be read" in file.state.error
    path.write_text(content)
    file.look()
    assert (file.state.version, file.state.error) == (version, "")


def test_a_large_file_is_read_in_a_few_seconds(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    tables = (
        f'[[override]]\nsensor = "B{i // 200:03}/D{i % 200:03}/smoke"\nsmoke_level_alarm.limit = {0.2 + i * 1e-6:.6f}\n'
        for i in range(20_000)
    )
    path.write_text("".join(tables))
    began = time.process_time()
    taken = RulesFile(path, CATALOGUE).take()
    assert taken is not None
    assert len(taken.overrides) > 20_000
    assert time.process_time() - began < 5.0
