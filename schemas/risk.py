"""What a building's risk is made of and what would lower it, in words; the points are counted in `rules.risk`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RiskPart(StrEnum):
    """What the points of a building are for."""

    STANDING = "standing"
    LIVE = "live"
    WATER = "water"
    DEVICES = "devices"
    HAZARDS = "hazards"
    HISTORY = "history"
    TIME = "time"


class RiskChange(StrEnum):
    """What somebody can do about it."""

    END_ALERTS = "end_alerts"
    RESTORE_WATER = "restore_water"
    BRING_BACK_DEVICES = "bring_back_devices"
    REPAIR_DETECTORS = "repair_detectors"
    ENABLE_DEVICES = "enable_devices"
    MEND_OVERDUE = "mend_overdue"
    MEND_HAZARDS = "mend_hazards"


@dataclass(frozen=True)
class Text:
    """One text in both languages; `{figure}` stands for how many there are."""

    zh: str
    en: str


PART_TEXTS: dict[RiskPart, Text] = {
    RiskPart.STANDING: Text("建筑类别、用途和高度", "class, use and height"),
    RiskPart.LIVE: Text("当前火警和预警", "fires and warnings now"),
    RiskPart.WATER: Text("消防给水状态", "state of the water supply"),
    RiskPart.DEVICES: Text("失联、失效和屏蔽的设备", "devices silent, dead or disabled"),
    RiskPart.HAZARDS: Text("未整改的隐患", "hazards not mended"),
    RiskPart.HISTORY: Text("近九十天的火灾和预警", "fires and warnings of ninety days"),
    RiskPart.TIME: Text("时段", "time of day"),
}
CHANGE_TEXTS: dict[RiskChange, Text] = {
    RiskChange.END_ALERTS: Text("处置{figure}条火警和预警", "deal with fires and warnings: {figure}"),
    RiskChange.RESTORE_WATER: Text(
        "消除{figure}条给水告警", "put right alerts of the water supply: {figure}"
    ),
    RiskChange.BRING_BACK_DEVICES: Text("恢复{figure}台失联设备", "bring back silent devices: {figure}"),
    RiskChange.REPAIR_DETECTORS: Text("修复{figure}个故障部件", "repair what is at fault: {figure}"),
    RiskChange.ENABLE_DEVICES: Text("解除{figure}台设备的屏蔽", "enable disabled devices: {figure}"),
    RiskChange.MEND_OVERDUE: Text("整改{figure}项逾期隐患", "mend overdue hazards: {figure}"),
    RiskChange.MEND_HAZARDS: Text("整改{figure}项隐患", "mend hazards: {figure}"),
}
