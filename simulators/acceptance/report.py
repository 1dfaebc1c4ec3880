"""Everything an acceptance came to: what the page, the JUnit file and the JSON file tell of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from simulators.acceptance.live.scores import LiveScore
from simulators.acceptance.month import Cries
from simulators.acceptance.operation.calls import Calls
from simulators.acceptance.results import Result
from simulators.acceptance.scores import PromiseScore, RuleScore
from simulators.scenarios.mutations import Outcome


@dataclass(frozen=True)
class Report:
    """`seconds` is how long all of it took, `life_seconds` the computing for ordinary life, all processes together."""

    made_at: datetime
    version: str
    results: Sequence[Result]
    rules: Sequence[RuleScore]
    promises: Sequence[PromiseScore]
    cries: Cries | None = None
    operation: Sequence[Calls] = field(default_factory=tuple)
    mutations: Sequence[Outcome] = field(default_factory=tuple)
    live: LiveScore | None = None
    seconds: float = 0.0
    life_seconds: float = 0.0

    @property
    def failed(self) -> list[Result]:
        return [one for one in self.results if not one.passed]

    @property
    def unexplained(self) -> list[Outcome]:
        """Mutants that nothing noticed and nobody explained."""
        return [one for one in self.mutations if not one.is_explained]

    @property
    def slow_rules(self) -> list[RuleScore]:
        """Rules that took longer than a standard allows."""
        return [one for one in self.rules if one.beyond_allowance]

    @property
    def passed(self) -> bool:
        """Whether everything was as it must be."""
        life = self.cries is None or self.cries.keeps_limits
        life = life and all(one.keeps_limits for one in self.operation)
        live = self.live is None or self.live.passed
        return life and live and not (self.failed or self.unexplained or self.slow_rules)
