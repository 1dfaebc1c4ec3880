"""More pressure than hoses and fittings bear."""

from __future__ import annotations

from rules.judges import at_least
from rules.rule import Level, Parameter, ReadingRule, calm_below
from schemas.domain import Quantity, Severity, SignalClass

HYDRANT_PRESSURE_HIGH = ReadingRule(
    id="hydrant_pressure_high",
    signal_class=SignalClass.SUPERVISORY,
    severity=Severity.YELLOW,
    latching=False,
    title_zh="消防管网超压",
    title_en="Too much water pressure",
    advice_zh="检查减压阀和分区；出水时水带可能无法控制。",
    advice_en="Check pressure reducers and zoning; a hose may be beyond control when opened.",
    # Water hammer lasts less than two seconds.
    source_zh="设计值：消火栓处静压 1.0 MPa，泵房 2.4 MPa",
    source_en="design value 1.0 MPa standing at a hydrant, 2.4 MPa in a pump room",
    parameters=(
        Parameter("limit", 1.0, "MPa", 0.2, 4.0),
        Parameter("clears_below", 0.95, "MPa", 0.1, 4.0),
        Parameter("on_seconds", 60.0, "s", 5.0, 3600.0),
        Parameter("off_seconds", 120.0, "s", 10.0, 3600.0),
    ),
    quantity=Quantity.PRESSURE,
    unit="MPa",
    levels=(Level(Severity.YELLOW, at_least(), "limit"),),
    calm=calm_below("limit"),
)
