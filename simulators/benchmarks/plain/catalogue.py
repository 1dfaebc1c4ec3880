"""The rules on readings, for one sensor: each a few lines over its newest reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rules.rule import seconds
from schemas.domain import Quantity, Severity
from simulators.benchmarks.plain.levels import Measures, PlainLevel, Speaks
from simulators.benchmarks.plain.sensor import SLOPE_SAMPLES, PlainSensor

Number = Callable[[str, str], float]
"""A parameter of a rule, as it is in force for one sensor."""
BLUE, YELLOW, ORANGE, RED = Severity.BLUE, Severity.YELLOW, Severity.ORANGE, Severity.RED


@dataclass(slots=True)
class PlainRule:
    """A rule on one sensor; its colour is that of the gravest level that is active."""

    rule_id: str
    levels: list[PlainLevel]

    def colour(self) -> Severity | None:
        return min((level.severity for level in self.levels if level.active), default=None)


def make_rules(quantity: Quantity, number: Number, interval_us: int) -> list[PlainRule]:
    """The rules for a sensor of this quantity, in the order of the catalogue."""
    if quantity is Quantity.SMOKE:
        return list(_smoke_rules(number))
    if quantity is Quantity.TEMPERATURE:
        return [*_heat_rules(number, interval_us), _freezing(number)]
    if quantity is Quantity.CO:
        return list(_co_rules(number))
    if quantity is Quantity.PRESSURE:
        return [
            PlainRule("hydrant_pressure_zero", [_at_most(number, "hydrant_pressure_zero", RED)]),
            PlainRule("hydrant_pressure_high", [_limit(number, "hydrant_pressure_high", YELLOW)]),
        ]
    if quantity is Quantity.LEVEL:
        low = [_at_most(number, "tank_level_low", YELLOW), _at_most(number, "tank_level_low", ORANGE, "half")]
        return [
            PlainRule("tank_level_low", low),
            PlainRule("tank_empty", [_at_most(number, "tank_empty", RED)]),
            PlainRule("tank_overflow", [_limit(number, "tank_overflow", BLUE)]),
        ]
    if quantity is Quantity.GAS:
        return [
            PlainRule(
                "gas_leak", [_limit(number, "gas_leak", ORANGE), _limit(number, "gas_leak", RED, "high")]
            )
        ]
    if quantity is Quantity.FLOW:
        return [PlainRule("sprinkler_water_flow", [_limit(number, "sprinkler_water_flow", ORANGE)])]
    return []


def _itself(_: PlainSensor, __: int, value: float) -> float:
    return value


def _level(
    number: Number,
    rule_id: str,
    severity: Severity,
    speaks: tuple[Speaks, Speaks, Measures],
    limit: str,
    on_seconds: str = "on_seconds",
) -> PlainLevel:
    waits = seconds(number(rule_id, on_seconds)), seconds(number(rule_id, "off_seconds"))
    return PlainLevel(severity, *speaks, number(rule_id, limit), *waits)


def _limit(
    number: Number, rule_id: str, severity: Severity, name: str = "limit", on_seconds: str = "on_seconds"
) -> PlainLevel:
    """At or above a limit; ends below another one."""
    limit, clears = number(rule_id, name), number(rule_id, "clears_below")
    speaks = (lambda _, __, value: value >= limit, lambda _, __, value: value < clears, _itself)
    return _level(number, rule_id, severity, speaks, name, on_seconds)


def _at_most(number: Number, rule_id: str, severity: Severity, name: str = "limit") -> PlainLevel:
    """At or below a limit; ends from another one up."""
    limit, clears = number(rule_id, name), number(rule_id, "clears_from")
    speaks = (lambda _, __, value: value <= limit, lambda _, __, value: value >= clears, _itself)
    return _level(number, rule_id, severity, speaks, name)


def _freezing(number: Number) -> PlainRule:
    """Cold, where cold matters."""
    rule_id = "water_freezing"
    limit, clears, matters = (number(rule_id, name) for name in ("limit", "clears_from", "enabled"))
    speaks = (
        lambda _, __, value: matters > 0 and value <= limit,
        lambda _, __, value: value >= clears,
        _itself,
    )
    return PlainRule(rule_id, [_level(number, rule_id, YELLOW, speaks, "limit")])


def _less_dust(sensor: PlainSensor, _: int, value: float) -> float:
    """Smoke [dB/m] less what dust adds to the 0.05 dB/m of a clean chamber."""
    return value - max(sensor.baseline - 0.05, 0.0)


def _smoke_limit(number: Number, rule_id: str, severity: Severity, name: str, on_seconds: str) -> PlainLevel:
    limit, clears = number(rule_id, name), number(rule_id, "clears_below")
    speaks = (
        lambda sensor, at, value: _less_dust(sensor, at, value) >= limit,
        lambda sensor, at, value: _less_dust(sensor, at, value) < clears,
        _less_dust,
    )
    return _level(number, rule_id, severity, speaks, name, on_seconds)


def _smoke_rules(number: Number) -> Iterator[PlainRule]:
    levels = [
        _smoke_limit(number, "smoke_level_alarm", ORANGE, "limit", "alone_seconds"),
        _smoke_limit(number, "smoke_level_alarm", ORANGE, "thick", "thick_seconds"),
    ]
    for level in levels:
        level.n_true, level.m_samples = 2, 3
    yield PlainRule("smoke_level_alarm", levels)
    yield PlainRule(
        "smoke_prealarm",
        [
            _smoke_limit(number, "smoke_prealarm", BLUE, "limit", "on_seconds"),
            _smoke_limit(number, "smoke_prealarm", YELLOW, "limit", "stays_seconds"),
        ],
    )
    yield _smoke_rise(number)


def _smoke_rise(number: Number) -> PlainRule:
    rule_id = "smoke_rise"
    limit, floor, clears = (number(rule_id, name) for name in ("limit", "floor", "clears_below"))
    window = seconds(number(rule_id, "window_seconds"))
    speaks = (
        lambda s, at, value: _less_dust(s, at, value) >= floor and s.slope_per_minute(at, window) >= limit,
        lambda s, at, value: _less_dust(s, at, value) < floor and s.slope_per_minute(at, window) < clears,
        lambda s, at, value: s.slope_per_minute(at, window),
    )
    level = _level(number, rule_id, YELLOW, speaks, "limit")
    level.judges_late = False
    return PlainRule(rule_id, [level])


def _heat_rules(number: Number, interval_us: int) -> Iterator[PlainRule]:
    for rule_id, severity in (("heat_fixed_alarm", ORANGE), ("heat_prealarm", YELLOW)):
        limit, falls_by = number(rule_id, "limit"), number(rule_id, "falls_by")
        speaks = (
            lambda _, __, value, limit=limit: value >= limit,
            lambda _, __, value, clears=limit - falls_by: value < clears,
            _itself,
        )
        yield PlainRule(rule_id, [_level(number, rule_id, severity, speaks, "limit")])
    yield PlainRule(
        "heat_rate_of_rise",
        [
            _rate_of_rise(number, interval_us, "window_seconds", "limit", "slowest_seconds"),
            _rate_of_rise(number, interval_us, "window_fast_seconds", "limit_fast", "slowest_fast_seconds"),
        ],
    )


def _rate_of_rise(number: Number, interval_us: int, window: str, name: str, slowest: str) -> PlainLevel:
    rule_id = "heat_rate_of_rise"
    limit, gate, clears = number(rule_id, name), number(rule_id, "gate"), number(rule_id, "clears_below")
    above_usual = number(rule_id, "above_usual")
    window_us = max(seconds(number(rule_id, window)), SLOPE_SAMPLES * interval_us)
    judged = number(rule_id, "enabled") > 0 and interval_us <= seconds(number(rule_id, slowest))
    speaks = (
        lambda s, at, value: (
            judged
            and value >= gate
            and value - s.baseline >= above_usual
            and s.slope_per_minute(at, window_us) >= limit
        ),
        lambda s, at, value: value < gate and s.slope_per_minute(at, window_us) < clears,
        lambda s, at, value: s.slope_per_minute(at, window_us),
    )
    level = _level(number, rule_id, ORANGE, speaks, name)
    level.judges_late = False
    return level


def _co_rules(number: Number) -> Iterator[PlainRule]:
    yield PlainRule("co_fire_prealarm", [_limit(number, "co_fire_prealarm", YELLOW), _co_rise(number)])
    yield PlainRule(
        "co_toxic",
        [
            _limit(number, "co_toxic", severity, name, f"{name}_seconds")
            for severity, name in ((ORANGE, "low"), (ORANGE, "high"), (RED, "deadly"))
        ],
    )


def _co_rise(number: Number) -> PlainLevel:
    rule_id = "co_fire_prealarm"
    rise, clears = number(rule_id, "rise"), number(rule_id, "clears_below")
    window = seconds(number(rule_id, "window_seconds"))

    def measure(sensor: PlainSensor, at: int, value: float) -> float:
        return value - max(sensor.smallest(at, window), 0.0)

    speaks = (
        lambda s, at, value: measure(s, at, value) >= rise,
        lambda _, __, value: value < clears,
        measure,
    )
    level = _level(number, rule_id, YELLOW, speaks, "rise")
    level.judges_late = False
    return level
