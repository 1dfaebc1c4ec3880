"""How rules and a plain detector did on a real fire, beside the alarms that really sounded there."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from schemas.columns import MICROSECONDS
from schemas.domain import Quantity
from simulators.premises import place_of_zone
from simulators.trials.alerts import Alert, RuleEngine
from simulators.trials.real_fire_stream import IGNITION_US, Stream, make_stream, zone_code
from simulators.trials.real_fires import Activations, RealFire
from simulators.trials.watching import Watchers

FIRE_GRACE_SECONDS = 30.0
EARLY_SECONDS = 20.0
SOUNDED_SOON_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """When a location was first warned of and first in fire [s from ignition] and by which rule; infinite for never."""

    warned: float
    warned_by: str
    fire: float
    fire_by: str


@dataclass(frozen=True)
class LocationScore:
    """One location where a photoelectric alarm sounded."""

    test: str
    location: str
    photoelectric: float
    meters: tuple[Quantity, ...]
    ours: Outcome
    plain: Outcome


@dataclass(frozen=True)
class FalseAlert:
    """An alert that had no fire to see yet."""

    test: str
    seconds: float
    rule_id: str
    location: str


@dataclass(frozen=True)
class FireScore:
    """One test: its locations that count, and the false alerts of both."""

    locations: tuple[LocationScore, ...]
    false_ours: tuple[FalseAlert, ...]
    false_plain: tuple[FalseAlert, ...]


def in_time(seconds: float, photoelectric: float, grace: float = 0.0) -> bool:
    """Whether something that came after `seconds` came no later than the real alarm and a grace."""
    return seconds <= photoelectric + grace


def score_fire(fire: RealFire, make_engine: Callable[[], RuleEngine], seed: int) -> FireScore:
    """Run a fresh engine and a plain detector over one test."""
    stream = make_stream(fire, seed)
    watchers = Watchers(stream.premises, make_engine())
    ours = list(watchers.ask_rules(stream.samples, steps_per_batch=1))
    plain = list(watchers.ask_plain(stream.samples))
    counted = {
        location: alarms.photoelectric
        for location, alarms in fire.alarms.items()
        if math.isfinite(alarms.photoelectric)
    }
    locations = tuple(
        LocationScore(
            fire.name,
            location,
            photoelectric,
            tuple(quantity for quantity in Quantity if (location, quantity) in fire.meters),
            _first_of(ours, stream, fire, location),
            _first_of(plain, stream, fire, location),
        )
        for location, photoelectric in sorted(counted.items())
    )
    return FireScore(locations, _find_false(ours, stream, fire), _find_false(plain, stream, fire))


def _first_of(alerts: Sequence[Alert], stream: Stream, fire: RealFire, location: str) -> Outcome:
    """The first alerts on a location from ignition on."""
    code = zone_code(location)
    zone_id = int(stream.premises.zones["zone_id"][fire.locations.index(location)])
    mine = [alert for alert in alerts if alert.at >= IGNITION_US and alert.concerns(zone_id, code)]
    warned = next((alert for alert in mine if alert.warns), None)
    in_fire = next((alert for alert in mine if alert.is_fire), None)
    return Outcome(_seconds(warned), _rule(warned), _seconds(in_fire), _rule(in_fire))


def _find_false(alerts: Sequence[Alert], stream: Stream, fire: RealFire) -> tuple[FalseAlert, ...]:
    return tuple(
        FalseAlert(fire.name, _seconds(alert), alert.rule_id, _location(alert, fire))
        for alert in alerts
        if alert.warns and _is_false(alert, fire)
    )


def _is_false(alert: Alert, fire: RealFire) -> bool:
    """In the quiet half hour, or so early where no real alarm sounded soon."""
    seconds = _seconds(alert)
    if seconds < 0:
        return True
    location = _location(alert, fire)
    alarms = [fire.alarms.get(location, Activations())] if location else fire.alarms.values()
    sounded = min((alarm.any_kind for alarm in alarms), default=math.inf)
    return seconds <= EARLY_SECONDS and sounded > SOUNDED_SOON_SECONDS


def _location(alert: Alert, fire: RealFire) -> str:
    """The location an alert is about, empty for one of the whole building."""
    return "" if alert.zone_id is None else fire.locations[place_of_zone(alert.zone_id)]


def _seconds(alert: Alert | None) -> float:
    return math.inf if alert is None else (alert.at - IGNITION_US) / MICROSECONDS


def _rule(alert: Alert | None) -> str:
    return "" if alert is None else alert.rule_id
