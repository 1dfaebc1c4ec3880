"""What was told within a declared test, drill or maintenance and goes on after its end: then it is none any more.

A fire that begins during a drill says nothing new when the drill is over. Silence is not safety: it is told once more,
outside of the window, and gets its own class back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.changes import Change, ChangeKind, KnownCondition, Subject
from rules.rule import Rule, seconds
from schemas.columns import NEVER
from schemas.domain import SubjectKind
from schemas.roster import UNKNOWN, Roster

# Smoke that was blown in has to drift away, and somebody goes and resets what was pressed. A design value.
WAIT_US = seconds(60)
Key = tuple[str, SubjectKind, int]


class Outlasting:
    """The active conditions whose last word was said within a window."""

    def __init__(self) -> None:
        self._within: dict[Key, Change] = {}

    def adopt(self, roster: Roster) -> None:
        """Take over a newer roster; what happens in buildings of other shares is told by those."""
        self._scopes = roster.scopes.tolist()
        self._ends = {scope_id: ends_at for scope_id, *_, ends_at in self._scopes}
        self._site_slots, self._zone_slots = roster.site_slots, roster.zone_slots
        self._device_slots = roster.device_slots
        served = set(roster.devices["building_id"][roster.devices["served"]].tolist())
        self._within = {
            key: change for key, change in self._within.items() if change.subject.building_id in served
        }

    def restore(self, known: KnownCondition, rule: Rule, subject: Subject) -> None:
        """Take over what the tables say."""
        key = rule.id, subject.kind, subject.id
        self._within.pop(key, None)
        if known.active and known.scope_id is not None:
            self._within[key] = Change(
                ChangeKind.RAISE, rule, subject, known.at, known.severity, scope_id=known.scope_id
            )

    def watch(self, changes: Iterable[Change]) -> Iterator[Change]:
        """Pass changes on, and note which were told within a window."""
        for change in changes:
            key = change.rule.id, change.subject.kind, change.subject.id
            if change.kind is ChangeKind.CLEAR or change.scope_id is None:
                self._within.pop(key, None)
            else:
                self._within[key] = change
            yield change

    def tick(self, at: int) -> Iterator[Change]:
        """What goes on a minute after its window has ended, unless it stands in another one by then."""
        for key, change in sorted(self._within.items(), key=lambda item: item[0]):
            assert change.scope_id is not None
            # A window that the roster does not hold has ended long ago.
            if at < self._ends.get(change.scope_id, NEVER) + WAIT_US:
                continue
            scope_id = self._find_scope(at, change.subject)
            if scope_id is not None:
                self._within[key] = change._replace(scope_id=scope_id)
                continue
            del self._within[key]
            yield change._replace(kind=ChangeKind.SEVERITY, at=at, scope_id=None)

    def _find_scope(self, at: int, subject: Subject) -> int | None:
        """A window in force that reaches the subject, or of a whole building any part of it."""
        slots = (
            self._site_slots.get(subject.building_id),
            self._zone_slots.get(subject.zone_id) if subject.zone_id is not None else None,
            self._device_slots.get(subject.device_id) if subject.device_id is not None else None,
        )
        for scope_id, _, *places, starts_at, ends_at in self._scopes:
            reaches = all(
                slot is None or place in (UNKNOWN, slot) for place, slot in zip(places, slots, strict=True)
            )
            if reaches and starts_at <= at < ends_at:
                return int(scope_id)
        return None
