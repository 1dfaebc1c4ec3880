"""The parts of the page that are not always there: ordinary life, mutants, a running service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from simulators.acceptance.live.scores import LiveScore
from simulators.acceptance.markup import badge, both, figure, table, tell_time
from simulators.acceptance.month import FALSE_FIRES_AT_MOST, FALSE_WARNINGS_AT_MOST, Cries
from simulators.scenarios.mutations import Outcome


def tell_life(cries: Cries, seconds: float) -> Iterator[str]:
    """False alarms of ordinary life beside their limits, by rule and by building."""
    yield f"<h2>{both('平常生活', 'Ordinary life')} {badge(cries.keeps_limits)}</h2>"
    yield "<p>" + both(
        f"{cries.buildings} 栋楼，{cries.days:g} 天，读数 {cries.readings:,} 条；"
        f"全月（含给水与配电）计算用时 {seconds:.0f} s",
        f"{cries.buildings} buildings, {cries.days:g} days, {cries.readings:,} readings; "
        f"{seconds:.0f} s of computing for the month, water and wiring included",
    )
    yield "</p>"
    limits = (
        ("fire", "误报火警", "false fires", FALSE_FIRES_AT_MOST),
        ("warning", "误报预警", "false warnings", FALSE_WARNINGS_AT_MOST),
    )
    rows = [
        (
            both(zh, en),
            f"{cries.total(kind):,}",
            f"{cries.plain[kind]:,}",
            figure(cries.ratio(kind), digits=3),
            f"≤ {limit:g}",
        )
        for kind, zh, en, limit in limits
    ]
    rows.append((both("红色", "red"), str(cries.total("red")), "–", "–", "0"))
    head = (
        "",
        both("本系统", "ours"),
        both("固定阈值探测器", "fixed limits"),
        both("比值", "ratio"),
        both("限值", "limit"),
    )
    yield table(head, rows)
    yield _tell_by_rule(cries)
    yield _tell_by_building(cries)


def _tell_by_rule(cries: Cries) -> str:
    days = cries.buildings * cries.days
    rules = sorted({rule for _, rule, _ in cries.ours})
    rows = [
        (
            f"<code>{rule}</code>",
            *(f"{cries.total(kind, rule):,}" for kind in ("red", "fire", "warning", "note")),
            figure((cries.total("fire", rule) + cries.total("warning", rule)) / days, digits=4),
        )
        for rule in rules
    ]
    head = (
        both("规则", "Rule"),
        both("红色", "red"),
        both("火警", "fire"),
        both("预警", "warning"),
        both("蓝色提示", "notes in blue"),
        both("每楼每日", "a building-day"),
    )
    return table(head, rows)


def _tell_by_building(cries: Cries) -> str:
    rows = [
        (
            f"B{building + 1:03d}",
            *(f"{cries.total(kind, building=building):,}" for kind in ("red", "fire", "warning", "note")),
        )
        for building in range(cries.buildings)
    ]
    head = (
        both("建筑", "Building"),
        both("红色", "red"),
        both("火警", "fire"),
        both("预警", "warning"),
        both("蓝色提示", "notes in blue"),
    )
    return table(head, rows)


def tell_mutations(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Each rule off and each number moved: which scenario noticed, or why none does."""
    noticed = sum(one.killed_by is not None for one in outcomes)
    yield f"<h2>{both('变异检查', 'Mutations')} {badge(all(one.is_explained for one in outcomes))}</h2>"
    yield "<p>" + both(
        f"{len(outcomes)} 项改动，{noticed} 项被场景发现，其余说明原因",
        f"{len(outcomes)} changes, {noticed} noticed by a scenario; of the others, why not",
    )
    yield "</p>"
    rows = [
        (
            f"<code>{escape(one.mutant.name)}</code>",
            both("停用", "off")
            if one.mutant.value is None
            else f"{figure(one.default, digits=4)} → {figure(one.mutant.value, digits=4)}",
            f"<code>{escape(one.killed_by)}</code>" if one.killed_by else escape(one.excuse) or badge(False),
        )
        for one in sorted(outcomes, key=lambda one: (one.killed_by is not None, one.mutant.name))
    ]
    yield table((both("改动", "Change"), "", both("发现者", "Noticed by")), rows, numbers_from=3)


def tell_live(live: LiveScore) -> Iterator[str]:
    """What a running service did in real time."""
    yield f"<h2>{both('对运行服务的验收', 'Against a running service')} {badge(live.passed)}</h2>"
    visible = live.visible
    rows = [
        (both("服务地址", "Service"), escape(live.url)),
        (
            both("场景", "Scenarios"),
            f"{sum(one.passed for one in live.results)} / {len(live.results)}",
        ),
        (
            both("发布 → 接口可见", "Published → visible in the API"),
            "–"
            if visible is None
            else f"p50 {tell_time(visible.p50)}, p95 {tell_time(visible.p95)}, "
            f"max {tell_time(visible.longest)} ({visible.count})",
        ),
        (
            both("发布 / 代理确认 / 回执", "Published / acknowledged / receipted"),
            f"{live.published:,} / {live.acknowledged:,} / {live.receipted:,}",
        ),
        (both("清理后仍未关闭的告警", "Alerts left open after cleaning up"), str(live.left_open)),
        *((both(door.what_zh, door.what_en), badge(door.refused)) for door in live.doors),
    ]
    yield table(("", ""), rows, numbers_from=2)
    played = [
        (
            badge(one.passed),
            f"{both(one.title_zh, one.title_en)} <code>{escape(one.name)}</code>",
            escape("; ".join(one.problems))
            or ", ".join(tell_time(check.delay_seconds) for check in one.checks),
        )
        for one in live.results
    ]
    yield table(("", both("场景", "Scenario"), both("延迟", "Delay")), played, numbers_from=3)
