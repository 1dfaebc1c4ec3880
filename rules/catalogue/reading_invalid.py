"""Readings that nothing in a building can be: a broken wire, a sensor out of its range.

The catalogue's first proposal takes smoke above 10 dB/m and heat above 300 °C for faults. Real fires go to 50 dB/m and
840 °C (NIST TN 1455), so that the upper limits lie beyond those; and what is too high is judged as a fire all the same.
"""

from __future__ import annotations

from rules.rule import Parameter, Rule
from schemas.domain import Quantity, Severity, SignalClass

READING_INVALID = Rule(
    id="reading_invalid",
    signal_class=SignalClass.FAULT,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="读数无效",
    title_en="Readings cannot be true",
    advice_zh="该测点状态未知，不是正常。检查传感器是否断线、短路或超量程。",
    advice_en="This sensor is unknown, not normal. Look for a broken or shorted wire, or a range that is exceeded.",
    source_zh="设计值：设备自报无效的，超出登记量程的，或任何建筑内都不可能的读数",
    source_en=(
        "design values: what the device itself calls bad, what lies outside the "
        "registered range or of any building"
    ),
    parameters=(
        Parameter("samples", 2.0, "", 1.0, 20.0),
        Parameter("good_samples", 5.0, "", 1.0, 100.0),
        Parameter("smoke_least", -0.05, "dB/m", -1.0, 0.0),
        Parameter("smoke_most", 60.0, "dB/m", 5.0, 200.0),
        Parameter("temperature_least", -40.0, "°C", -80.0, 0.0),
        Parameter("temperature_most", 1200.0, "°C", 300.0, 2000.0),
        Parameter("pressure_least", -0.02, "MPa", -0.1, 0.0),
        Parameter("pressure_most", 4.0, "MPa", 1.0, 20.0),
        Parameter("co_least", -10.0, "ppm", -50.0, 0.0),
        Parameter("co_most", 20_000.0, "ppm", 500.0, 100_000.0),
        Parameter("battery_least", 0.0, "%", -1.0, 5.0),
        Parameter("battery_most", 110.0, "%", 100.0, 150.0),
    ),
)
BOUNDED = (Quantity.SMOKE, Quantity.TEMPERATURE, Quantity.PRESSURE, Quantity.CO, Quantity.BATTERY)
"""Quantities with limits of their own; the others have only their registered range."""
