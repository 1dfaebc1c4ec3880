"""Some smoke at one detector: shown in blue at once, a warning when it stays.

A plain detector warns at 0.15 dB/m after thirty seconds. That is a frying pan, a cigarette and every
shower.
"""

from __future__ import annotations

from rules.catalogue.smoke import USUAL_BACKGROUND
from rules.judges import at_least
from rules.rule import Level, Parameter, ReadingRule, calm_below
from schemas.domain import Quantity, Severity, SignalClass

SMOKE_PREALARM = ReadingRule(
    id="smoke_prealarm",
    signal_class=SignalClass.WARNING,
    severity=Severity.BLUE,
    latching=False,
    title_zh="烟雾预警",
    title_en="Some smoke",
    advice_zh="蓝色：可能是水汽、油烟或吸烟，继续观察；黄色：烟雾持续不散，电话核实现场。",
    advice_en="Blue: steam, cooking or a cigarette, keep an eye on it. Yellow: it stays; call the building to look.",
    source_zh="设计值 0.15 dB/m，为 EN 54-7 最小响应阈值的三倍",
    source_en="design value 0.15 dB/m, three times the least response threshold of EN 54-7",
    parameters=(
        Parameter("limit", 0.15, "dB/m", 0.05, 1.0),
        Parameter("on_seconds", 30.0, "s", 5.0, 600.0),
        Parameter("stays_seconds", 270.0, "s", 30.0, 1800.0),
        Parameter("clears_below", 0.10, "dB/m", 0.02, 1.0),
        Parameter("off_seconds", 60.0, "s", 10.0, 3600.0),
    ),
    quantity=Quantity.SMOKE,
    unit="dB/m",
    levels=(
        Level(Severity.BLUE, at_least(), "limit"),
        Level(Severity.YELLOW, at_least(), "limit", "stays_seconds"),
    ),
    background=USUAL_BACKGROUND,
    calm=calm_below("limit"),
)
