"""The report as one HTML page that needs nothing else: for the screen, and for A4 on paper to be signed."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from simulators.acceptance.chart import draw
from simulators.acceptance.markup import badge, both, figure, table, tell_time
from simulators.acceptance.page_operation import tell_operation
from simulators.acceptance.page_parts import tell_life, tell_live, tell_mutations
from simulators.acceptance.report import Report
from simulators.acceptance.results import Result
from simulators.acceptance.scores import RuleScore

_CSS = files("simulators.acceptance") / "page.css"


def write_page(report: Report) -> str:
    """The whole page; languages are switched without a script."""
    switches = "".join(
        f'<input class="language" type="radio" name="language" id="{code}"{" checked" if code == "both" else ""}>'
        for code in ("zh", "en", "both")
    )
    labels = "".join(
        f'<label for="{code}">{name}</label>'
        for code, name in (("zh", "中文"), ("en", "English"), ("both", "中 / EN"))
    )
    return (
        '<!doctype html>\n<html lang="zh"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>烽燧验收报告 · Fengsui acceptance report</title><style>{_CSS.read_text(encoding='utf-8')}</style>"
        f'</head><body>{switches}<div class="languages">{labels}</div><main>'
        + "".join(_write_parts(report))
        + "</main></body></html>\n"
    )


def _write_parts(report: Report) -> Iterator[str]:
    yield f"<h1>{both('烽燧验收报告', 'Fengsui acceptance report')}</h1>"
    yield _tell_summary(report)
    yield f"<h2>{both('承诺', 'Promises')}</h2>"
    yield _tell_promises(report)
    if report.live is not None:
        yield from tell_live(report.live)
    if report.rules:
        yield f"<h2>{both('规则', 'Rules')}</h2>"
        yield _tell_rules(report)
    if report.cries is not None:
        yield from tell_life(report.cries, report.life_seconds)
    for calls in report.operation:
        yield from tell_operation(calls)
    if report.mutations:
        yield from tell_mutations(report.mutations)
    if report.results:
        yield f"<h2>{both('场景', 'Scenarios')}</h2>"
    for result in [*report.failed, *(one for one in report.results if one.passed)]:
        yield _tell_scenario(result)
    yield (
        f'<div class="sign"><div>{both("验收人", "Accepted by")}</div><div>{both("日期", "Date")}</div></div>'
    )


def _tell_summary(report: Report) -> str:
    checks = [check for result in report.results for check in result.checks]
    came = sum(check.delay_seconds is not None for check in checks)
    rows = [
        (both("结论", "Verdict"), badge(report.passed)),
        (both("时间", "Made at"), escape(report.made_at.strftime("%Y-%m-%d %H:%M %z"))),
        (both("版本", "Version"), escape(report.version)),
        (
            both("场景", "Scenarios"),
            f"{len(report.results) - len(report.failed)} / {len(report.results)}",
        ),
        (both("应有告警", "Alerts expected, and come"), f"{came} / {len(checks)}"),
        (both("用时", "Took"), tell_time(report.seconds)),
    ]
    return table(("", ""), rows, numbers_from=2)


def _tell_promises(report: Report) -> str:
    rows = [
        (
            str(one.number),
            both(one.title_zh, one.title_en),
            both(one.figure_zh, one.figure_en),
            f"{one.passed} / {one.scenarios}",
            badge(one.is_kept) if one.scenarios else "–",
        )
        for one in report.promises
    ]
    head = (
        "",
        both("承诺", "Promise"),
        both("实测", "Measured"),
        both("场景", "Scenarios"),
        both("结论", "Verdict"),
    )
    return table(head, rows, numbers_from=3)


def _tell_rules(report: Report) -> str:
    head = (
        both("规则", "Rule"),
        both("发现/应有", "Seen / expected"),
        both("漏报", "Misses"),
        both("延迟 p50", "Delay p50"),
        "p95",
        both("最长", "Longest"),
        both("标准允许", "Standard allows"),
        both("误报/楼·日", "False a building-day"),
        both("依据", "Source"),
    )
    return table(head, (_tell_rule(one) for one in report.rules))


def _tell_rule(one: RuleScore) -> tuple[str, ...]:
    delays = one.delays
    over = ' class="bad"' if one.beyond_allowance else ""
    return (
        f"{both(one.title_zh, one.title_en)}<br><code>{one.rule_id}</code>",
        f"{one.detected} / {one.expected}",
        f'<span class="{"bad" if one.misses else "ok"}">{one.misses}</span>',
        tell_time(None if delays is None else delays.p50),
        tell_time(None if delays is None else delays.p95),
        f"<span{over}>{tell_time(None if delays is None else delays.longest)}</span>",
        tell_time(one.allowed_seconds) if one.allowed_seconds is not None else both("设计值", "design value"),
        figure(one.false_per_building_day, digits=4),
        f"<small>{escape(one.allowed_by)}</small>",
    )


def _tell_scenario(result: Result) -> str:
    problems = "".join(f'<p class="problems">{escape(said)}</p>' for said in result.problems)
    delays = ", ".join(
        f"{check.rule_id} {tell_time(check.delay_seconds)} (≤ {tell_time(check.allowed_seconds)})"
        for check in result.checks
    )
    return (
        f'<figure id="{escape(result.name)}"><h3>{badge(result.passed)} '
        f"{both(result.title_zh, result.title_en)} <code>{escape(result.name)}</code></h3>"
        f"{problems}<figcaption>{escape(delays)}</figcaption>{draw(result)}</figure>"
    )
