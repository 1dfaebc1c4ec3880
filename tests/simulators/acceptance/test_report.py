"""The report: what failed is told first and everywhere, and the figures are those of the results."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree.ElementTree import fromstring

import pytest

from simulators.acceptance.files import write_json, write_junit
from simulators.acceptance.month import Cries
from simulators.acceptance.operation.calls import Call, Calls, Part
from simulators.acceptance.page import write_page
from simulators.acceptance.report import Report
from simulators.acceptance.results import Check, Result
from simulators.acceptance.scores import score_promises, score_rules
from simulators.acceptance.suite import play_one
from simulators.scenarios.mutations import Mutant, Outcome
from simulators.scenarios.scenario_file import read_library

MADE_AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def played() -> list[Result]:
    wanted = ("fire_fast", "arcs", "leak_grows", "device_declares_fault")
    return [play_one(scenario) for scenario in read_library() if scenario.name in wanted]


def make_report(results: list[Result], cries: Cries | None = None, **more: object) -> Report:
    report = Report(MADE_AT, "0.1.0", results, score_rules(results, cries), score_promises(results), cries)
    return replace(report, **more)  # type: ignore[arg-type]


def quiet_month() -> Cries:
    cries = Cries(2, 10.0, 1000)
    cries.plain.update({"fire": 10, "warning": 100})
    cries.ours.update({("warning", "zone_fire_warning", 1): 20, ("note", "smoke_prealarm", 0): 50})
    return cries


def test_a_report_of_what_is_as_it_must_be_passes(played: list[Result]) -> None:
    report = make_report(played, quiet_month())
    assert report.passed
    assert json.loads(write_json(report))["passed"] is True
    assert fromstring(write_junit(report)).findall(".//failure") == []


def test_a_scenario_that_fails_fails_the_report_and_stands_first(played: list[Result]) -> None:
    late = Check("arc_fault", "E1/arc", 99.0, 10.0, ("came at 699 s, must come by 602 s",))
    wrong = next(replace(one, checks=(late,)) for one in played if one.name == "arcs")
    report = make_report([*(one for one in played if one.name != "arcs"), wrong])
    assert not report.passed
    page = write_page(report)
    assert page.index('id="arcs"') < page.index('id="fire_fast"')
    assert "must come by 602 s" in page
    (failure,) = fromstring(write_junit(report)).findall(".//failure")
    assert "must come by 602 s" in (failure.text or "")


def test_rules_are_scored_by_their_delays_beside_what_a_standard_allows(played: list[Result]) -> None:
    rules = {one.rule_id: one for one in make_report(played, quiet_month()).rules}
    arcs = rules["arc_fault"]
    assert (arcs.expected, arcs.detected, arcs.misses, arcs.allowed_seconds) == (1, 1, 0, 30.0)
    assert arcs.delays is not None
    assert arcs.delays.longest == pytest.approx(0.25)
    assert rules["zone_fire_warning"].false_per_building_day == 20 / 20
    assert rules["smoke_prealarm"].notes == 50
    slow = replace(arcs, beyond_allowance=1)
    assert not replace(make_report(played), rules=[slow]).passed


def test_ordinary_life_has_limits(played: list[Result]) -> None:
    red, loud = quiet_month(), quiet_month()
    red.ours["red", "zone_fire_likelihood", 0] = 1
    loud.ours["warning", "zone_fire_warning", 0] = 14
    assert quiet_month().keeps_limits
    assert not make_report(played, red).passed
    assert not make_report(played, loud).passed


def test_ordinary_operation_of_water_has_limits_and_is_told_by_rule_and_building(
    played: list[Result],
) -> None:
    month = Calls(Part.WATER, 2, 30)
    month.counts[Call.AFTER_TEST, "hydrant_pressure_low", 1] = 7
    quiet = make_report(played, quiet_month(), operation=[month])
    assert quiet.passed
    loud = Calls(Part.WATER, 2, 30)
    loud.counts[Call.ABOVE_BLUE, "hydrant_pressure_low", 1] = 3
    report = make_report(played, quiet_month(), operation=[loud])
    assert not report.passed
    (failure,) = fromstring(write_junit(report)).findall(".//failure")
    assert "above blue 3" in (failure.get("message") or "")
    assert json.loads(write_json(report))["operation"][0]["raised"] == [
        {"call": "above_blue", "rule": "hydrant_pressure_low", "building": 1, "count": 3}
    ]
    assert "<td>B002</td>" in write_page(report)
    scores = {one.rule_id: one for one in score_rules(played, quiet_month(), [loud])}
    assert scores["hydrant_pressure_low"].false_alarms == 3


def test_a_change_that_nothing_notices_needs_a_reason(played: list[Result]) -> None:
    unnoticed = Outcome(Mutant("gas_leak", "limit", 12.0), 10.0, None, "", "")
    assert not make_report(played, mutations=[unnoticed]).passed
    assert make_report(played, mutations=[replace(unnoticed, excuse="it is so")]).passed
    assert make_report(played, mutations=[replace(unnoticed, killed_by="gas_leaks")]).passed


def test_the_page_needs_nothing_else_and_is_in_both_languages(played: list[Result]) -> None:
    page = write_page(make_report(played, quiet_month()))
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "<script" not in page
    assert page.count('lang="zh"') > 50
    assert page.count("<svg") == len(played)
    assert 'class="limit"' in page
