"""The curve: one parameter moves all rules that have it, and the picture is drawn of what the table says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rules.catalogue import CATALOGUE
from simulators.trials.sensitivity import Point, make_engine
from simulators.trials.sensitivity_report import draw_curve, render_json

POINTS = [
    Point(None, 0.6, 8.0, 0.7, 0, 50.0, 30.0, 0.0),
    Point(0.7, 0.9, 48.0, 0.9, 0, 10.0, 5.0, 0.0),
    Point(1.0, 1.0, 58.0, 1.0, 0, 20.0, 6.0, 1.0),
    Point(1.5, 1.0, None, 1.0, 0, 30.0, 9.0, 2.0),
]


def test_some_rule_has_the_parameter_that_the_curve_turns() -> None:
    assert any(parameter.name == "sensitivity" for rule in CATALOGUE for parameter in rule.parameters)


def test_another_sensitivity_is_another_version_of_the_parameters() -> None:
    versions = {make_engine(sensitivity).parameters_version for sensitivity in (0.7, 1.0, 1.4)}
    assert len(versions) == 3


@pytest.mark.parametrize(("name", "opening"), [("curve.svg", b"<?xml"), ("curve.png", b"\x89PNG")])
def test_the_curve_is_drawn_in_the_format_that_its_name_asks_for(
    tmp_path: Path, name: str, opening: bytes
) -> None:
    draw_curve(POINTS, tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(opening)


def test_the_json_of_the_curve_has_every_point() -> None:
    points = json.loads(render_json(POINTS), parse_constant=pytest.fail)
    assert [point["sensitivity"] for point in points] == [None, 0.7, 1.0, 1.5]
    assert points[3]["median_lead_seconds"] is None
