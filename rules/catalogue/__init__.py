"""The rules in force: one file and one entry each. Limits that no standard fixes are design values and say so."""

from __future__ import annotations

from rules.catalogue.arc_fault import ARC_FAULT
from rules.catalogue.arc_suspected import ARC_SUSPECTED
from rules.catalogue.battery_low import BATTERY_LOW
from rules.catalogue.cable_temp_alarm import CABLE_TEMP_ALARM
from rules.catalogue.cable_temp_phase_diff import CABLE_TEMP_PHASE_DIFF
from rules.catalogue.cable_temp_prealarm import CABLE_TEMP_PREALARM
from rules.catalogue.cable_temp_rise import CABLE_TEMP_RISE
from rules.catalogue.cable_temp_unexplained import CABLE_TEMP_UNEXPLAINED
from rules.catalogue.clock_fault import CLOCK_FAULT
from rules.catalogue.co_fire_prealarm import CO_FIRE_PREALARM
from rules.catalogue.co_toxic import CO_TOXIC
from rules.catalogue.current_overload import CURRENT_OVERLOAD
from rules.catalogue.detector_dead import DETECTOR_DEAD
from rules.catalogue.detector_fire_state import DETECTOR_FIRE_STATE
from rules.catalogue.device_chatter import DEVICE_CHATTER
from rules.catalogue.device_disabled import DEVICE_DISABLED
from rules.catalogue.device_fault_state import DEVICE_FAULT_STATE
from rules.catalogue.device_flooding import DEVICE_FLOODING
from rules.catalogue.device_silent import DEVICE_SILENT
from rules.catalogue.fire_confirmed_smoke_flow import FIRE_CONFIRMED_SMOKE_FLOW
from rules.catalogue.fire_confirmed_smoke_heat import FIRE_CONFIRMED_SMOKE_HEAT
from rules.catalogue.fire_confirmed_two_devices import FIRE_CONFIRMED_TWO_DEVICES
from rules.catalogue.fire_multi_floor import FIRE_MULTI_FLOOR
from rules.catalogue.fire_pump_not_auto import FIRE_PUMP_NOT_AUTO
from rules.catalogue.fire_pump_running import FIRE_PUMP_RUNNING
from rules.catalogue.fire_pump_start_failure import FIRE_PUMP_START_FAILURE
from rules.catalogue.fire_pump_stopped_with_flow import FIRE_PUMP_STOPPED_WITH_FLOW
from rules.catalogue.fire_two_zones import FIRE_TWO_ZONES
from rules.catalogue.gas_leak import GAS_LEAK
from rules.catalogue.gateway_silent import GATEWAY_SILENT
from rules.catalogue.heat_fixed_alarm import HEAT_FIXED_ALARM
from rules.catalogue.heat_prealarm import HEAT_PREALARM
from rules.catalogue.heat_rate_of_rise import HEAT_RATE_OF_RISE
from rules.catalogue.hydrant_dynamic_high import HYDRANT_DYNAMIC_HIGH
from rules.catalogue.hydrant_dynamic_low import HYDRANT_DYNAMIC_LOW
from rules.catalogue.hydrant_pressure_high import HYDRANT_PRESSURE_HIGH
from rules.catalogue.hydrant_pressure_low import HYDRANT_PRESSURE_LOW
from rules.catalogue.hydrant_pressure_zero import HYDRANT_PRESSURE_ZERO
from rules.catalogue.jockey_overcycling import JOCKEY_OVERCYCLING
from rules.catalogue.jockey_pressure_low import JOCKEY_PRESSURE_LOW
from rules.catalogue.manual_call_point import MANUAL_CALL_POINT
from rules.catalogue.metric_silent import METRIC_SILENT
from rules.catalogue.phase_loss import PHASE_LOSS
from rules.catalogue.power_or_line_fault import POWER_OR_LINE_FAULT
from rules.catalogue.pressure_decay_grown import PRESSURE_DECAY_GROWN
from rules.catalogue.pressure_drop_fast import PRESSURE_DROP_FAST
from rules.catalogue.reading_invalid import READING_INVALID
from rules.catalogue.reading_noisy import READING_NOISY
from rules.catalogue.reading_stuck import READING_STUCK
from rules.catalogue.residual_current_alarm import RESIDUAL_CURRENT_ALARM
from rules.catalogue.residual_current_prealarm import RESIDUAL_CURRENT_PREALARM
from rules.catalogue.riser_gauges_differ import RISER_GAUGES_DIFFER
from rules.catalogue.sequence_gap import SEQUENCE_GAP
from rules.catalogue.signal_valve_closed import SIGNAL_VALVE_CLOSED
from rules.catalogue.smoke_level_alarm import SMOKE_LEVEL_ALARM
from rules.catalogue.smoke_prealarm import SMOKE_PREALARM
from rules.catalogue.smoke_rise import SMOKE_RISE
from rules.catalogue.sprinkler_water_flow import SPRINKLER_WATER_FLOW
from rules.catalogue.tank_empty import TANK_EMPTY
from rules.catalogue.tank_level_low import TANK_LEVEL_LOW
from rules.catalogue.tank_outflow_unexpected import TANK_OUTFLOW_UNEXPECTED
from rules.catalogue.tank_overflow import TANK_OVERFLOW
from rules.catalogue.test_overrun import TEST_OVERRUN
from rules.catalogue.voltage_high import VOLTAGE_HIGH
from rules.catalogue.voltage_low import VOLTAGE_LOW
from rules.catalogue.water_freezing import WATER_FREEZING
from rules.catalogue.water_pressure_sinking import WATER_PRESSURE_SINKING
from rules.catalogue.zone_fire_likelihood import ZONE_FIRE_LIKELIHOOD
from rules.catalogue.zone_fire_warning import ZONE_FIRE_WARNING
from rules.confirmation import GroupRule
from rules.declared_durations import DurationRule
from rules.electrical.circuit_rule import CircuitRule
from rules.rule import ReadingRule, Rule
from rules.slow.detector_drifting import DETECTOR_DRIFTING
from rules.slow.electrical_rules import ELECTRICAL_SLOW_RULES
from rules.slow.slow_rule import SlowRule
from rules.slow.tank_draining import TANK_DRAINING
from rules.slow.water_leak import WATER_LEAK
from rules.upkeep import UpkeepRule
from rules.water.water_rule import WaterRule
from rules.zone_watch import ZoneRule
from schemas.domain import DeviceEventKind

