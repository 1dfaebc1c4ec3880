"""The acceptance report in a real browser: no complaints, a language at a time, and pages of A4."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser

from simulators.acceptance.page import write_page
from simulators.acceptance.report import Report
from simulators.acceptance.results import Check
from simulators.acceptance.scores import score_promises, score_rules
from simulators.acceptance.suite import play_one
from simulators.scenarios.scenario_file import read_library
from tests.desk.conftest import Complaints

A4_POINTS = (595, 842)


def test_the_report_opens_without_complaint_in_one_language_or_both_and_prints_on_a4(
    browser: Browser, tmp_path: Path
) -> None:
    results = [
        play_one(one)
        for one in read_library()
        if one.name in ("fire_fast", "arcs", "hydrant_dry", "leak_grows")
    ]
    failed = Check("arc_fault", "E1/arc", None, 10.0, ("did not come",))
    results[0] = replace(results[0], checks=(failed,))
    report = Report(datetime.now(UTC), "0", results, score_rules(results, None), score_promises(results))
    file = tmp_path / "report.html"
    file.write_text(write_page(report), encoding="utf-8")
    complaints = Complaints()
    page = browser.new_page(viewport={"width": 794, "height": 1123})
    complaints.watch(page)
    page.goto(file.as_uri())
    heading = page.locator("h1")
    assert heading.inner_text().strip() == "烽燧验收报告Fengsui acceptance report"
    page.locator("label[for=en]").click()
    assert heading.inner_text().strip() == "Fengsui acceptance report"
    page.locator("label[for=zh]").click()
    assert heading.inner_text().strip() == "烽燧验收报告"
    assert page.locator("svg").count() == len(results)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.emulate_media(media="print")
    assert page.locator(".languages").is_hidden()
    printed = page.pdf(prefer_css_page_size=True)
    sizes = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", printed)
    assert sizes
    assert all((round(float(width)), round(float(height))) == A4_POINTS for width, height in sizes)
    assert complaints.unexpected() == []
    page.close()
