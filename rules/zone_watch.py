"""Turns the likelihood of a fire in a zone into warnings and fires of that zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.changes import Change, ChangeKind
from rules.conditions import Condition, Conditions, Key
from rules.evidence import SCALE
from rules.likelihood import Likelihood, Total
from rules.parameters import Resolved
from rules.places import Places
from rules.rule import Rule
from schemas.columns import MICROSECONDS, NEVER
from schemas.domain import Severity

LOW = np.dtype(
    [
        ("rule", "U64"),
        ("zone_id", np.int32),
        ("since", np.int64),
        ("severity", np.int8),
        ("low_since", np.int64),
    ]
)


@dataclass(frozen=True)
class ZoneRule(Rule):
    """A rule on what shows in a zone: it raises at `limit` over `sensitivity` and ends below `clears_below`.

    `score` gives the figure: the points, or something made of the strongest signs. It never falls when a value rises.
    """

    score: Callable[[Total], float] = lambda total: total.points / SCALE
    unit: str = "points"
    # The parameter from which on, over `sensitivity`, what is active turns red; it stays so until its end.
    red_from: str | None = None


class Limits:
    """The numbers of a rule in each zone (n_zones,): what raises it, what keeps it up, from where on it is red, and for
    how long it must be low. A more sensitive zone needs less.

    They are asked for one zone at a time: Python reads a single number out of a memoryview faster than out of an array.
    """

    __slots__ = ("clears_below", "limit", "off_us", "red_from", "rule")

    def __init__(self, rule: ZoneRule, parameters: Resolved) -> None:
        def column(name: str) -> NDArray[np.float64]:
            return parameters.of_all_zones(rule.id, name)

        sensitivity = column("sensitivity")
        red_from = column(rule.red_from) / sensitivity if rule.red_from else np.full(len(sensitivity), np.inf)
        off_us = np.rint(column("off_seconds") * MICROSECONDS).astype(np.int64)
        self.rule, self.red_from, self.off_us = rule, red_from.data, off_us.data
        self.limit = (column("limit") / sensitivity).data
        self.clears_below = column("clears_below").copy().data


class ZoneWatch:
    """Conditions of the rules on zones."""

    def __init__(self, rules: tuple[ZoneRule, ...], likelihood: Likelihood) -> None:
        self._rules = rules
        self._likelihood = likelihood
        self.conditions = Conditions()

    def adopt(self, places: Places, parameters: Resolved) -> None:
        self._places = places
        self._limits = [Limits(rule, parameters) for rule in self._rules]
        self.conditions.unseen.update(self.conditions.active)

    def look(self, zone: int, at: int) -> list[Change]:
        """The zone's points may be others now."""
        total = self._likelihood.total(zone)
        active, found = self.conditions.active, list[Change]()
        self._likelihood.look_again.discard(zone)
        for limits in self._limits:
            rule = limits.rule
            score, red_from = rule.score(total), limits.red_from[zone]
            condition = active.get((rule.id, zone))
            if condition is not None:
                if score >= limits.clears_below[zone]:
                    condition.low_since = NEVER
                elif condition.low_since == NEVER:
                    condition.low_since = at
                if score >= red_from and condition.severity != Severity.RED:
                    condition.severity = Severity.RED
                    found.append(
                        self._tell(ChangeKind.SEVERITY, limits, zone, at, score, total, Severity.RED)
                    )
            elif score >= limits.limit[zone]:
                severity = Severity.RED if score >= red_from else rule.severity
                if self.conditions.begin((rule.id, zone), at, severity):
                    found.append(self._tell(ChangeKind.RAISE, limits, zone, at, score, total, severity))
                else:
                    self._likelihood.look_again.add(zone)
        return found

    def tick(self, now: int) -> Iterator[Change]:
        """End what has been low for long enough. A sensor that fell silent holds what it last showed."""
        self._look_at_unseen(now)
        low = sorted(key for key, condition in self.conditions.active.items() if condition.low_since != NEVER)
        for limits in self._limits:
            for key in low:
                if key[0] == limits.rule.id:
                    yield from self._end(limits, key, now)

    def _look_at_unseen(self, now: int) -> None:
        """After a restart without a snapshot nobody saw it fall; by other numbers it may be low as it is."""
        for limits in self._limits:
            for key in self.conditions.unseen:
                condition = self.conditions.active.get(key) if key[0] == limits.rule.id else None
                if condition is not None and condition.low_since == NEVER:
                    score = limits.rule.score(self._likelihood.total(key[1]))
                    if score < limits.clears_below[key[1]]:
                        condition.low_since = now
        self.conditions.unseen.clear()

    def _end(self, limits: Limits, key: Key, now: int) -> Iterator[Change]:
        zone, condition = key[1], self.conditions.active[key]
        at = condition.low_since + limits.off_us[zone]
        if now >= at:
            self.conditions.end(key, at)
            total = self._likelihood.total(zone)
            score, severity = limits.rule.score(total), Severity(condition.severity)
            yield self._tell(ChangeKind.CLEAR, limits, zone, at, score, total, severity)

    def take_snapshot(self, zones: set[int], zone_id: NDArray[np.int32]) -> NDArray[np.void]:
        """Since when what is active in these zones has been low, (n,) of `LOW`."""
        rows = [
            (rule.id, zone_id[zone], condition.since, condition.severity, condition.low_since)
            for rule in self._rules
            for (rule_id, zone), condition in sorted(self.conditions.active.items())
            if rule_id == rule.id and zone in zones
        ]
        return np.array(rows, LOW)

    def restore_snapshot(self, rows: NDArray[np.void], slots: Mapping[int, int]) -> None:
        """Take over what `take_snapshot` knew; `slots` finds zones by id."""
        mine = {rule.id for rule in self._rules}
        for rule_id, zone_id, since, severity, low_since in rows.tolist():
            if zone_id in slots and rule_id in mine:
                self.conditions.active[rule_id, slots[zone_id]] = Condition(since, severity, low_since)

    def _tell(
        self,
        kind: ChangeKind,
        limits: Limits,
        zone: int,
        at: int,
        score: float,
        total: Total,
        severity: Severity,
    ) -> Change:
        building = self._places.building_of_zone(zone)
        return Change(
            kind,
            limits.rule,
            self._places.zone(zone),
            at,
            severity,
            value=score,
            limit=limits.limit[zone],
            unit=limits.rule.unit,
            parts=self._likelihood.explain(zone, total, self._places.zone_code),
            scope_id=self._places.find_scope(at, building, zone),
        )
