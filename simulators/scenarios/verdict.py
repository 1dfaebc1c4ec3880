"""Whether a scenario went as it must: every expectation met, nothing forbidden, nothing unexpected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from simulators.scenarios.playing import Told
from simulators.scenarios.scenario import Expectation, Forbidden, Scenario


@dataclass(frozen=True)
class Met:
    """One expectation and what came of it; `told` is None where nothing came, `problems` say what is not as it must."""

    expected: Expectation
    told: Told | None
    delay_seconds: float | None
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """`stray` are alerts that nobody expected, with why each is one too many."""

    scenario: Scenario
    met: tuple[Met, ...]
    stray: tuple[tuple[Told, str], ...]

    @property
    def passed(self) -> bool:
        return not self.stray and not any(one.problems for one in self.met)

    @property
    def problems(self) -> list[str]:
        """All that is wrong, in words."""
        missed = [
            f"{one.expected.rule} about {one.expected.about}: {said}"
            for one in self.met
            for said in one.problems
        ]
        return missed + [
            f"{told.rule_id} about {told.about} at {told.raised_at:g} s: {why}" for told, why in self.stray
        ]


def judge(scenario: Scenario, told: Sequence[Told]) -> Verdict:
    """Compare what was told with what must, may and must not be."""
    left = list(told)
    met = []
    for expected in scenario.expect:
        found = next(
            (one for one in left if one.rule_id == expected.rule and one.about == expected.about), None
        )
        if found is not None:
            left.remove(found)
        met.append(_compare(scenario, expected, found))
    stray = [(one, why) for one in told for why in _find_stray(scenario, one, expected=one not in left)]
    return Verdict(scenario, tuple(met), tuple(stray))


def _compare(scenario: Scenario, expected: Expectation, told: Told | None) -> Met:
    if told is None:
        return Met(expected, None, None, ("did not come",))
    delay = told.raised_at - scenario.onset(expected)
    return Met(expected, told, delay, tuple(_find_problems(expected, told)))


def _find_problems(expected: Expectation, told: Told) -> Iterator[str]:
    if told.raised_at > expected.by:
        yield f"came at {told.raised_at:g} s, must come by {expected.by:g} s"
    if told.raised_at < expected.not_before:
        yield f"came at {told.raised_at:g} s, must not come before {expected.not_before:g} s"
    if expected.severity is not None:
        at = [second for second, severity in told.graver if severity <= expected.severity]
        if told.peak != expected.severity:
            yield f"came to {told.peak.name.lower()}, must come to {expected.colour}"
        elif expected.colour_by is not None and at[0] > expected.colour_by:
            yield f"turned {expected.colour} at {at[0]:g} s, must do so by {expected.colour_by:g} s"
    yield from _find_wrong_end(expected, told)
    if told.test != expected.test:
        yield "is of class test, must not be" if told.test else "must be of class test"
    if expected.late and not told.late:
        yield "must be marked late"
    if expected.says and expected.says not in told.text:
        yield f"must say {expected.says!r}, says {told.text!r}"


def _find_wrong_end(expected: Expectation, told: Told) -> Iterator[str]:
    ended = told.cleared_at
    if expected.stays and ended is not None:
        yield f"ended at {ended:g} s, must stay"
    if expected.clears_not_before is not None and ended is not None and ended < expected.clears_not_before:
        yield f"ended at {ended:g} s, must not end before {expected.clears_not_before:g} s"
    if expected.clears_by is not None and (ended is None or ended > expected.clears_by):
        said = "did not end" if ended is None else f"ended at {ended:g} s"
        yield f"{said}, must end by {expected.clears_by:g} s"


def _find_stray(scenario: Scenario, told: Told, *, expected: bool) -> Iterator[str]:
    forbidden = next((one for one in scenario.forbid if _matches(one, told)), None)
    if forbidden is not None:
        yield f"forbidden: {forbidden.why}"
    elif not expected and not any(fnmatchcase(told.rule_id, pattern) for pattern in scenario.may):
        yield "not expected"


def _matches(forbidden: Forbidden, told: Told) -> bool:
    until = float("inf") if forbidden.until is None else forbidden.until
    return (
        fnmatchcase(told.rule_id, forbidden.rule)
        and fnmatchcase(told.about, forbidden.about)
        and forbidden.signal_class in (None, told.signal_class)
        and forbidden.not_before <= told.raised_at < until
    )
