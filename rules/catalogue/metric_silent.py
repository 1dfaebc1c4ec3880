"""One channel of a device that goes on reporting says nothing."""

from __future__ import annotations

from rules.rule import Parameter, Rule
from schemas.domain import Severity, SignalClass

METRIC_SILENT = Rule(
    id="metric_silent",
    signal_class=SignalClass.FAULT,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="测点无数据",
    title_en="Sensor gives no readings",
    advice_zh="设备在线，但该测点状态未知，不是正常。检查传感器和接线。",
    advice_en="The device reports, but this sensor is unknown, not normal. Check the sensor and its wiring.",
    source_zh="设计值：三个上报间隔，至少 90 s；电池供电的设备为 2.2 个间隔",
    source_en="design value: three intervals, at least 90 s; 2.2 intervals for battery devices",
    parameters=(
        Parameter("intervals", 3.0, "", 1.5, 20.0),
        Parameter("battery_intervals", 2.2, "", 1.5, 20.0),
        Parameter("least_seconds", 90.0, "s", 10.0, 7200.0),
    ),
)
