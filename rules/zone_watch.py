"""Turns the likelihood of a fire in a zone into warnings and fires of that zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rules.changes import Change, ChangeKind
from rules.conditions import Conditions
from rules.evidence import SCALE
from rules.likelihood import Likelihood, Total
from rules.parameters import Resolved
from rules.places import Places
from rules.rule import Rule, seconds
from schemas.columns import NEVER


@dataclass(frozen=True)
class ZoneRule(Rule):
    """A rule on what shows in a zone. It raises at `limit` over `sensitivity` and ends below `clears_below` for `off_seconds`.

    `score` gives the figure: the points, or something made of the strongest signs. It may never fall when a value rises.
    """

    score: Callable[[Likelihood, int, Total], float] = lambda likelihood, zone, total: total.points / SCALE
    unit: str = "points"


class ZoneWatch:
    """Conditions of the rules on zones."""

    def __init__(self, rules: tuple[ZoneRule, ...], likelihood: Likelihood) -> None:
        self._rules = rules
        self._likelihood = likelihood
        self.conditions = Conditions()

    def adopt(self, places: Places, parameters: Resolved) -> None:
        self._places, self._parameters = places, parameters

    def look(self, zone: int, at: int) -> Iterator[Change]:
        """The zone's points may be others now."""
        total = self._likelihood.total(zone)
        for rule in self._rules:
            key, score = (rule.id, zone), rule.score(self._likelihood, zone, total)
            condition = self.conditions.active.get(key)
            if condition is not None:
                if score >= self._value(rule, "clears_below", zone):
                    condition.low_since = NEVER
                elif condition.low_since == NEVER:
                    condition.low_since = at
            elif score >= self.limit(rule, zone) and self.conditions.begin(key, at, rule.severity):
                yield self._tell(ChangeKind.RAISE, rule, zone, at, score, total)

    def tick(self, now: int) -> Iterator[Change]:
        """End what has been low for long enough. A sensor that fell silent holds what it last showed."""
        for rule in self._rules:
            for key, condition in sorted(self.conditions.active.items()):
                if key[0] != rule.id or condition.low_since == NEVER:
                    continue
                at = condition.low_since + seconds(self._value(rule, "off_seconds", key[1]))
                if now >= at:
                    self.conditions.end(key, at)
                    total = self._likelihood.total(key[1])
                    score = rule.score(self._likelihood, key[1], total)
                    yield self._tell(ChangeKind.CLEAR, rule, key[1], at, score, total)

    def limit(self, rule: ZoneRule, zone: int) -> float:
        """Points from which the rule raises in a zone; a more sensitive zone needs fewer."""
        return self._value(rule, "limit", zone) / self._value(rule, "sensitivity", zone)

    def _value(self, rule: ZoneRule, name: str, zone: int) -> float:
        return self._parameters.of_zone(rule.id, name, zone)

    def _tell(
        self, kind: ChangeKind, rule: ZoneRule, zone: int, at: int, score: float, total: Total
    ) -> Change:
        building = self._places.building_of_zone(zone)
        return Change(
            kind,
            rule,
            self._places.zone(zone),
            at,
            rule.severity,
            value=score,
            limit=self.limit(rule, zone),
            unit=rule.unit,
            parts=self._likelihood.explain(zone, total, self._places.zone_code),
            scope_id=self._places.find_scope(at, building, zone),
        )
