"""Kinds of hidden dangers (隐患): who has to mend each, within how many days, and for how long it must then be well."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class HazardKind(StrEnum):
    """What is wrong. Rules and officers use the same words."""

    DRY_HYDRANT = "dry_hydrant"
    LOW_PRESSURE = "low_pressure"
    LEAKING_RISER = "leaking_riser"
    CLOSED_VALVE = "closed_valve"
    PUMP_FAULT = "pump_fault"
    EMPTY_TANK = "empty_tank"
    RESIDUAL_CURRENT = "residual_current"
    CREEPING_RESIDUAL_CURRENT = "creeping_residual_current"
    HOT_CABLE = "hot_cable"
    OVERLOADED_CIRCUIT = "overloaded_circuit"
    DEAD_DETECTOR = "dead_detector"
    DIRTY_DETECTOR = "dirty_detector"
    SILENT_DEVICE = "silent_device"
    DISABLED_EQUIPMENT = "disabled_equipment"
    FALSE_ALARMS = "false_alarms"
    BLOCKED_EXIT = "blocked_exit"
    OTHER = "other"


class HazardOwner(StrEnum):
    """Who must mend it."""

    BUILDING = "building"
    MAINTENANCE = "maintenance"
    ELECTRICIAN = "electrician"
    WATER_SUPPLY = "water_supply"


class HazardState(StrEnum):
    """`claimed`: somebody says it is mended, the readings do not yet. `dismissed`: it was none."""

    OPEN = "open"
    CLAIMED = "claimed"
    MENDED = "mended"
    DISMISSED = "dismissed"


class HazardAction(StrEnum):
    """What one entry of a hazard's append-only history says was done."""

    FOUND = "found"
    ASSIGNED = "assigned"
    CLAIMED = "claimed"
    CONTRADICTED = "contradicted"
    MENDED = "mended"
    DISMISSED = "dismissed"
    REOPENED = "reopened"


@dataclass(frozen=True)
class HazardTerms:
    """Words and terms of a kind; all numbers are design values.

    `mend_days` is how long there is to mend it; the readings must be well for `proof_hours` before it counts as mended.
    """

    title_zh: str
    title_en: str
    owner: HazardOwner
    mend_days: int
    proof_hours: int


_BUILDING, _MAINTENANCE = HazardOwner.BUILDING, HazardOwner.MAINTENANCE
_ELECTRICIAN = HazardOwner.ELECTRICIAN

TERMS: dict[HazardKind, HazardTerms] = {
    HazardKind.DRY_HYDRANT: HazardTerms("消火栓无水", "Hydrant without water", _MAINTENANCE, 1, 24),
    HazardKind.LOW_PRESSURE: HazardTerms("消防水压不足", "Water pressure too low", _MAINTENANCE, 3, 24),
    HazardKind.LEAKING_RISER: HazardTerms("消防管网渗漏", "Leaking riser", _MAINTENANCE, 7, 72),
    HazardKind.CLOSED_VALVE: HazardTerms(
        "消防阀门误关", "Valve closed that must be open", _MAINTENANCE, 1, 6
    ),
    HazardKind.PUMP_FAULT: HazardTerms("消防水泵故障", "Fire pump does not do its work", _MAINTENANCE, 1, 24),
    HazardKind.EMPTY_TANK: HazardTerms("消防水箱水位不足", "Tank without enough water", _MAINTENANCE, 1, 24),
    HazardKind.RESIDUAL_CURRENT: HazardTerms(
        "剩余电流超限", "Residual current above its limit", _ELECTRICIAN, 3, 72
    ),
    HazardKind.CREEPING_RESIDUAL_CURRENT: HazardTerms(
        "剩余电流持续增大", "Residual current creeps up", _ELECTRICIAN, 14, 168
    ),
    HazardKind.HOT_CABLE: HazardTerms("电缆过热", "Hot cable or joint", _ELECTRICIAN, 3, 72),
    HazardKind.OVERLOADED_CIRCUIT: HazardTerms("线路过载", "Overloaded circuit", _ELECTRICIAN, 7, 72),
    HazardKind.DEAD_DETECTOR: HazardTerms("探测器失效", "Detector that does not react", _MAINTENANCE, 3, 24),
    HazardKind.DIRTY_DETECTOR: HazardTerms("探测器积尘", "Detector full of dust", _MAINTENANCE, 30, 72),
    HazardKind.SILENT_DEVICE: HazardTerms("设备失联", "Device not heard for a day", _MAINTENANCE, 3, 24),
    HazardKind.DISABLED_EQUIPMENT: HazardTerms(
        "设备屏蔽超过一天", "Equipment disabled for more than a day", _BUILDING, 1, 6
    ),
    HazardKind.FALSE_ALARMS: HazardTerms("误报频繁", "Too many false alarms", _MAINTENANCE, 7, 72),
    HazardKind.BLOCKED_EXIT: HazardTerms("疏散通道堵塞", "Blocked way out", _BUILDING, 1, 0),
    HazardKind.OTHER: HazardTerms("其他隐患", "Another hazard", _BUILDING, 7, 24),
}
