"""How rules and a plain detector did on a real fire, beside the alarms that really sounded there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from schemas.columns import MICROSECONDS, Batch
from schemas.domain import Quantity, Severity, SignalClass
from schemas.roster import UNKNOWN
from simulators.premises import enrol, place_of_zone
from simulators.trials.alerts import Alert, Colours, RuleEngine
from simulators.trials.plain_detector import PlainDetectors
from simulators.trials.real_fire_stream import IGNITION_US, Stream, make_stream, zone_code
from simulators.trials.real_fires import Activations, RealFire

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
    ours = list(watch_with_rules(stream, make_engine()))
    plain = list(watch_plainly(stream))
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


def watch_with_rules(stream: Stream, engine: RuleEngine) -> Iterator[Alert]:
    """What an engine raises, which is given one step at a time."""
    engine.adopt(enrol(stream.premises))
    colours = Colours()
    for step in stream.samples.cut(1):
        at = int(step.at[0])
        yield from colours.follow(engine.evaluate(Batch(step.readings()), at), at)


def watch_plainly(stream: Stream) -> Iterator[Alert]:
    """What fixed limits raise on the smoke meters."""
    slots = stream.premises.slots(Quantity.SMOKE)
    with_smoke = np.flatnonzero(slots != UNKNOWN)
    detectors = PlainDetectors(len(with_smoke))
    for at, row in zip(stream.samples.at.tolist(), stream.samples.values, strict=True):
        raised = detectors.step(at, row[slots[with_smoke]])
        for signal_class, where in ((SignalClass.FIRE, raised.fire), (SignalClass.WARNING, raised.warning)):
            for place in np.flatnonzero(where):
                zone = stream.premises.zones[stream.premises.detector_zone[with_smoke[place]]]
                severity = Severity.ORANGE if signal_class is SignalClass.FIRE else Severity.YELLOW
                yield Alert(at, "fixed_limit", signal_class, severity, None, 1, int(zone["zone_id"]), None)


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
