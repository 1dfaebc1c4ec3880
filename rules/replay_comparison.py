"""What a replay would raise, beside the alerts that there were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rules.replay import Episode, Key
from rules.rule import seconds
from schemas.domain import Severity

# What is judged by the time of receipt falls up to a tick and a half from where it fell when it was live.
TOLERANCE_US = seconds(60)


@dataclass(frozen=True)
class KnownAlert:
    """An alert of the tables, as far as a replay is compared with it."""

    key: Key
    raised_at: int
    closed_at: int | None
    severity: Severity

    def covers(self, at: int) -> bool:
        """Whether what is raised then is this alert: an alert stays one until a person or the end closes it."""
        return self.raised_at - TOLERANCE_US <= at and (self.closed_at is None or at <= self.closed_at)


@dataclass
class Comparison:
    """`same` alerts, `new` episodes that no alert covers, `missing` alerts, and those of another gravest colour."""

    same: list[KnownAlert] = field(default_factory=list)
    new: list[Episode] = field(default_factory=list)
    missing: list[KnownAlert] = field(default_factory=list)
    other_colour: list[tuple[KnownAlert, Severity]] = field(default_factory=list)


def compare(episodes: Iterable[Episode], alerts: Iterable[KnownAlert], start: int) -> Comparison:
    """Match episodes with alerts of the same rule and subject; `start` is where the span begins.

    An alert from before the span covers what is raised again under it, but is neither missing nor of another colour.
    """
    by_key: dict[Key, list[KnownAlert]] = {}
    found: dict[KnownAlert, Severity | None] = {}
    for alert in alerts:
        by_key.setdefault(alert.key, []).append(alert)
        found[alert] = None
    result = Comparison()
    for episode in episodes:
        covering = [alert for alert in by_key.get(episode.key, ()) if alert.covers(episode.raised_at)]
        if not covering:
            result.new.append(episode)
            continue
        alert = covering[-1]
        gravest = found[alert]
        found[alert] = episode.severity if gravest is None else min(gravest, episode.severity)
    for alert, severity in found.items():
        if severity is None:
            if alert.raised_at >= start:
                result.missing.append(alert)
        elif severity != alert.severity and alert.raised_at >= start:
            result.other_colour.append((alert, severity))
        else:
            result.same.append(alert)
    return result
