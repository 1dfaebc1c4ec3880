"""The numbers of the rules as they are in force: defaults, what standards say by class, and what a file sets by place.

A nearer place wins: default < built in by class < file: everywhere < class of heat detector < insulation of a cable <
class of building < building < use of zone < part of a water system < zone < device < sensor.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from rules.overrides import Key, Origin, Override, precedence
from rules.parameter_tables import read_standards
from rules.resolved import Resolved
from rules.rule import Parameter, Rule
from rules.subject_places import Selector
from schemas.roster import Roster

__all__ = ["InForce", "Parameters", "Resolved"]

VERSION_DIGITS = 12


@dataclass(frozen=True)
class InForce:
    """A value and where it comes from; `override` is None for the default."""

    parameter: Parameter
    value: float
    override: Override | None


@dataclass(frozen=True)
class Parameters:
    """Everything that is set, for one catalogue of rules."""

    overrides: tuple[Override, ...]
    catalogue: tuple[Rule, ...]

    @staticmethod
    def built_in(catalogue: tuple[Rule, ...]) -> Parameters:
        """The defaults of the catalogue and what standards say by class, for those rules that it has."""
        return Parameters(read_standards(catalogue), catalogue)

    def set_everywhere(self, values: Mapping[Key, float]) -> Parameters:
        """The same with other values everywhere, as a file would set them."""
        more = tuple(
            Override(Origin.FILE, Selector.EVERYWHERE, "", *key, value) for key, value in values.items()
        )
        kept = tuple(
            override for override in self.overrides if override.target not in {fresh.target for fresh in more}
        )
        return replace(self, overrides=kept + more)

    @cached_property
    def version(self) -> str:
        """What tells these numbers from all others: the same for the same content, however a file is written."""
        defaults = sorted(
            [rule.id, parameter.name, parameter.default]
            for rule in self.catalogue
            for parameter in rule.parameters
        )
        overrides = sorted([*override.target, override.value] for override in self.overrides)
        content = json.dumps([defaults, overrides], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()[:VERSION_DIGITS]

    def resolve(self, roster: Roster) -> Resolved:
        """Lay the numbers out as columns over everything that is registered."""
        return Resolved(self.catalogue, self.by_key, self.version, roster)

    def in_force(self, rule: Rule, at: Mapping[Selector, str]) -> Iterator[InForce]:
        """The values of a rule at one place, given by its name for each selector, and where they come from."""
        found = (self._by_place.get((rule.id, selector, place), ()) for selector, place in at.items())
        here = sorted(itertools.chain.from_iterable(found), key=precedence)
        for parameter in rule.parameters:
            last = next((o for o in reversed(here) if o.parameter == parameter.name), None)
            yield InForce(parameter, parameter.default if last is None else last.value, last)

    @cached_property
    def _by_place(self) -> dict[tuple[str, Selector, str], list[Override]]:
        found: dict[tuple[str, Selector, str], list[Override]] = {}
        for override in self.overrides:
            found.setdefault((override.rule_id, override.selector, override.place), []).append(override)
        return found

    @cached_property
    def by_key(self) -> dict[Key, list[Override]]:
        """What is set of each parameter, the nearest place last."""
        found: dict[Key, list[Override]] = {}
        for override in sorted(self.overrides, key=precedence):
            found.setdefault(override.key, []).append(override)
        return found
