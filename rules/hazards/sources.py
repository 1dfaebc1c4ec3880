"""Which rule's condition becomes which kind of hazard, and after how long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rules.slow.slow_rule import SlowRule
from schemas.hazards import HazardKind


@dataclass(frozen=True)
class HazardSource:
    """A rule whose condition, once it has lasted for `after_hours`, is a hazard of this kind."""

    rule_id: str
    kind: HazardKind
    after_hours: float = 0.0


# What passes within the hours is a matter for the desk; what stays is one for whoever mends it.
FAST_SOURCES: tuple[HazardSource, ...] = (
    HazardSource("hydrant_pressure_zero", HazardKind.DRY_HYDRANT),
    HazardSource("hydrant_pressure_low", HazardKind.LOW_PRESSURE, 1.0),
    HazardSource("hydrant_dynamic_low", HazardKind.LOW_PRESSURE, 1.0),
    HazardSource("signal_valve_closed", HazardKind.CLOSED_VALVE, 1.0),
    HazardSource("fire_pump_start_failure", HazardKind.PUMP_FAULT),
    HazardSource("fire_pump_stopped_with_flow", HazardKind.PUMP_FAULT),
    HazardSource("fire_pump_not_auto", HazardKind.PUMP_FAULT, 1.0),
    HazardSource("jockey_overcycling", HazardKind.LEAKING_RISER, 24.0),
    HazardSource("tank_level_low", HazardKind.EMPTY_TANK, 1.0),
    HazardSource("residual_current_alarm", HazardKind.RESIDUAL_CURRENT),
    HazardSource("residual_current_prealarm", HazardKind.RESIDUAL_CURRENT, 24.0),
    HazardSource("cable_temp_alarm", HazardKind.HOT_CABLE),
    HazardSource("cable_temp_phase_diff", HazardKind.HOT_CABLE, 24.0),
    HazardSource("detector_dead", HazardKind.DEAD_DETECTOR),
    HazardSource("reading_stuck", HazardKind.DEAD_DETECTOR, 24.0),
    HazardSource("reading_invalid", HazardKind.DEAD_DETECTOR, 24.0),
    HazardSource("device_silent", HazardKind.SILENT_DEVICE, 24.0),
    HazardSource("gateway_silent", HazardKind.SILENT_DEVICE, 24.0),
    HazardSource("device_disabled", HazardKind.DISABLED_EQUIPMENT),
)


def list_sources(slow_rules: Iterable[SlowRule]) -> tuple[HazardSource, ...]:
    """All of them: those named here, and the slow rules that name a hazard; an unknown name stands for any other."""
    slow = (HazardSource(rule.id, _find_kind(rule.hazard)) for rule in slow_rules if rule.hazard is not None)
    return (*FAST_SOURCES, *slow)


def _find_kind(name: str) -> HazardKind:
    try:
        return HazardKind(name)
    except ValueError:
        return HazardKind.OTHER
