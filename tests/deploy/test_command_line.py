"""``fengsui`` as scripts and people meet it."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from schemas.settings import Settings

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``fengsui`` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "deploy.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("room", ["api", "deploy", "ingest", "rules", "schemas", "simulators"])
def test_room_is_ours_and_not_another_package_of_that_name(room: str) -> None:
    spec = importlib.util.find_spec(room)
    assert spec is not None
    assert Path(next(iter(spec.submodule_search_locations or []))) == ROOT / room


def test_help_names_every_command_and_exit_status_at_once() -> None:
    began = time.monotonic()
    result = run("--help")
    assert time.monotonic() - began < 2
    assert result.returncode == 0
    for word in (
        "up",
        "migrate",
        "ingest",
        "api",
        "simulate",
        "registry",
        "rules",
        "replay",
        "status",
        "version",
        "Exit status",
    ):
        assert word in result.stdout


@pytest.mark.parametrize(
    "command",
    [
        "up",
        "migrate",
        "ingest",
        "api",
        "status",
        "simulate city",
        "registry import",
        "rules list",
        "rules explain",
        "rules test",
        "replay",
    ],
)
def test_help_of_each_command_gives_an_example(command: str) -> None:
    assert "Example: " in run(*command.split(), "--help").stdout


@pytest.mark.parametrize("command", ["status", "ingest", "api", "migrate", "simulate city"])
def test_nothing_runs_is_one_sentence_and_status_3(command: str, bare_settings: Settings) -> None:
    result = run(*command.split(), FENGSUI_DATA_DIR=str(bare_settings.data_dir), FENGSUI_HTTP_PORT="1")
    assert result.returncode == 3
    assert "make run" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_wrong_usage_is_status_2() -> None:
    assert run("no-such-command").returncode == 2


def test_refused_setting_names_its_variable_without_a_traceback() -> None:
    result = run("status", FENGSUI_HTTP_PORT="none")
    assert result.returncode == 1
    assert "FENGSUI_HTTP_PORT" in result.stderr
    assert "Traceback" not in result.stderr


def test_database_that_does_not_answer_is_one_sentence() -> None:
    result = run(
        "migrate",
        FENGSUI_DATABASE_URL="postgresql://u:p@127.0.0.1:1/x",
        FENGSUI_MQTT_URL="mqtt://127.0.0.1:1",
    )
    assert result.returncode == 1
    assert result.stderr.startswith("fengsui: ")
    assert "Traceback" not in result.stderr


def test_version_is_the_installed_one() -> None:
    assert run("version").stdout.startswith("fengsui ")


def test_status_shows_what_is_known_when_the_api_is_down(bare_settings: Settings) -> None:
    from deploy.state import StackState, hold_lock, write_state

    state = StackState(
        pid=os.getpid(),
        started_at=time.time(),
        database_url="postgresql://fengsui:secret@127.0.0.1:2/fengsui",
        mqtt_url="mqtt://127.0.0.1:3",
        topic_root="fengsui/v1",
        api_url="http://127.0.0.1:1",
    )
    with hold_lock(bare_settings.data_dir):
        write_state(bare_settings.data_dir, state)
        assert (bare_settings.data_dir / "run/stack.json").stat().st_mode & 0o777 == 0o600
        told = json.loads(run("status", "--json", FENGSUI_DATA_DIR=str(bare_settings.data_dir)).stdout)
        screen = run("status", FENGSUI_DATA_DIR=str(bare_settings.data_dir)).stdout
    assert told["mqtt_url"] == "mqtt://127.0.0.1:3"
    assert told["figures"] is None
    assert "does not answer" in told["api_error"]
    assert "No figures" in screen
    assert "secret" not in screen
