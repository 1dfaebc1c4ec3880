"""Reading after reading through the rules on sensors, on zones and on fires that confirm each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from rules.catalogue import CATALOGUE
from rules.changes import ChangeKind
from rules.parameters import Parameters
from rules.rule import seconds
from schemas.domain import (
    QUANTITIES,
    ZONE_LINK_KINDS,
    ZONE_USES,
    Quality,
    Severity,
    SignalClass,
    SubjectKind,
    ZoneUse,
)
from schemas.roster import Roster
from simulators.benchmarks.plain.catalogue import Number, PlainRule, make_rules
from simulators.benchmarks.plain.changes import PlainChange
from simulators.benchmarks.plain.groups import Fire, GroupChange, PlainGroups
from simulators.benchmarks.plain.sensor import PlainSensor, make_sensor
from simulators.benchmarks.plain.sharing import PlainSharing
from simulators.benchmarks.plain.wiring import make_wiring_rules
from simulators.benchmarks.plain.zones import PlainZones, ZoneChange, weigh

TICK_US = seconds(10)
OF_BUILDING = {"fire_two_zones", "fire_multi_floor"}
FIRES = {rule.id for rule in CATALOGUE if rule.signal_class is SignalClass.FIRE}

PlainReading = tuple[int, int, int, float, int]
"""Slot of the sensor, times of the sample and of its receipt in microseconds, value, quality."""

KITCHEN = ZONE_USES.index(ZoneUse.KITCHEN)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sensor stands."""

    building: int
    zone: int | None
    device: int
    floor: int | None


