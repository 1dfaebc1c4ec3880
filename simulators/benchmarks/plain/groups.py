"""Fires that confirm each other, each time looked up in the list of all fires there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rules.changes import ChangeKind
from rules.rule import seconds

SMOKE = {"smoke_level_alarm", "detector_fire_state", "zone_fire_likelihood"}
FLOW = {"sprinkler_water_flow"}


@dataclass(frozen=True)
class Fire:
    """One active alarm of class fire; the device is None for one that a zone as a whole raised."""

    rule_id: str
    subject: int
    building: int
    zone: int | None
    device: int | None
    floor: int | None
    at: int
    sure: bool


GroupChange = tuple[ChangeKind, str, int, int]
"""Kind, rule, slot of the zone or building, time."""


@dataclass
class PlainGroups:
    """The fires, and the groups that were raised by rule and slot."""

    number: Callable[[str, str, int], float]
    fires: list[Fire] = field(default_factory=list)
    raised: set[tuple[str, int]] = field(default_factory=set)
    ended_at: dict[tuple[str, int], int] = field(default_factory=dict)

    def begin(self, fire: Fire) -> Iterator[GroupChange]:
        """A fire more, or one that has become sure."""
        self.fires = [
            other for other in self.fires if (other.rule_id, other.subject) != (fire.rule_id, fire.subject)
        ]
        self.fires.append(fire)
        inside = [other for other in self.fires if other.building == fire.building]
        here = [other for other in inside if other.zone == fire.zone and fire.zone is not None]
        slot = -1 if fire.zone is None else fire.zone
        yield from self._raise(
            "fire_confirmed_two_devices", slot, fire, [f for f in here if f.device not in (None, fire.device)],
            fire.device is not None,
        )  # fmt: skip
        against = FLOW if fire.rule_id in SMOKE else SMOKE if fire.rule_id in FLOW else set()
        others = [other for other in here if other.rule_id in against]
        yield from self._raise("fire_confirmed_smoke_flow", slot, fire, others, True)
        # Water on its way to one fire passes meters in many zones.
        sure = [other for other in inside if other.sure and other.rule_id not in FLOW]
        others = [other for other in sure if other.zone not in (None, fire.zone)]
        is_told = fire in sure and fire.zone is not None
        yield from self._raise("fire_two_zones", fire.building, fire, others, is_told)
        others = [other for other in sure if other.floor not in (None, fire.floor)]
        is_told = fire in sure and fire.floor is not None
        yield from self._raise("fire_multi_floor", fire.building, fire, others, is_told)

    def _raise(
        self, rule_id: str, slot: int, fire: Fire, others: list[Fire], is_told: bool
    ) -> Iterator[GroupChange]:
        if not is_told or not others or (rule_id, slot) in self.raised:
            return
        window = seconds(self.number(rule_id, "window_seconds", slot))
        is_newer = (rule_id, slot) not in self.ended_at or fire.at > self.ended_at[rule_id, slot]
        if is_newer and any(
            abs(other.at - fire.at) <= window and (fire.sure or other.sure) for other in others
        ):
            self.raised.add((rule_id, slot))
            yield ChangeKind.RAISE, rule_id, slot, fire.at

    def end(
        self, rule_id: str, subject: int, zone: int | None, building: int, at: int
    ) -> Iterator[GroupChange]:
        """A fire less; with the last of a zone or building its groups end."""
        self.fires = [fire for fire in self.fires if (fire.rule_id, fire.subject) != (rule_id, subject)]
        inside = [fire for fire in self.fires if fire.building == building]
        here = [fire for fire in inside if fire.zone == zone]
        of_zone, of_building = -1 if zone is None else zone, building
        for group, slot, left in (
            ("fire_confirmed_two_devices", of_zone, here),
            ("fire_confirmed_smoke_flow", of_zone, here),
            ("fire_two_zones", of_building, inside),
            ("fire_multi_floor", of_building, inside),
        ):
            if not left and (group, slot) in self.raised:
                self.raised.remove((group, slot))
                self.ended_at[group, slot] = at
                yield ChangeKind.CLEAR, group, slot, at
