"""Rules that see the same thing at one device in several ways have one episode there: an alarm does not double.

The first to begin names it; it goes on while any of them holds, keeps the gravest colour, and ends with the last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rules.changes import Change, ChangeKind, Subject
from rules.rule import Rule
from schemas.domain import Severity

Key = tuple[str, int]
"""What is seen, and the id of the device."""
Member = tuple[str, int]
"""A rule and the id of its subject."""


@dataclass
class Episode:
    """The rule and subject it is told under, its colour, and all whose conditions are active beneath it."""

    rule: Rule
    subject: Subject
    severity: Severity
    active: set[Member] = field(default_factory=set)


class SharedEpisodes:
    """The open ones, of the rules that say what they `shares`."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = rules
        self._open: dict[Key, Episode] = {}

    def restore(self, rule_id: str, subject: Subject, severity: Severity, *, active: bool) -> None:
        """Take over what the tables say: an episode is told under this rule and subject, or no longer."""
        rule = self._rules.get(rule_id)
        if rule is None or rule.shares is None or subject.device_id is None:
            return
        key, member = (rule.shares, subject.device_id), (rule_id, subject.id)
        episode = self._open.get(key)
        if active:
            self._open[key] = Episode(rule, subject, severity, {member})
        elif episode is not None and (episode.rule.id, episode.subject.id) == member:
            del self._open[key]

    def join(self, rule: Rule, subject: Subject) -> None:
        """After a restart a condition is active that may be part of an episode told under another."""
        if rule.shares is not None and subject.device_id is not None:
            episode = self._open.get((rule.shares, subject.device_id))
            if episode is not None:
                episode.active.add((rule.id, subject.id))

    def settle(self, changes: Iterable[Change]) -> Iterator[Change]:
        """Pass changes on; those of an episode that is open already as its own, or not at all."""
        for change in changes:
            if change.rule.shares is None or change.subject.device_id is None:
                yield change
            else:
                yield from self._settle((change.rule.shares, change.subject.device_id), change)

    def _settle(self, key: Key, change: Change) -> Iterator[Change]:
        episode, member = self._open.get(key), (change.rule.id, change.subject.id)
        if change.kind is ChangeKind.CLEAR:
            if episode is None:
                yield change
                return
            episode.active.discard(member)
            if not episode.active:
                del self._open[key]
                yield self._as_of(episode, change)
        elif episode is None:
            self._open[key] = Episode(change.rule, change.subject, change.severity, {member})
            yield change
        else:
            episode.active.add(member)
            if change.severity < episode.severity:
                episode.severity = change.severity
                yield self._as_of(episode, change)._replace(kind=ChangeKind.SEVERITY)

    def _as_of(self, episode: Episode, change: Change) -> Change:
        """A change of another rule as one of the episode's; the figures of one rule are not those of another."""
        if change.rule is episode.rule and change.subject == episode.subject:
            return change._replace(severity=episode.severity)
        return change._replace(
            rule=episode.rule,
            subject=episode.subject,
            severity=episode.severity,
            value=None,
            limit=None,
            unit=None,
        )
