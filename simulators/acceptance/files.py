"""The report for machines: JUnit XML and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from simulators.acceptance.month import Cries
from simulators.acceptance.operation.calls import FALSE_A_BUILDING_YEAR_AT_MOST, Call, Calls
from simulators.acceptance.report import Report
from simulators.acceptance.results import Result


def write_junit(report: Report) -> str:
    """One test case a scenario, one for ordinary life, one a mutant."""
    root = Element("testsuites", name="fengsui accept")
    _add_suite(root, "scenarios", [(one.name, one.seconds, one.problems) for one in report.results])
    if report.cries is not None:
        problems = [] if report.cries.keeps_limits else [tell_life(report.cries)]
        month = [("month", report.life_seconds, problems)]
        month += [
            (one.part.value, 0.0, [] if one.keeps_limits else [tell_operation(one)])
            for one in report.operation
        ]
        _add_suite(root, "ordinary life", month)
    if report.mutations:
        cases = [
            (one.mutant.name, 0.0, [] if one.is_explained else ["no scenario fails"])
            for one in report.mutations
        ]
        _add_suite(root, "mutations", cases)
    if report.live is not None:
        live = [(one.name, one.seconds, one.problems) for one in report.live.results]
        doors = [(one.what_en, 0.0, [] if one.refused else [one.answer]) for one in report.live.doors]
        _add_suite(root, "running service", live + doors)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _add_suite(root: Element, name: str, cases: list[tuple[str, float, list[str]]]) -> None:
    failures = sum(bool(problems) for _, _, problems in cases)
    seconds = sum(took for _, took, _ in cases)
    suite = SubElement(
        root, "testsuite", name=name, tests=str(len(cases)), failures=str(failures), time=f"{seconds:.3f}"
    )
    for case, took, problems in cases:
        element = SubElement(suite, "testcase", classname=f"accept.{name}", name=case, time=f"{took:.3f}")
        if problems:
            SubElement(element, "failure", message=problems[0]).text = "\n".join(problems)


def tell_life(cries: Cries) -> str:
    """What ordinary life came to, beside its limits."""
    return (
        f"red {cries.total('red')} (0), false fires {_tell_ratio(cries, 'fire')} (0.20), "
        f"false warnings {_tell_ratio(cries, 'warning')} (0.33) of a plain detector's"
    )


def tell_operation(calls: Calls) -> str:
    """What ordinary operation of a part came to, beside its limits."""
    return (
        f"red {calls.total(Call.RED)} (0), above blue {calls.total(Call.ABOVE_BLUE)}, "
        f"{calls.false_a_building_year:.2f} a building-year ({FALSE_A_BUILDING_YEAR_AT_MOST:g}), "
        f"after undeclared tests {calls.total(Call.AFTER_TEST)}"
    )


def _tell_ratio(cries: Cries, kind: str) -> str:
    ratio = cries.ratio(kind)
    return "none of either" if ratio is None else f"{ratio:.3f}"


def write_json(report: Report) -> str:
    """All figures, and each scenario with what it came to; readings are left to the page."""
    cries = report.cries
    document = {
        "made_at": report.made_at.isoformat(),
        "version": report.version,
        "passed": report.passed,
        "seconds": round(report.seconds, 1),
        "scenarios": [_describe(one) for one in report.results],
        "rules": [asdict(one) for one in report.rules],
        "promises": [asdict(one) | {"kept": one.is_kept} for one in report.promises],
        "life": None if cries is None else _describe_life(cries, report.life_seconds),
        "operation": [_describe_operation(one) for one in report.operation],
        "mutations": [asdict(one) | {"explained": one.is_explained} for one in report.mutations],
        "live": None
        if report.live is None
        else asdict(report.live)
        | {"passed": report.live.passed, "results": [_describe(one) for one in report.live.results]},
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _describe(result: Result) -> dict[str, object]:
    told = asdict(result)
    del told["lines"]
    return told | {"passed": result.passed, "problems": result.problems}


def _describe_life(cries: Cries, seconds: float) -> dict[str, object]:
    return {
        "buildings": cries.buildings,
        "days": cries.days,
        "readings": cries.readings,
        "computing_seconds": round(seconds, 1),
        "keeps_limits": cries.keeps_limits,
        "ratios": {kind: cries.ratio(kind) for kind in ("fire", "warning")},
        "plain": dict(cries.plain),
        "false": [*_list_cries(cries)],
    }


def _describe_operation(calls: Calls) -> dict[str, object]:
    return {
        "part": calls.part,
        "buildings": calls.buildings,
        "days": calls.days,
        "readings": calls.readings,
        "keeps_limits": calls.keeps_limits,
        "false_a_building_year": calls.false_a_building_year,
        "raised": [
            {"call": call, "rule": rule_id, "building": building, "count": count}
            for (call, rule_id, building), count in sorted(calls.counts.items())
        ],
    }


def _list_cries(cries: Cries) -> Iterator[dict[str, object]]:
    for (kind, rule_id, building), count in sorted(cries.ours.items()):
        yield {"kind": kind, "rule": rule_id, "building": building, "count": count}
