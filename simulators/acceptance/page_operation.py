"""The page's part on ordinary operation of water and wiring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulators.acceptance.markup import badge, both, figure, table
from simulators.acceptance.operation.calls import FALSE_A_BUILDING_YEAR_AT_MOST, Call, Calls, Part

_NAMES = {
    Part.WATER: ("消防给水正常运行", "Ordinary operation of fire-fighting water"),
    Part.ELECTRICAL: ("配电正常运行", "Ordinary operation of wiring"),
}
_CALLS = (Call.RED, Call.ABOVE_BLUE, Call.NOTE, Call.AFTER_TEST)
_HEAD = (
    both("红色", "red"),
    both("蓝色以上", "above blue"),
    both("蓝色提示", "notes in blue"),
    both("未申报试验之后", "after undeclared tests"),
)


def tell_operation(calls: Calls) -> Iterator[str]:
    """What was raised though nothing fails, beside its limits, by rule and by building."""
    yield f"<h2>{both(*_NAMES[calls.part])} {badge(calls.keeps_limits)}</h2><p>"
    yield both(
        f"{calls.buildings} 栋楼，{calls.days} 天，读数 {calls.readings:,} 条",
        f"{calls.buildings} buildings, {calls.days} days, {calls.readings:,} readings",
    )
    yield "</p>"
    rate = figure(calls.false_a_building_year, digits=2)
    rows = [
        (both("红色", "red"), str(calls.total(Call.RED)), "0"),
        (
            both("蓝色以上，每楼每年", "above blue, a building-year"),
            rate,
            f"≤ {FALSE_A_BUILDING_YEAR_AT_MOST:g}",
        ),
    ]
    yield table(("", both("本系统", "ours"), both("限值", "limit")), rows)
    if not calls.counts:
        return
    rules = sorted({rule for _, rule, _ in calls.counts})
    of_rules = [
        (f"<code>{rule}</code>", *(f"{calls.total(call, rule):,}" for call in _CALLS)) for rule in rules
    ]
    yield table((both("规则", "Rule"), *_HEAD), of_rules)
    yield table((both("建筑", "Building"), *_HEAD), _list_buildings(calls))


def _list_buildings(calls: Calls) -> Sequence[tuple[str, ...]]:
    return [
        (f"B{building + 1:03d}", *(f"{calls.total(call, building=building):,}" for call in _CALLS))
        for building in range(calls.buildings)
    ]