class PlainEngine:
    """Sensors, zones and fires of one roster."""

    def __init__(self, roster: Roster, parameters: Parameters | None = None) -> None:
        resolved = (parameters or Parameters.built_in(CATALOGUE)).resolve(roster)
        self._sensors = _make_sensors(roster)
        self._sharing = PlainSharing(roster.sensors["device_slot"].tolist())
        slots = np.arange(len(self._sensors), dtype=np.int32)
        columns = {
            (rule.id, parameter.name): resolved.of_sensors(rule.id, parameter.name, slots).tolist()
            for rule in CATALOGUE
            for parameter in rule.parameters
        }
        self._rules: list[list[PlainRule]] = [
            [
                *make_rules(sensor.quantity, _pick(columns, sensor.slot), sensor.interval_us),
                *make_wiring_rules(sensor.quantity, _pick(columns, sensor.slot)),
            ]
            for sensor in self._sensors
        ]
        self._floors: list[int] = roster.zones["floor"].tolist()
        self._buildings: list[int] = roster.zones["building_slot"].tolist()
        self._places = [self._place(roster, sensor.slot) for sensor in self._sensors]
        feels: dict[int, list[tuple[int, str]]] = {}
        felt_by: dict[int, list[int]] = {}
        for zone, neighbour, kind in roster.links.tolist():
            feels.setdefault(zone, []).append((neighbour, ZONE_LINK_KINDS[kind].value))
            felt_by.setdefault(neighbour, []).append(zone)
        kitchens = {zone for zone, use in enumerate(roster.zones["use"].tolist()) if use == KITCHEN}
        self.zones = PlainZones(feels, felt_by, resolved.of_zone, kitchens)
        self._groups = PlainGroups(
            lambda rule_id, name, slot: (
                resolved.of_site(rule_id, name, slot)
                if rule_id in OF_BUILDING
                else resolved.of_zone(rule_id, name, slot)
            )
        )
        self._ticked: int | None = None

    def _place(self, roster: Roster, slot: int) -> Place:
        device = int(roster.sensors["device_slot"][slot])
        zone = int(roster.devices["zone_slot"][device])
        building = int(roster.devices["building_slot"][device])
        return (
            Place(building, None, device, None)
            if zone < 0
            else Place(building, zone, device, self._floors[zone])
        )

    def evaluate(self, readings: Iterable[PlainReading]) -> list[PlainChange]:
        """Judge them one after the other."""
        changes = (change for reading in readings for change in self._take(*reading))
        return list(self._sharing.settle(changes))

    def _take(
        self, slot: int, at: int, received_at: int, value: float, quality: int
    ) -> Iterator[PlainChange]:
        yield from self._tick(received_at)
        if quality != Quality.GOOD:
            return
        sensor = self._sensors[slot]
        late = sensor.newest is not None and at <= sensor.newest
        if late and sensor.holds_sample_of(at):
            return
        yield from self._judge(sensor, at, value, late)
        if not late:
            yield from self._weigh(sensor, at)

    def _judge(self, sensor: PlainSensor, at: int, value: float, late: bool) -> Iterator[PlainChange]:
        if late:
            before = sensor.late_newest
            broken = sensor.is_gap(at, before) or (before is not None and at <= before)
            sensor.late_newest = at
            sensor.baseline = sensor.usual.baseline
        else:
            broken = sensor.is_gap(at, sensor.newest)
            sensor.take(at, value)
        for rule in self._rules[sensor.slot]:
            was = rule.colour()
            for level in rule.levels:
                (level.step_late if late else level.step)(sensor, at, value, broken)
            now = rule.colour()
            if was is not now:
                yield from self._tell(sensor, rule, at, value, (was, now), late)

    def _tell(
        self,
        sensor: PlainSensor,
        rule: PlainRule,
        at: int,
        value: float,
        colours: tuple[Severity | None, Severity | None],
        late: bool,
    ) -> Iterator[PlainChange]:
        was, now = colours
        kind = ChangeKind.RAISE if was is None else ChangeKind.CLEAR if now is None else ChangeKind.SEVERITY
        colour = now or was
        assert colour is not None
        level = next(level for level in rule.levels if level.severity is colour)
        measure = level.measure(sensor, at, value)
        yield PlainChange(
            kind, rule.rule_id, SubjectKind.SENSOR, sensor.slot, at, colour, late, measure, level.limit
        )
        if rule.rule_id not in FIRES:
            return
        place = self._places[sensor.slot]
        if kind is ChangeKind.RAISE:
            sure = rule.rule_id != "smoke_level_alarm"
            fire = Fire(
                rule.rule_id, sensor.slot, place.building, place.zone, place.device, place.floor, at, sure
            )
            yield from map(_of_group, self._groups.begin(fire))
        elif kind is ChangeKind.CLEAR:
            ended = self._groups.end(rule.rule_id, sensor.slot, place.zone, place.building, at)
            yield from map(_of_group, ended)

    def _weigh(self, sensor: PlainSensor, at: int) -> Iterator[PlainChange]:
        sign, zone = weigh(sensor, at), self._places[sensor.slot].zone
        if sign is None or sign[0] == sensor.points:
            return
        sensor.points = sign[0]
        if zone is not None:
            for change in self.zones.note(zone, sensor, sign, at):
                yield from self._tell_zone(change)

    def _tell_zone(self, change: ZoneChange) -> Iterator[PlainChange]:
        kind, rule_id, zone, at, severity, score = change
        yield PlainChange(kind, rule_id, SubjectKind.ZONE, zone, at, severity, value=score)
        building = self._buildings[zone]
        if rule_id not in FIRES:
            return
        if kind is not ChangeKind.CLEAR:
            sure = severity is Severity.RED
            fire = Fire(rule_id, zone, building, zone, None, self._floors[zone], at, sure)
            yield from map(_of_group, self._groups.begin(fire))
        else:
            yield from map(_of_group, self._groups.end(rule_id, zone, zone, building, at))

    def _tick(self, now: int) -> Iterator[PlainChange]:
        tick = now // TICK_US
        if self._ticked is None or tick > self._ticked:
            self._ticked = tick
            for change in self.zones.tick(tick * TICK_US):
                yield from self._tell_zone(change)


def _make_sensors(roster: Roster) -> list[PlainSensor]:
    rows = zip(roster.sensors["quantity"].tolist(), roster.sensors["interval_us"].tolist(), strict=True)
    return [
        make_sensor(slot, QUANTITIES[quantity], interval_us)
        for slot, (quantity, interval_us) in enumerate(rows)
    ]


def _pick(columns: dict[tuple[str, str], list[float]], slot: int) -> Number:
    return lambda rule_id, name: columns[rule_id, name][slot]


def _of_group(change: GroupChange) -> PlainChange:
    kind, rule_id, slot, at = change
    subject = SubjectKind.BUILDING if rule_id in OF_BUILDING else SubjectKind.ZONE
    return PlainChange(kind, rule_id, subject, slot, at, Severity.RED)
