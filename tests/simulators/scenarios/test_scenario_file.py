"""Scenario files: whoever writes one is told at which key what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.catalogue import CATALOGUE
from simulators.scenarios.scenario_file import ScenarioError, read_folder, read_library, read_scenario

GOOD = """
title_zh = "一"
title_en = "one"
building = "tower"
lasts = 900.0
[[incident]]
kind = "level"
at = 300.0
where = ["D303/smoke"]
value = 1.3
[[expect]]
rule = "smoke_level_alarm"
about = "D303/smoke"
by = 330.0
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "one.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_scenario_is_called_after_its_file(tmp_path: Path) -> None:
    scenario = read_scenario(write(tmp_path, GOOD))
    assert scenario.name == "one"
    assert scenario.onset(scenario.expect[0]) == 300.0


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('kind = "level"', 'kind = "flood_of_tears"', "one.toml: incident.0"),
        ("value = 1.3", 'value = "much"', "one.toml: incident.0.level.value: Input should be a valid number"),
        (
            "value = 1.3",
            "value = 1.3\nhow = 2",
            "one.toml: incident.0.level.how: Extra inputs are not permitted",
        ),
        (
            'building = "tower"',
            'building = "castle"',
            "'castle' is none of hotel, mall, plant, school, tower",
        ),
        ('where = ["D303/smoke"]', 'where = ["D999/*"]', "incident.0.where: 'D999/*' matches nothing"),
        (
            'about = "D303/smoke"',
            'about = "D303/sound"',
            "expect.0.about: building tower has no 'D303/sound'",
        ),
        (
            'rule = "smoke_level_alarm"',
            'rule = "smoke"',
            "expect.0.rule: 'smoke' is no rule of the catalogue",
        ),
        ("by = 330.0", "by = 330.0\nnot_before = 400.0", "by must not lie before since and not_before"),
        ("at = 300.0", "at = 1000.0", "level: at must lie before the end, 900 s"),
        ("lasts = 900.0", "lasts = ", "Invalid value"),
    ],
)
def test_what_is_wrong_is_named_with_its_key(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        read_scenario(write(tmp_path, GOOD.replace(old, new, 1)))
    assert any(problem in said for said in refused.value.problems), refused.value.problems
    assert all(said.startswith("one.toml: ") for said in refused.value.problems)


def test_all_files_of_a_folder_are_read_before_anything_is_said(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("lasts = 900.0", "lasts = -1.0"))
    (tmp_path / "two.toml").write_text(GOOD.replace('"tower"', '"castle"'), encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        read_folder(tmp_path)
    assert {said.partition(":")[0] for said in refused.value.problems} == {"one.toml", "two.toml"}


def test_what_could_never_fail_is_no_scenario(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="could never fail"):
        read_scenario(write(tmp_path, GOOD.partition("[[expect]]")[0]))


def test_the_library_has_a_scenario_for_every_rule_and_every_promise_but_access() -> None:
    library = read_library()
    assert {rule.id for rule in CATALOGUE} == set().union(*(scenario.rules for scenario in library))
    assert {promise for scenario in library for promise in scenario.promises} == {1, 2, 3, 4, 5}
    assert len(library) >= 40
