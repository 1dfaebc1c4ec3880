"""The rules on the readings of one sensor of a circuit, in the order of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from rules.rule import seconds
from schemas.domain import Quantity, Severity
from simulators.benchmarks.plain.catalogue import Number, PlainRule
from simulators.benchmarks.plain.levels import Measures, PlainLevel, Speaks
from simulators.benchmarks.plain.sensor import PlainSensor

YELLOW, ORANGE, RED = Severity.YELLOW, Severity.ORANGE, Severity.RED
HOUR_US = 3_600_000_000


def make_wiring_rules(quantity: Quantity, number: Number) -> Iterator[PlainRule]:
    """Those for a sensor of this quantity; none for what is not of a circuit."""
    if quantity is Quantity.RESIDUAL_CURRENT:
        yield _at_least(number, "residual_current_alarm", (ORANGE, "limit", "on_seconds"))
        yield _at_least(number, "residual_current_prealarm", (YELLOW, "limit", "on_seconds"))
    elif quantity is Quantity.CABLE_TEMPERATURE:
        yield _at_least(
            number, "cable_temp_alarm", (ORANGE, "limit", "on_seconds"), (RED, "high", "on_seconds")
        )
        yield _at_least(number, "cable_temp_prealarm", (YELLOW, "limit", "on_seconds"))
        yield _warms_up(number)
    elif quantity is Quantity.CURRENT:
        yield _overload(number)
    elif quantity is Quantity.VOLTAGE:
        yield _at_least(
            number, "voltage_high", (YELLOW, "limit", "on_seconds"), (ORANGE, "high", "high_seconds")
        )
        yield _too_low(number)
    elif quantity is Quantity.ARC:
        for rule_id, severity in (("arc_fault", ORANGE), ("arc_suspected", YELLOW)):
            rule = _at_least(number, rule_id, (severity, "limit", "on_seconds"))
            rule.levels[0].min_samples = 1
            yield rule


def _level(
    number: Number,
    rule_id: str,
    colour: tuple[Severity, str, str],
    holds: Speaks,
    ends: Speaks,
    measure: Measures = lambda _, __, value: value,
) -> PlainLevel:
    severity, limit, on_seconds = colour
    waits = seconds(number(rule_id, on_seconds)), seconds(number(rule_id, "off_seconds"))
    return PlainLevel(severity, holds, ends, measure, number(rule_id, limit), *waits)


def _itself(_: PlainSensor, __: int, value: float) -> float:
    return value


def _above(number: Number, rule_id: str, colour: tuple[Severity, str, str], measure: Measures) -> PlainLevel:
    limit, clears = number(rule_id, colour[1]), number(rule_id, "clears_below")
    return _level(
        number,
        rule_id,
        colour,
        lambda sensor, at, value: measure(sensor, at, value) >= limit,
        lambda sensor, at, value: measure(sensor, at, value) < clears,
        measure,
    )


def _at_least(number: Number, rule_id: str, *colours: tuple[Severity, str, str]) -> PlainRule:
    """At or above a limit; ends below another one."""
    return PlainRule(rule_id, [_above(number, rule_id, colour, _itself) for colour in colours])


def _too_low(number: Number) -> PlainRule:
    rule_id = "voltage_low"
    limit, clears, dead = (number(rule_id, name) for name in ("limit", "clears_from", "dead"))
    level = _level(
        number,
        rule_id,
        (YELLOW, "limit", "on_seconds"),
        lambda _, __, value: dead <= value <= limit,
        lambda _, __, value: value >= clears,
    )
    return PlainRule(rule_id, [level])


def _overload(number: Number) -> PlainRule:
    rule_id = "current_overload"
    rated = number(rule_id, "rated")

    def share(_: PlainSensor, __: int, value: float) -> float:
        return value / rated if rated > 0 else 0.0

    colours = (YELLOW, "limit", "on_seconds"), (ORANGE, "high", "high_seconds")
    return PlainRule(rule_id, [_above(number, rule_id, colour, share) for colour in colours])


def _warms_up(number: Number) -> PlainRule:
    rule_id = "cable_temp_rise"
    limit, floor, above_usual = (number(rule_id, name) for name in ("limit", "floor", "above_usual"))
    night_share, clears = number(rule_id, "night_share"), number(rule_id, "clears_below")
    window = seconds(number(rule_id, "window_seconds"))

    def holds(sensor: PlainSensor, at: int, value: float) -> bool:
        hour = (at // HOUR_US + 8) % 24
        needed = limit * (night_share if hour >= 23 or hour < 6 else 1.0)
        warm = value >= floor and value - sensor.baseline >= above_usual
        return warm and sensor.slope_per_minute(at, window) >= needed

    level = _level(
        number,
        rule_id,
        (YELLOW, "limit", "on_seconds"),
        holds,
        lambda sensor, at, value: sensor.slope_per_minute(at, window) < clears,
        lambda sensor, at, value: sensor.slope_per_minute(at, window),
    )
    level.judges_late = False
    return PlainRule(rule_id, [level])
