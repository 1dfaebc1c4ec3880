"""What the results say of each rule and each promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rules.catalogue import CATALOGUE
from rules.rule import Rule
from schemas.domain import SignalClass
from simulators.acceptance.allowances import ALLOWED
from simulators.acceptance.month import Cries
from simulators.acceptance.operation.calls import Call, Calls
from simulators.acceptance.results import Check, Result


@dataclass(frozen=True)
class Delays:
    """Of so many alerts, in seconds."""

    count: int
    p50: float
    p95: float
    longest: float

    @staticmethod
    def of(delays: Sequence[float]) -> Delays | None:
        """None of no alerts at all."""
        if not delays:
            return None
        p50, p95 = np.percentile(delays, [50, 95])
        return Delays(len(delays), float(p50), float(p95), float(max(delays)))


@dataclass(frozen=True)
class RuleScore:
    """One rule over all scenarios, and in ordinary life.

    `allowed_seconds` is the standard's, None where none times it; `too_late` counts alerts beyond the latest time of
    their scenario. False ones are fires and warnings of ordinary life, and what is above blue in ordinary operation of
    water and wiring; notes in blue apart.
    """

    rule_id: str
    title_zh: str
    title_en: str
    signal_class: SignalClass
    expected: int
    detected: int
    too_late: int
    delays: Delays | None
    allowed_seconds: float | None
    allowed_by: str
    beyond_allowance: int
    false_alarms: int
    notes: int
    false_per_building_day: float | None

    @property
    def misses(self) -> int:
        return self.expected - self.detected


@dataclass(frozen=True)
class PromiseScore:
    """One promise: its scenarios, and the figure that was measured for it, in words."""

    number: int
    title_zh: str
    title_en: str
    scenarios: int
    passed: int
    figure_zh: str
    figure_en: str

    @property
    def is_kept(self) -> bool:
        return self.passed == self.scenarios


PROMISES = (
    ("不丢失任何数据", "Nothing is lost"),
    ("不重复计数", "Nothing is counted twice"),
    ("火情及时发现", "A fire is seen in time"),
    ("沉默不等于安全", "Silence is not safety"),
    ("一次警情一条告警", "An alert is an episode, not a message"),
    ("不越权", "No one gets in, or sees, where they do not belong"),
)


def score_rules(
    results: Sequence[Result], cries: Cries | None, operation: Sequence[Calls] = ()
) -> list[RuleScore]:
    """Every rule of the catalogue, in its order."""
    checks = [check for result in results for check in result.checks]
    return [
        _score_rule(rule, [one for one in checks if one.rule_id == rule.id], cries, operation)
        for rule in CATALOGUE
    ]


def _score_rule(
    rule: Rule, checks: Sequence[Check], cries: Cries | None, operation: Sequence[Calls]
) -> RuleScore:
    came = [one for one in checks if one.delay_seconds is not None]
    delays = [one.delay_seconds for one in came if one.delay_seconds is not None]
    allowance = ALLOWED.get(rule.id)
    false = 0 if cries is None else cries.total("fire", rule.id) + cries.total("warning", rule.id)
    false += sum(one.total(Call.ABOVE_BLUE, rule.id) for one in operation)
    notes = 0 if cries is None else cries.total("note", rule.id)
    notes += sum(one.total(Call.NOTE, rule.id) for one in operation)
    building_days = 0.0 if cries is None else cries.buildings * cries.days
    return RuleScore(
        rule.id,
        rule.title_zh,
        rule.title_en,
        rule.signal_class,
        len(checks),
        len(came),
        sum(one.delay_seconds > one.allowed_seconds for one in came if one.delay_seconds is not None),
        Delays.of(delays),
        None if allowance is None else allowance.seconds,
        "" if allowance is None else allowance.source,
        0 if allowance is None else sum(delay > allowance.seconds for delay in delays),
        false,
        notes,
        false / building_days if building_days else None,
    )


def score_promises(results: Sequence[Result]) -> list[PromiseScore]:
    """All six; those of which virtual time can show nothing say so."""
    return [
        _score_promise(number, [one for one in results if number in one.promises])
        for number in range(1, len(PROMISES) + 1)
    ]


def _score_promise(number: int, results: Sequence[Result]) -> PromiseScore:
    title_zh, title_en = PROMISES[number - 1]
    figure_zh, figure_en = _measure(number, results)
    passed = sum(one.passed for one in results)
    return PromiseScore(number, title_zh, title_en, len(results), passed, figure_zh, figure_en)


def _measure(number: int, results: Sequence[Result]) -> tuple[str, str]:
    match number:
        case 3:
            return _tell_delays(results, SignalClass.FIRE)
        case 4:
            return _tell_delays(results, SignalClass.FAULT)
        case 2 | 5:
            most = max((one.most_open for one in results), default=0)
            return (
                f"同一规则同一对象同时未结束的告警最多 {most} 条",
                f"at most {most} open at once of one rule and subject",
            )
        case 6:
            return (
                "仅能对运行中的服务验证（fengsui accept --against）",
                "to be shown of a running service only (fengsui accept --against)",
            )
    readings = sum(one.readings for one in results)
    return (
        f"虚拟时间内判定读数 {readings:,} 条；回执须对运行中的服务验证",
        f"{readings:,} readings judged in virtual time; receipts are shown of a running service only",
    )


def _tell_delays(results: Sequence[Result], signal_class: SignalClass) -> tuple[str, str]:
    classes = {rule.id: rule.signal_class for rule in CATALOGUE}
    delays = Delays.of(
        [
            check.delay_seconds
            for result in results
            for check in result.checks
            if check.delay_seconds is not None and classes[check.rule_id] is signal_class
        ]
    )
    if delays is None:
        return "无", "none"
    figures = f"p50 {delays.p50:.0f} s, p95 {delays.p95:.0f} s, max {delays.longest:.0f} s"
    return (
        f"{delays.count} 条告警，自出现起 {figures}",
        f"{delays.count} alerts, since there was something to see: {figures}",
    )
