"""``fengsui rules`` as people and scripts meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.rule_listing import list_rules, make_markdown
from rules.catalogue import CATALOGUE
from tests.deploy.test_command_line import ROOT, run

CITY = """
[smoke_level_alarm]
limit = 0.25
[[override]]
zone_use = "kitchen"
smoke_prealarm.limit = 0.2
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    path = tmp_path / "city.toml"
    path.write_text(CITY)
    return path


def test_the_page_about_rules_shows_the_catalogue_as_it_is() -> None:
    page = (ROOT / "docs/rules.md").read_text()
    assert page.split("<!-- catalogue -->\n")[1] == make_markdown(list_rules())


def test_list_shows_every_rule_with_its_limits() -> None:
    listed = json.loads(run("rules", "list", "--json").stdout)
    assert [entry["id"] for entry in listed] == [rule.id for rule in CATALOGUE]
    fire = next(entry for entry in listed if entry["id"] == "smoke_level_alarm")
    assert fire["signal_class"] == "fire"
    assert fire["title_zh"]
    assert {"name": "limit", "unit": "dB/m"}.items() <= fire["parameters"][0].items()
    text = run("rules", "list").stdout
    assert all(rule.id in text for rule in CATALOGUE)


def test_explain_tells_the_number_in_force_and_where_it_comes_from(city: Path) -> None:
    plain = run("rules", "explain", "smoke_level_alarm").stdout
    assert "limit = 0.3 dB/m  (default, design value)" in plain
    assert "To do:" in plain
    assert "处置" in plain
    told = run("rules", "explain", "smoke_level_alarm", FENGSUI_RULES_FILE=str(city)).stdout
    assert "limit = 0.25 dB/m  (file: [smoke_level_alarm] (line 2))" in told


def test_explain_suggests_the_rule_that_was_meant() -> None:
    result = run("rules", "explain", "smoke_levl_alarm")
    assert result.returncode == 1
    assert 'did you mean "smoke_level_alarm"?' in result.stderr


def test_a_file_is_tested_and_what_it_changes_is_told(city: Path) -> None:
    result = run("rules", "test", str(city))
    assert result.returncode == 0
    assert "smoke_level_alarm.limit, everywhere: 0.25 dB/m (default 0.3 dB/m)" in result.stdout
    assert "smoke_prealarm.limit, zone_use kitchen: 0.2 dB/m (default 0.15 dB/m)" in result.stdout


def test_a_wrong_file_ends_with_all_its_problems(city: Path) -> None:
    city.write_text("[smoke_level_alarm]\nlimit = 25\n[nothing]\nlimit = 1\n")
    result = run("rules", "test", str(city))
    assert result.returncode == 1
    assert "limit = 25, but must be a number from 0.1 to 2 dB/m" in result.stderr
    assert 'there is no rule "nothing"' in result.stderr
    assert "Traceback" not in result.stderr
