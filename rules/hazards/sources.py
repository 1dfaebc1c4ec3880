"""Which rule's condition becomes which kind of hazard, and after how long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rules.slow.slow_rule import SlowRule
from schemas.hazards import HazardKind


@dataclass(frozen=True)
class HazardSource:
    """A rule whose condition, once it has lasted for `after_hours`, is a hazard of this kind; `note` goes with it."""

    rule_id: str
    kind: HazardKind
    after_hours: float = 0.0
    note: str | None = None


# What passes within the hours is a matter for the desk; what stays is one for whoever mends it.
KNOWN_SOURCES: tuple[HazardSource, ...] = (
    HazardSource("hydrant_pressure_zero", HazardKind.DRY_HYDRANT),
    HazardSource("hydrant_pressure_low", HazardKind.LOW_PRESSURE, 1.0),
    HazardSource("hydrant_dynamic_low", HazardKind.LOW_PRESSURE, 1.0),
    HazardSource("signal_valve_closed", HazardKind.CLOSED_VALVE, 1.0),
    HazardSource("fire_pump_start_failure", HazardKind.PUMP_FAULT),
    HazardSource("fire_pump_stopped_with_flow", HazardKind.PUMP_FAULT),
    HazardSource("fire_pump_not_auto", HazardKind.PUMP_FAULT, 1.0),
    HazardSource("jockey_overcycling", HazardKind.LEAKING_RISER, 24.0),
    HazardSource("jockey_pressure_low", HazardKind.LOW_PRESSURE, 24.0),
    HazardSource("pressure_decay_grown", HazardKind.LEAKING_RISER),
    HazardSource("water_pressure_sinking", HazardKind.LEAKING_RISER),
    HazardSource("tank_level_low", HazardKind.EMPTY_TANK, 1.0),
    HazardSource("tank_empty", HazardKind.EMPTY_TANK),
    HazardSource("residual_current_alarm", HazardKind.RESIDUAL_CURRENT),
    HazardSource("residual_current_prealarm", HazardKind.RESIDUAL_CURRENT, 24.0),
    HazardSource("residual_current_creep", HazardKind.CREEPING_RESIDUAL_CURRENT),
    HazardSource("cable_temp_alarm", HazardKind.HOT_CABLE),
    HazardSource("cable_temp_phase_diff", HazardKind.HOT_CABLE, 24.0),
    HazardSource("cable_temp_unexplained", HazardKind.HOT_CABLE, 24.0),
    HazardSource("cable_joint_trend", HazardKind.HOT_CABLE),
    HazardSource("insulation_ageing", HazardKind.HOT_CABLE),
    HazardSource("current_overload", HazardKind.OVERLOADED_CIRCUIT, 24.0),
    HazardSource("detector_dead", HazardKind.DEAD_DETECTOR),
    HazardSource("reading_stuck", HazardKind.DEAD_DETECTOR, 24.0),
    HazardSource("reading_invalid", HazardKind.DEAD_DETECTOR, 24.0),
    HazardSource("device_silent", HazardKind.SILENT_DEVICE, 24.0),
    HazardSource("gateway_silent", HazardKind.SILENT_DEVICE, 24.0),
    HazardSource("device_disabled", HazardKind.DISABLED_EQUIPMENT),
)


def list_sources(slow_rules: Iterable[SlowRule]) -> tuple[HazardSource, ...]:
    """All of them: those named here, and the slow rules that say what hazard they find.

    What a slow rule says is a kind, or else words for whoever mends it, of a kind that is named here or any other.
    """
    kinds = {source.rule_id: source.kind for source in KNOWN_SOURCES}
    slow = {
        rule.id: _read(rule.id, rule.hazard, kinds.get(rule.id, HazardKind.OTHER))
        for rule in slow_rules
        if rule.hazard is not None
    }
    return (*(source for source in KNOWN_SOURCES if source.rule_id not in slow), *slow.values())


def _read(rule_id: str, said: str, kind: HazardKind) -> HazardSource:
    try:
        return HazardSource(rule_id, HazardKind(said))
    except ValueError:
        return HazardSource(rule_id, kind, note=said)
