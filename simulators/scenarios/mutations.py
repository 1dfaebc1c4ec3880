"""Are the scenarios worth anything? With each rule off, and each number 20 % the wrong way, one of them must fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.catalogue import CATALOGUE
from rules.overrides import Key
from rules.rule import Parameter, Rule
from simulators.scenarios.excuses import EXCUSES
from simulators.scenarios.playing import play
from simulators.scenarios.scenario import Scenario
from simulators.scenarios.verdict import judge

SHARE = 0.20
_LOW_RULES = frozenset(
    {
        "water_freezing",
        "hydrant_pressure_zero",
        "tank_level_low",
        "tank_empty",
        "voltage_low",
        "battery_low",
        "phase_loss",
        "hydrant_pressure_low",
        "hydrant_dynamic_low",
        "jockey_pressure_low",
    }
)
"""Rules on too little: a lower limit sees less."""
_LOW_LIMITS = frozenset(
    {
        "limit",
        "half",
        "empty",
        "first_class_limit",
        "tall_limit",
        "industrial_limit",
        "sprinkler_limit",
        "high_rise_limit",
    }
)
_LOWER_SEES_LESS = (
    "off_seconds",
    "clears_from",
    "falls_by",
    "rises_by",
    "good_samples",
    "sensitivity",
    "_least",
)
_LOWER_SEES_LESS_EXACTLY = frozenset(
    {"enabled", "within_days", "still_below", "slowest_seconds", "slowest_fast_seconds", "steady"}
)
_WINDOWED = frozenset(
    {
        "fire_confirmed_two_devices",
        "fire_confirmed_smoke_flow",
        "fire_two_zones",
        "fire_multi_floor",
        "device_chatter",
    }
)


@dataclass(frozen=True)
class Mutant:
    """A rule that says nothing (`parameter` None), or one of its numbers moved the wrong way."""

    rule_id: str
    parameter: str | None
    value: float | None

    @property
    def changed(self) -> Mapping[Key, float]:
        return (
            {}
            if self.parameter is None or self.value is None
            else {(self.rule_id, self.parameter): self.value}
        )

    @property
    def without(self) -> frozenset[str]:
        return frozenset({self.rule_id}) if self.parameter is None else frozenset()

    @property
    def name(self) -> str:
        return self.rule_id if self.parameter is None else f"{self.rule_id}.{self.parameter}"


@dataclass(frozen=True)
class Outcome:
    """Which scenario failed, and by what; of what survived why, where that is known."""

    mutant: Mutant
    default: float | None
    killed_by: str | None
    problem: str
    excuse: str

    @property
    def is_explained(self) -> bool:
        return self.killed_by is not None or bool(self.excuse)


def list_mutants() -> Iterator[Mutant]:
    """Every rule off, then every number moved."""
    for rule in CATALOGUE:
        yield Mutant(rule.id, None, None)
    for rule in CATALOGUE:
        for parameter in rule.parameters:
            yield Mutant(rule.id, parameter.name, move(rule, parameter))


def move(rule: Rule, parameter: Parameter) -> float:
    """The number 20 % to the side on which the rule says less, or later, or ends sooner."""
    if lower_sees_less(rule.id, parameter.name):
        return parameter.default - SHARE * abs(parameter.default)
    return parameter.default + SHARE * abs(parameter.default)


def lower_sees_less(rule_id: str, name: str) -> bool:
    """Whether a smaller number is the wrong way."""
    if name.endswith("_least"):
        # A bound below which no value can be true sees less when it is lower, and all of them are negative.
        return True
    if name == "window_seconds" and rule_id in _WINDOWED:
        return True
    if rule_id in _LOW_RULES and name in _LOW_LIMITS:
        return True
    return name in _LOWER_SEES_LESS_EXACTLY or name.endswith(_LOWER_SEES_LESS)


def try_mutant(mutant: Mutant, scenarios: Sequence[Scenario]) -> Outcome:
    """Play what concerns the rule until something fails; the shortest first."""
    rule = next(rule for rule in CATALOGUE if rule.id == mutant.rule_id)
    default = next((one.default for one in rule.parameters if one.name == mutant.parameter), None)
    if default == 0.0:
        return Outcome(mutant, default, None, "", "it is nought, and a fifth of nought is nothing")
    for scenario in sorted(_concerning(mutant.rule_id, scenarios), key=_cost):
        verdict = judge(scenario, play(scenario, mutant.changed, mutant.without).told)
        if not verdict.passed:
            return Outcome(mutant, default, scenario.name, verdict.problems[0], "")
    return Outcome(mutant, default, None, "", EXCUSES.get((mutant.rule_id, mutant.parameter or ""), ""))


def _concerning(rule_id: str, scenarios: Iterable[Scenario]) -> list[Scenario]:
    return [one for one in scenarios if rule_id in one.rules]


def _cost(scenario: Scenario) -> float:
    """About how long it takes to play."""
    return 1e4 if scenario.past is not None else scenario.lasts / max(scenario.step, scenario.interval or 0.0)
