"""Acceptance and load from the command line, also against a stack that runs."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.exits import ExitStatus
from deploy.ports import free_port
from schemas.settings import Settings
from tests.deploy.test_up import Stack, wait_for


@pytest.fixture
def whole(made_settings: Settings) -> Iterator[Stack]:
    running = Stack(made_settings.model_copy(update={"http_port": free_port()}), "--no-simulate")
    yield running
    running.process.terminate()
    running.process.communicate(timeout=20)


def start(*arguments: str, data_dir: Path | None = None) -> subprocess.Popen[str]:
    environment = {"PATH": "/usr/bin:/bin"} | ({"FENGSUI_DATA_DIR": str(data_dir)} if data_dir else {})
    return subprocess.Popen(
        [sys.executable, "-m", "deploy.cli", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(*arguments: str, data_dir: Path | None = None) -> tuple[int, str]:
    process = start(*arguments, data_dir=data_dir)
    said, _ = process.communicate(timeout=110)
    return process.returncode, said


def count_open(stack: Stack, url: str) -> int:
    with urllib.request.urlopen(f"{url}/v1/alerts?open=true&limit=1&total=true", timeout=5) as answer:
        return int(json.load(answer)["total"])


def test_a_report_is_written_and_the_exit_status_says_how_it_went(tmp_path: Path) -> None:
    chosen = ("--days", "0", "--scenario", "arcs", "--report", str(tmp_path / "good"))
    status, said = run("accept", *chosen)
    assert status == 0, said
    assert sorted(path.name for path in (tmp_path / "good").iterdir()) == [
        "junit.xml",
        "report.html",
        "report.json",
    ]
    own = tmp_path / "own"
    own.mkdir()
    (own / "never.toml").write_text(
        'title_zh = "无"\ntitle_en = "none"\nbuilding = "tower"\nlasts = 60.0\n'
        '[[incident]]\nkind = "declare"\nat = 10.0\ndevices = ["MCP"]\nevent = "manual_alarm"\n'
        '[[expect]]\nrule = "gas_leak"\nabout = "GAS/gas"\nby = 30.0\n'
    )
    status, said = run("accept", "--days", "0", "--scenarios", str(own), "--report", str(tmp_path / "bad"))
    assert status == ExitStatus.FAILED
    assert "gas_leak (GAS/gas): did not come" in said


def test_a_folder_of_broken_scenarios_is_told_about_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text('title_zh = "一"\n')
    status, said = run("accept", "--scenarios", str(tmp_path))
    assert status == ExitStatus.FAILED
    assert "broken.toml: title_en: Field required" in said
    assert "Traceback" not in said


@pytest.mark.timeout(240)
def test_a_running_service_is_accepted_loaded_and_left_as_it_was(whole: Stack, tmp_path: Path) -> None:
    url = whole.state().api_url
    data_dir = whole.settings.data_dir
    report = tmp_path / "live"
    chosen = ("--scenario", "live_call_point", "--scenario", "live_smoke")
    status, said = run("accept", "--against", url, *chosen, "--report", str(report), data_dir=data_dir)
    assert status == 0, said
    live = json.loads((report / "report.json").read_text())["live"]
    assert live["published"] == live["acknowledged"] == live["receipted"] > 100
    assert live["visible"]["count"] >= 2
    assert [door["refused"] for door in live["doors"]] == [True]
    assert count_open(whole, url) == 0
    status, said = run("load", "--devices", "200", "--rate", "200", "--seconds", "3", data_dir=data_dir)
    figures = json.loads(said[said.index("{") :])
    assert status == 0, said
    assert figures["published"] == figures["acknowledged"] == figures["receipted"] == 600
    assert figures["lost_connections"] == 0


@pytest.mark.timeout(240)
def test_whoever_interrupts_leaves_no_alert_and_no_window_open(whole: Stack, tmp_path: Path) -> None:
    url = whole.state().api_url
    process = start(
        *("accept", "--against", url, "--scenario", "live_call_point", "--report", str(tmp_path)),
        data_dir=whole.settings.data_dir,
    )
    wait_for(lambda: count_open(whole, url) > 0, seconds=60)
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert count_open(whole, url) == 0
    with urllib.request.urlopen(f"{url}/v1/scopes?open=true", timeout=5) as answer:
        assert json.load(answer)["scopes"] == []