READING_RULES: tuple[ReadingRule, ...] = (
    SMOKE_LEVEL_ALARM,
    SMOKE_PREALARM,
    SMOKE_RISE,
    HEAT_FIXED_ALARM,
    HEAT_PREALARM,
    HEAT_RATE_OF_RISE,
    WATER_FREEZING,
    CO_FIRE_PREALARM,
    CO_TOXIC,
    GAS_LEAK,
    SPRINKLER_WATER_FLOW,
    HYDRANT_PRESSURE_ZERO,
    HYDRANT_PRESSURE_HIGH,
    TANK_LEVEL_LOW,
    TANK_EMPTY,
    TANK_OVERFLOW,
    RESIDUAL_CURRENT_ALARM,
    RESIDUAL_CURRENT_PREALARM,
    CABLE_TEMP_ALARM,
    CABLE_TEMP_PREALARM,
    CABLE_TEMP_RISE,
    CURRENT_OVERLOAD,
    VOLTAGE_HIGH,
    VOLTAGE_LOW,
    ARC_FAULT,
    ARC_SUSPECTED,
    BATTERY_LOW,
)
WATER_RULES: tuple[WaterRule, ...] = (
    HYDRANT_PRESSURE_LOW,
    JOCKEY_PRESSURE_LOW,
    WATER_PRESSURE_SINKING,
    PRESSURE_DECAY_GROWN,
    PRESSURE_DROP_FAST,
    RISER_GAUGES_DIFFER,
    HYDRANT_DYNAMIC_LOW,
    HYDRANT_DYNAMIC_HIGH,
    JOCKEY_OVERCYCLING,
    TANK_OUTFLOW_UNEXPECTED,
    FIRE_PUMP_RUNNING,
    FIRE_PUMP_START_FAILURE,
    FIRE_PUMP_STOPPED_WITH_FLOW,
)
ZONE_RULES: tuple[ZoneRule, ...] = (
    FIRE_CONFIRMED_SMOKE_HEAT,
    ZONE_FIRE_LIKELIHOOD,
    ZONE_FIRE_WARNING,
)
GROUP_RULES: tuple[GroupRule, GroupRule, GroupRule, GroupRule] = (
    FIRE_CONFIRMED_TWO_DEVICES,
    FIRE_CONFIRMED_SMOKE_FLOW,
    FIRE_TWO_ZONES,
    FIRE_MULTI_FLOOR,
)
CIRCUIT_RULES: tuple[CircuitRule, ...] = (
    CABLE_TEMP_PHASE_DIFF,
    CABLE_TEMP_UNEXPLAINED,
    PHASE_LOSS,
)
__all__ = [
    "CATALOGUE",
    "CIRCUIT_RULES",
    "DECLARATION_RULES",
    "DEVICE_SILENT",
    "GROUP_RULES",
    "READING_RULES",
    "SEQUENCE_GAP",
    "SLOW_RULES",
    "WATER_RULES",
    "ZONE_RULES",
]

DECLARATION_RULES: dict[DeviceEventKind, Rule] = {
    DeviceEventKind.FIRE: DETECTOR_FIRE_STATE,
    DeviceEventKind.MANUAL_ALARM: MANUAL_CALL_POINT,
    DeviceEventKind.FAULT: DEVICE_FAULT_STATE,
    DeviceEventKind.LOW_BATTERY: BATTERY_LOW,
}
DURATION_RULES: dict[DeviceEventKind, DurationRule] = {
    DeviceEventKind.POWER_FAULT: POWER_OR_LINE_FAULT,
    DeviceEventKind.DISABLED: DEVICE_DISABLED,
    DeviceEventKind.TEST: TEST_OVERRUN,
    DeviceEventKind.MANUAL_MODE: FIRE_PUMP_NOT_AUTO,
    DeviceEventKind.VALVE_CLOSED: SIGNAL_VALVE_CLOSED,
}
UPKEEP_RULES: tuple[UpkeepRule, ...] = (
    READING_STUCK,
    READING_NOISY,
)
HEALTH_RULES: tuple[Rule, ...] = (
    GATEWAY_SILENT,
    DEVICE_SILENT,
    METRIC_SILENT,
    READING_INVALID,
    *UPKEEP_RULES,
    DETECTOR_DEAD,
    CLOCK_FAULT,
    DEVICE_FLOODING,
    DEVICE_CHATTER,
    *DURATION_RULES.values(),
)
SLOW_RULES: tuple[SlowRule, ...] = (
    DETECTOR_DRIFTING,
    *ELECTRICAL_SLOW_RULES,
    WATER_LEAK,
    TANK_DRAINING,
)
CATALOGUE: tuple[Rule, ...] = (
    *READING_RULES,
    *CIRCUIT_RULES,
    *WATER_RULES,
    *ZONE_RULES,
    *GROUP_RULES,
    DETECTOR_FIRE_STATE,
    MANUAL_CALL_POINT,
    DEVICE_FAULT_STATE,
    *HEALTH_RULES,
    SEQUENCE_GAP,
    *SLOW_RULES,
)
