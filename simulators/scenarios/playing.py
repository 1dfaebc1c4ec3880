"""A scenario in virtual time: its sensors through the rules, and what they say, when it can be seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rules.catalogue import CATALOGUE
from rules.changes import Change, ChangeKind
from rules.engine import Engine
from rules.overrides import Key
from rules.parameters import Parameters
from schemas.columns import MICROSECONDS, READING, Batch, DeviceEvent
from schemas.domain import Severity, SignalClass
from schemas.roster import Roster
from simulators.scenarios.delivery import Delivery, Mail, write_mail
from simulators.scenarios.enrolment import ScopeRow, Site, enrol
from simulators.scenarios.histories import look_back
from simulators.scenarios.incidents import Window
from simulators.scenarios.scenario import RULES, Scenario
from simulators.scenarios.scenario_file import read_building
from simulators.scenarios.stage import Declared, Stage, set_stage

_TICK_SECONDS = 10.0
_AHEAD_SECONDS = 120.0
"""What is further in the future is refused before any rule sees it."""


@dataclass
class Told:
    """One alert as an onlooker sees it, in seconds since the beginning; `graver`: its colours and since when each."""

    rule_id: str
    signal_class: SignalClass
    about: str
    raised_at: float
    graver: list[tuple[float, Severity]]
    late: bool
    test: bool
    value: float | None
    limit: float | None
    text: str
    cleared_at: float | None = None

    @property
    def peak(self) -> Severity:
        return min(severity for _, severity in self.graver)


@dataclass(frozen=True)
class Played:
    """What came of a scenario: the alerts in the order in which they could be seen, and what its sensors showed.

    `stage` is None of a past of months; `most_open` is how many alerts of one rule and subject were open at once at
    most.
    """

    scenario: Scenario
    told: list[Told]
    stage: Stage | None
    readings: int
    most_open: int


def play(
    scenario: Scenario, changed: Mapping[Key, float] | None = None, without: frozenset[str] = frozenset()
) -> Played:
    """Play it; `changed` are parameters set otherwise, `without` rules that say nothing."""
    if scenario.past is not None:
        return _look_back(scenario, changed or {}, without)
    stage, mail = prepare(scenario)
    parameters = Parameters.built_in(CATALOGUE).set_everywhere(changed or {})
    engine = Engine(parameters)
    engine.adopt(stage.site.roster)
    engine.listen_from(scenario.begins_us)
    watch = _Watch(scenario, stage.site, without)
    for batch, now in cut(mail, stage):
        watch.take(engine.evaluate(batch, now), now)
    return Played(scenario, watch.told, stage, len(mail.slot), watch.most_open)


def prepare(scenario: Scenario) -> tuple[Stage, Mail]:
    """The building after all incidents, and the messages that tell of it, in the order of their arrival."""
    site = enrol(read_building(scenario.building), _list_scopes(scenario))
    if scenario.interval is not None:
        site = replace(site, roster=_report_every(site.roster, scenario.interval))
    stage = set_stage(site, scenario.begins_us, scenario.lasts, scenario.step, scenario.usual, scenario.seed)
    incidents = sorted(scenario.incident, key=lambda one: one.TURN)
    for incident in incidents:
        incident.happen(stage)
    mail = write_mail(stage)
    for incident in incidents:
        if isinstance(incident, Delivery):
            mail = incident.deliver(mail, stage)
    return stage, mail.pick(np.argsort(mail.received, kind="stable"))


def _list_scopes(scenario: Scenario) -> list[ScopeRow]:
    windows = [one for one in scenario.incident if isinstance(one, Window)]
    site = enrol(read_building(scenario.building))
    rows = []
    for number, one in enumerate(windows, start=1):
        zone = None if one.zone is None else int(site.roster.zones["zone_id"][site.find_zones([one.zone])[0]])
        device = (
            None
            if one.device is None
            else int(site.roster.devices["device_id"][site.find_devices([one.device])[0]])
        )
        starts = scenario.begins_us + round(one.at * MICROSECONDS)
        rows.append(
            (number, one.scope.value, 1, zone, device, starts, starts + round(one.lasts * MICROSECONDS))
        )
    return rows


def _report_every(roster: Roster, seconds: float) -> Roster:
    sensors, devices = roster.sensors.copy(), roster.devices.copy()
    sensors["interval_us"] = round(seconds * MICROSECONDS)
    devices["interval_us"][devices["interval_us"] > 0] = round(seconds * MICROSECONDS)
    return replace(roster, sensors=sensors, devices=devices)


def cut(mail: Mail, stage: Stage) -> Iterator[tuple[Batch, int]]:
    """Batches of a second each, and an empty one wherever time alone must be looked at, with their times [µs]."""
    end = float(stage.seconds[-1]) + stage.step_seconds
    tick = max(_TICK_SECONDS, stage.step_seconds)
    readings, seconds = _write_readings(mail, stage), np.floor(mail.received)
    declared = sorted(stage.declared, key=lambda one: one.second)
    moments = np.unique(
        np.concatenate(
            [seconds, np.arange(0.0, end + tick, tick), [np.floor(one.second) for one in declared]]
        )
    )
    moments = moments[moments <= end]
    bounds = np.searchsorted(seconds, moments, "right")
    start, first = 0, 0
    for moment, stop in zip(moments.tolist(), bounds.tolist(), strict=True):
        due = first
        while due < len(declared) and declared[due].second < moment + 1.0:
            due += 1
        events = tuple(_write_event(stage, one) for one in declared[first:due])
        some = slice(start, stop)
        now = stage.begins_us + round(moment * MICROSECONDS)
        now = max([now, *readings["received_at"][some].tolist()[-1:], *(one.received_at for one in events)])
        yield _make_batch(mail, readings, some, events), now
        start, first = stop, due


def _make_batch(
    mail: Mail, readings: NDArray[np.void], some: slice, events: tuple[DeviceEvent, ...]
) -> Batch:
    here = readings[some]
    refused = here["observed_at"] - here["received_at"] > _AHEAD_SECONDS * MICROSECONDS
    devices = mail.device[some]
    ahead = tuple(
        zip(
            devices[refused].tolist(),
            here["received_at"][refused].tolist(),
            here["observed_at"][refused].tolist(),
            strict=True,
        )
    )
    heard = np.unique(np.concatenate([devices, [one.device_slot for one in events]])).astype(np.int32)
    numbers = dict.fromkeys(zip(devices.tolist(), mail.seq[some].tolist(), strict=True))
    return Batch(here[~refused], events, heard, tuple(numbers), (), ahead)


def _write_readings(mail: Mail, stage: Stage) -> NDArray[np.void]:
    readings = np.zeros(len(mail.slot), READING)
    readings["slot"], readings["value"], readings["quality"] = mail.slot, mail.value, mail.quality
    readings["observed_at"], readings["received_at"] = stage.stamp(mail.observed), stage.stamp(mail.received)
    return readings


def _write_event(stage: Stage, one: Declared) -> DeviceEvent:
    at = stage.begins_us + round(one.second * MICROSECONDS)
    return DeviceEvent(one.device, None, at, at, one.event, one.active, None, None, 0)


class _Watch:
    """Whoever looks on: notes every alert when it can be seen."""

    def __init__(self, scenario: Scenario, site: Site, without: frozenset[str]) -> None:
        self._begins_us, self._site, self._without = scenario.begins_us, site, without
        self._open: dict[tuple[str, str], list[Told]] = {}
        self.told: list[Told] = []
        self.most_open = 0

    def take(self, changes: list[Change], now: int) -> None:
        second = (now - self._begins_us) / MICROSECONDS
        for change in changes:
            if change.rule.id not in self._without:
                self._note(change, second)

    def _note(self, change: Change, second: float) -> None:
        about = self._site.name(change.subject.kind, change.subject.id)
        episodes = self._open.setdefault((change.rule.id, about), [])
        match change.kind:
            case ChangeKind.RAISE:
                episodes.append(self._begin(change, about, second))
                self.told.append(episodes[-1])
                self.most_open = max(self.most_open, len(episodes))
            case ChangeKind.SEVERITY if episodes:
                episodes[-1].graver.append((second, change.severity))
            case ChangeKind.CLEAR if episodes:
                episodes.pop().cleared_at = second

    def _begin(self, change: Change, about: str, second: float) -> Told:
        return Told(
            change.rule.id,
            change.rule.signal_class,
            about,
            second,
            [(second, change.severity)],
            change.late,
            change.scope_id is not None,
            change.value,
            change.limit,
            " ".join(part.text_en for part in change.parts),
        )


def _look_back(scenario: Scenario, changed: Mapping[Key, float], without: frozenset[str]) -> Played:
    past = scenario.past
    assert past is not None
    told = []
    for rule_id in sorted(scenario.rules - without):
        rule = RULES[rule_id]
        mine = {name: value for (of_rule, name), value in changed.items() if of_rule == rule_id}
        for one in look_back(past, rule_id, scenario.seed, mine):
            at = one.raised * 3600.0
            ends = None if one.ended is None else one.ended * 3600.0
            told.append(
                Told(
                    rule_id,
                    rule.signal_class,
                    past.sensor,
                    at,
                    [(at, rule.severity)],
                    False,
                    False,
                    None,
                    None,
                    "",
                    ends,
                )
            )
    return Played(scenario, told, None, past.days * 24, 1 if told else 0)
