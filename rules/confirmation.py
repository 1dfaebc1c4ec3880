"""Fires that confirm each other: two detectors of a zone, smoke and water, two zones, two floors.

They raise a group, red; they never close or hide the single alarms. A group ends when the last fire beneath it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from rules.changes import Change, ChangeKind, KnownCondition, Part, Subject
from rules.conditions import Conditions
from rules.parameters import Resolved
from rules.places import Places
from rules.rule import Rule, seconds
from schemas.domain import Severity, SignalClass
from schemas.roster import UNKNOWN


@dataclass(frozen=True)
class GroupRule(Rule):
    """A rule on fires: `window_seconds` is how far apart those that confirm each other may begin."""

    of_building: bool = False


@dataclass(frozen=True)
class Alarm:
    """A fire that is active: where, by which device (`UNKNOWN` for one a zone's likelihood raised), since when.

    One is `sure` unless it is smoke with nothing beside it, or a likelihood that has not turned red: much cooking looks
    like that, in several kitchens at a time.
    """

    rule_id: str
    building: int
    zone: int
    device: int
    at: int
    scope_id: int | None
    sure: bool


AlarmKey = tuple[str, str, int]
"""Rule, kind of subject and its id."""


class Confirmation:
    """The fires that are active, and the groups they make."""

    def __init__(
        self,
        rules: tuple[GroupRule, ...],
        smoke_rules: frozenset[str],
        flow_rules: frozenset[str],
        unsure_rules: frozenset[str],
        titles: Mapping[str, tuple[str, str]],
    ) -> None:
        self._two_devices, self._smoke_flow, self._two_zones, self._two_floors = rules
        self._rules = rules
        self._smoke_rules, self._flow_rules, self._unsure_rules = smoke_rules, flow_rules, unsure_rules
        self._titles = titles
        self.conditions = Conditions()
        self._alarms: dict[int, dict[AlarmKey, Alarm]] = {}

    def adopt(self, places: Places, parameters: Resolved) -> None:
        self._places, self._parameters = places, parameters

    def take(self, change: Change, building: int, zone: int, device: int) -> Iterator[Change]:
        """A fire has begun or ended at these slots."""
        if change.rule.signal_class is not SignalClass.FIRE or isinstance(change.rule, GroupRule):
            return
        key = change.rule.id, change.subject.kind.value, change.subject.id
        if change.kind in (ChangeKind.RAISE, ChangeKind.SEVERITY):
            sure = self._is_sure(change.rule.id, change.severity)
            fresh = Alarm(change.rule.id, building, zone, device, change.at, change.scope_id, sure)
            self._inside(building)[key] = fresh
            yield from self._confirm(fresh)
        elif change.kind is ChangeKind.CLEAR and self._inside(building).pop(key, None) is not None:
            yield from self._release(building, zone, change.at)

    def restore(self, known: KnownCondition, building: int, zone: int, device: int) -> None:
        """Take over what the tables know of a fire at these slots."""
        key = known.rule_id, known.subject_kind.value, known.subject_id
        self._inside(building).pop(key, None)
        if known.active:
            scope_id = self._places.find_scope(known.at, building, zone, device)
            sure = self._is_sure(known.rule_id, known.severity)
            self._inside(building)[key] = Alarm(
                known.rule_id, building, zone, device, known.at, scope_id, sure
            )

    def _inside(self, building: int) -> dict[AlarmKey, Alarm]:
        return self._alarms.setdefault(building, {})

    def _is_sure(self, rule_id: str, severity: Severity) -> bool:
        return rule_id not in self._unsure_rules or severity == Severity.RED

    def _confirm(self, fresh: Alarm) -> Iterator[Change]:
        inside = [*self._inside(fresh.building).values()]
        if len(inside) < 2:
            return
        here = [alarm for alarm in inside if alarm.zone == fresh.zone and fresh.zone != UNKNOWN]
        yield from self._raise(self._two_devices, fresh, here, _device)
        yield from self._raise(self._smoke_flow, fresh, here, self._sort)
        yield from self._raise(self._two_zones, fresh, inside, self._zone)
        yield from self._raise(self._two_floors, fresh, inside, self._floor)

    def _sort(self, alarm: Alarm) -> int | None:
        return 0 if alarm.rule_id in self._smoke_rules else 1 if alarm.rule_id in self._flow_rules else None

    def _zone(self, alarm: Alarm) -> int | None:
        # Water on its way to one fire passes meters in many zones.
        passes = alarm.rule_id in self._flow_rules
        return None if alarm.zone == UNKNOWN or passes or not alarm.sure else alarm.zone

    def _floor(self, alarm: Alarm) -> int | None:
        zone = self._zone(alarm)
        return None if zone is None else self._places.floor_of_zone(zone)

    def _raise(
        self, rule: GroupRule, fresh: Alarm, alarms: list[Alarm], kind_of: Callable[[Alarm], int | None]
    ) -> Iterator[Change]:
        """Raise if an alarm of another kind began close to this one and one of the two is sure.

        An alarm of no kind confirms nothing.
        """
        kind, slot = kind_of(fresh), fresh.building if rule.of_building else fresh.zone
        if kind is None:
            return
        window = seconds(self._window(rule, slot))
        close = sorted(
            (other for other in alarms if abs(other.at - fresh.at) <= window and (other.sure or fresh.sure)),
            key=_began,
        )
        newest = {its: other for other in close if (its := kind_of(other)) is not None} | {kind: fresh}
        if len(newest) < 2 or not self.conditions.begin((rule.id, slot), fresh.at, rule.severity):
            return
        members = sorted(newest.values(), key=lambda alarm: (alarm.at, alarm.zone))
        # Only when every one of them is expected is the group: a fire from outside the scope breaks through.
        scopes = [alarm.scope_id for alarm in members]
        yield Change(
            ChangeKind.RAISE,
            rule,
            self._subject(rule, slot),
            fresh.at,
            rule.severity,
            parts=tuple(self._part(alarm) for alarm in members),
            scope_id=None if None in scopes else scopes[0],
        )

    def _release(self, building: int, zone: int, at: int) -> Iterator[Change]:
        inside = [*self._inside(building).values()]
        for rule in self._rules:
            slot = building if rule.of_building else zone
            left = inside if rule.of_building else [alarm for alarm in inside if alarm.zone == zone]
            if not left and (rule.id, slot) in self.conditions.active:
                self.conditions.end((rule.id, slot), at)
                yield Change(ChangeKind.CLEAR, rule, self._subject(rule, slot), at, rule.severity)

    def _subject(self, rule: GroupRule, slot: int) -> Subject:
        return self._places.building(slot) if rule.of_building else self._places.zone(slot)

    def _window(self, rule: GroupRule, slot: int) -> float:
        of = self._parameters.of_site if rule.of_building else self._parameters.of_zone
        return of(rule.id, "window_seconds", slot)

    def _part(self, alarm: Alarm) -> Part:
        name = self._places.zone_code(alarm.zone) if alarm.zone != UNKNOWN else "?"
        title_zh, title_en = self._titles[alarm.rule_id]
        return Part(f"区域 {name}：{title_zh}", f"zone {name}: {title_en}", float("nan"))


def _began(alarm: Alarm) -> int:
    return alarm.at


def _device(alarm: Alarm) -> int | None:
    return None if alarm.device == UNKNOWN else alarm.device
