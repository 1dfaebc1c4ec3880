"""No water at a hydrant."""

from __future__ import annotations

from rules.judges import at_most
from rules.rule import Level, Parameter, ReadingRule, calm_above
from schemas.domain import Quantity, Severity, SignalClass

HYDRANT_PRESSURE_ZERO = ReadingRule(
    id="hydrant_pressure_zero",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.RED,
    latching=True,
    title_zh="消火栓无水",
    title_en="Hydrant without water",
    advice_zh="立即检查阀门、消防水箱和水泵；恢复前按无水建筑部署力量。",
    advice_en="Check valves, roof tank and pumps at once; until mended, plan for a building without water.",
    source_zh="设计值：测点 0.02 MPa；恢复值 0.07 MPa，为 GB 50974-2014 第 5.2.2 条对住宅的最低要求",
    source_en=(
        "design value 0.02 MPa at the sensor; clears from 0.07 MPa, for dwellings the "
        "least of GB 50974-2014 5.2.2"
    ),
    parameters=(
        Parameter("limit", 0.02, "MPa", 0.0, 0.1),
        Parameter("clears_from", 0.07, "MPa", 0.01, 1.0),
        Parameter("on_seconds", 30.0, "s", 0.0, 600.0),
        Parameter("off_seconds", 120.0, "s", 10.0, 3600.0),
    ),
    quantity=Quantity.PRESSURE,
    unit="MPa",
    levels=(Level(Severity.RED, at_most(), "limit"),),
    calm=calm_above("limit"),
)
